/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/page.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

/* ECMA-48. */
#define HOME "\033[H"
#define ERASE_LINE_END "\033[K"
#define ERASE_BELOW "\033[J"
#define NO_STYLE "\033[m"

static const char *const style_codes[] = {
    [DEMO_NORMAL] = "",       [DEMO_BOLD] = "\033[1m", [DEMO_DIM] = "\033[2m",
    [DEMO_GOOD] = "\033[32m", [DEMO_BAD] = "\033[31m", [DEMO_NOTABLE] = "\033[33m",
};

#define TEXT_BYTES 512 /* of one piece; no window is that wide */

static void put(struct demo_page *page, struct bytes view)
{
    if (page->status == 0)
        page->status = buffer_append(page->out, view);
}

static void put_cstr(struct demo_page *page, const char *text)
{
    put(page, bytes_from_cstr(text));
}

static bool is_full(const struct demo_page *page)
{
    return page->rows > 0 && page->used_rows >= page->rows;
}

static unsigned columns_left(const struct demo_page *page)
{
    return page->used_columns < page->columns ? page->columns - page->used_columns : 0;
}

unsigned demo_page_rows_left(const struct demo_page *page)
{
    return page->rows == 0 ? UINT_MAX : is_full(page) ? 0 : page->rows - page->used_rows;
}

void demo_page_begin(struct demo_page *page)
{
    page->used_columns = page->used_rows = 0;
    page->status = 0;
    if (page->is_frame)
        put_cstr(page, HOME);
}

/* A line of a frame is parted from the one above when it begins: behind the window's last line a
 * new one would make everything move up. */
static void begin_piece(struct demo_page *page, enum demo_style style)
{
    if (page->is_frame && page->used_columns == 0 && page->used_rows > 0)
        put_cstr(page, "\r\n");
    if (page->has_colour)
        put_cstr(page, style_codes[style]);
}

static void end_piece(struct demo_page *page, enum demo_style style)
{
    if (page->has_colour && style != DEMO_NORMAL)
        put_cstr(page, NO_STYLE);
}

void demo_page_text(struct demo_page *page, enum demo_style style, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (length < 0)
        page->status = -EINVAL;
    size_t count = strnlen(text, sizeof text);
    count = count < columns_left(page) ? count : columns_left(page);
    if (count == 0 || is_full(page))
        return;
    begin_piece(page, style);
    put(page, bytes_of(text, count));
    end_piece(page, style);
    page->used_columns += (unsigned)count;
}

void demo_page_bar(struct demo_page *page, enum demo_style style, unsigned columns)
{
    unsigned count = columns < columns_left(page) ? columns : columns_left(page);
    if (count == 0 || is_full(page))
        return;
    begin_piece(page, style);
    for (unsigned i = 0; i < count; i++)
        put_cstr(page, page->has_utf8 ? "\xe2\x96\x88" : "#"); /* U+2588, a full block */
    end_piece(page, style);
    page->used_columns += count;
}

void demo_page_column(struct demo_page *page, unsigned column)
{
    if (column > page->used_columns)
        demo_page_text(page, DEMO_NORMAL, "%*s", (int)(column - page->used_columns), "");
}

void demo_page_end_line(struct demo_page *page)
{
    if (is_full(page))
        return;
    if (page->used_columns == 0)
        begin_piece(page, DEMO_NORMAL);
    put_cstr(page, page->is_frame ? ERASE_LINE_END : "\n");
    page->used_columns = 0;
    page->used_rows++;
}

void demo_page_line(struct demo_page *page, enum demo_style style, const char *text)
{
    demo_page_text(page, style, "%s", text);
    demo_page_end_line(page);
}

/* How much of the text goes into one line: up to the last blank that fits, a long word cut. */
static size_t line_length(const char *text, size_t columns)
{
    size_t length = strlen(text);
    if (length <= columns)
        return length;
    for (size_t i = columns; i > 0; i--)
        if (text[i] == ' ')
            return i;
    return columns;
}

void demo_page_paragraph(struct demo_page *page, unsigned indent, const char *text)
{
    unsigned columns = page->columns > indent + 1 ? page->columns - indent : 1;
    while (*text && !is_full(page)) {
        size_t length = line_length(text, columns);
        demo_page_text(page, DEMO_NORMAL, "%*s%.*s", (int)indent, "", (int)length, text);
        demo_page_end_line(page);
        text += length;
        text += strspn(text, " ");
    }
}

void demo_page_end(struct demo_page *page)
{
    if (page->is_frame)
        put_cstr(page, ERASE_BELOW);
}
