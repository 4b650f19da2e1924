/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/writer.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "openai/json.h"

void writer_raw(struct writer *writer, struct bytes text)
{
    if (writer->error == 0)
        writer->error = buffer_append(writer->out, text);
}

void writer_number(struct writer *writer, uint64_t number)
{
    char digits[BYTES_U64_DIGITS];
    writer_raw(writer, bytes_write_u64(number, digits));
}

void writer_string(struct writer *writer, struct bytes text)
{
    if (writer->error == 0)
        writer->error = json_write_string(writer->out, text);
}

void writer_string_text(struct writer *writer, const char *text)
{
    writer_string(writer, bytes_from_cstr(text));
}

/* Most text is plain: no character of it needs an escape. */
static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < ' ' || text.at[i] > '~' || text.at[i] == '"' || text.at[i] == '\\')
            return false;
    return true;
}

/* The quotes that json_write_string() puts around it are taken off again. */
void writer_escaped(struct writer *writer, struct bytes text)
{
    struct buffer quoted = {0};

    if (is_plain(text)) {
        writer_raw(writer, text);
        return;
    }
    if (writer->error == 0)
        writer->error = json_write_string(&quoted, text);
    if (writer->error == 0)
        writer_raw(writer, bytes_of(buffer_bytes(&quoted).at + 1, quoted.length - 2));
    buffer_clear(&quoted);
}

void writer_value(struct writer *writer, yyjson_val *value)
{
    size_t length;
    char *text = writer->error == 0 ? yyjson_val_write(value, 0, &length) : NULL;

    if (text)
        writer_raw(writer, bytes_of(text, length));
    else if (writer->error == 0)
        writer->error = -ENOMEM;
    free(text);
}

void writer_format(struct writer *writer, const char *format, ...)
{
    char text[WRITER_FORMAT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof text);
    writer_raw(writer, bytes_of(text, (size_t)length));
}
