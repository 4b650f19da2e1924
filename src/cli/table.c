/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "config/text_check.h"

#define GAP 2
#define LEAST_WIDTH 8 /* of a text that is cut */
#define CELL_BYTES 256

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
    *table = (struct table){.columns = columns, .column_count = column_count};
    buffer_init(&table->cells, 0, NULL);
    for (size_t i = 0; i < column_count; i++)
        table->widths[i] = strlen(columns[i].title);
}

void table_clear(struct table *table)
{
    buffer_clear(&table->cells);
}

static size_t character_bytes(struct bytes rest)
{
    size_t size = text_char_bytes(rest);
    return size > 0 ? size : 1;
}

static size_t width_of(struct bytes text)
{
    size_t width = 0;
    while (text.length > 0) {
        text = bytes_after(text, character_bytes(text));
        width++;
    }
    return width;
}

/* A length and the text, so that a hundred thousand rows are one buffer. */
static void cell_add(struct table *table, struct bytes text)
{
    char *room = NULL;
    size_t length = text.length;
    if (table->status == 0)
        table->status = buffer_reserve(&table->cells, sizeof length + length, &room);
    if (!room)
        return;
    memcpy(room, &length, sizeof length);
    if (length > 0)
        memcpy(room + sizeof length, text.at, length);
    buffer_commit(&table->cells, sizeof length + length);
}

void table_add(struct table *table, struct bytes text)
{
    size_t column = table->cell_count++ % table->column_count;
    size_t width = width_of(text);
    if (width > table->widths[column])
        table->widths[column] = width;
    cell_add(table, text);
}

void table_add_format(struct table *table, const char *format, ...)
{
    char text[CELL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    table_add(table, bytes_from_cstr(text));
}

static size_t total_width(const struct table *table)
{
    size_t total = GAP * (table->column_count - 1);
    for (size_t i = 0; i < table->column_count; i++)
        total += table->widths[i];
    return total;
}

/* The widest column of texts that can be cut, or NULL. */
static size_t *widest_text(struct table *table)
{
    size_t *widest = NULL;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t *width = &table->widths[i];
        if (table->columns[i].side == TABLE_LEFT && *width > LEAST_WIDTH &&
            (!widest || *width > *widest))
            widest = width;
    }
    return widest;
}

static void fit(struct table *table)
{
    while (total_width(table) > TABLE_WIDTH) {
        size_t *widest = widest_text(table);
        if (!widest)
            return; /* numbers are whole, whatever that takes */
        (*widest)--;
    }
}

/* The first `width` characters. */
static struct bytes front_of(struct bytes text, size_t width)
{
    struct bytes rest = text;
    while (rest.length > 0 && width-- > 0)
        rest = bytes_after(rest, character_bytes(rest));
    return bytes_of(text.at, text.length - rest.length);
}

static void print_cell(struct table *table, size_t column, struct bytes text, struct printer *out)
{
    size_t width = table->widths[column], own = width_of(text);
    bool is_last = column + 1 == table->column_count;
    bool is_cut = own > width;
    if (is_cut) {
        text = front_of(text, width - 3);
        own = width;
    }
    int blanks = (int)(width - own), gap = is_last ? 0 : GAP;
    bool is_left = table->columns[column].side == TABLE_LEFT;
    PRINT(out, "%*s%.*s%s", is_left ? 0 : blanks, "", (int)text.length, text.at,
          is_cut ? "..." : "");
    PRINT(out, "%*s", is_last ? 0 : (is_left ? blanks : 0) + gap, "");
    if (is_last)
        PRINT(out, "\n");
}

static void print_cells(struct table *table, struct printer *out)
{
    struct bytes rest = buffer_bytes(&table->cells);
    assert(table->column_count > 0);
    for (size_t i = 0; rest.length > 0; i++) {
        size_t length;
        memcpy(&length, rest.at, sizeof length);
        rest = bytes_after(rest, sizeof length);
        print_cell(table, i % table->column_count, bytes_of(rest.at, length), out);
        rest = bytes_after(rest, length);
    }
}

void table_print(struct table *table, struct printer *out)
{
    if (out->status == 0)
        out->status = table->status;
    fit(table);
    for (size_t i = 0; i < table->column_count; i++)
        print_cell(table, i, bytes_from_cstr(table->columns[i].title), out);
    print_cells(table, out);
}
