/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: a line that is accepted is exported as a line that is accepted and exported as the same
 * bytes; a line that is refused is refused with a message, all of it printable.
 */
#include <stdlib.h>

#include "cli/keys/line.h"
#include "cli/keys/row.h"
#include "config/text_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_MS 1000

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static bool read_line(struct bytes text, struct sheet *sheet, struct buffer *message)
{
    const struct line_place place = {"fuzz.jsonl", 1};
    struct printer printer = {.out = message};
    sheet_init(sheet, NOW_MS);
    bool is_read = line_read(text, &place, sheet, &printer);
    expect(is_read == (message->length == 0));
    return is_read;
}

/* As an import into an empty store and an export of it would. */
static void export(const struct sheet *sheet, struct buffer *line)
{
    struct store_key row = {0};
    struct printer out = {.out = line};
    sheet_fill_defaults(&row);
    sheet_apply(sheet, &row);
    if (line_is_tenant(sheet))
        row_print_tenant(&row, &out);
    else
        row_print_key(&row, ROW_WITH_DIGEST, &out);
    PRINT(&out, "}");
    expect(out.status == 0);
}

static void export_twice(const struct sheet *sheet)
{
    struct buffer once = {0}, twice = {0}, message = {0};
    struct sheet again;
    export(sheet, &once);
    expect(read_line(buffer_bytes(&once), &again, &message));
    export(&again, &twice);
    expect(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
    sheet_clear(&again);
    buffer_clear(&once);
    buffer_clear(&twice);
    buffer_clear(&message);
}

static void judge_message(struct bytes message)
{
    while (message.length > 0)
        expect(text_is_printable(bytes_cut(&message, '\n')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer message = {0};
    struct sheet sheet;
    if (read_line(bytes_of((const char *)data, size), &sheet, &message))
        export_twice(&sheet);
    else
        judge_message(buffer_bytes(&message));
    sheet_clear(&sheet);
    buffer_clear(&message);
    return 0;
}
