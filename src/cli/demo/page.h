/* SPDX-License-Identifier: Apache-2.0
 *
 * page - lines of text that fit a window: cut at its right edge and at its bottom, with or
 * without colours. Pure: bytes into a buffer.
 *
 * Units    columns and rows. Texts are ASCII, but for DEMO_BAR where the page may use UTF-8.
 * Memory   the caller's buffer.
 * Threads  belongs to its owner.
 * Errors   status: 0, or what buffer_append() said; after it nothing more is written.
 */
#ifndef CLI_DEMO_PAGE_H
#define CLI_DEMO_PAGE_H

#include "base/buffer.h"

enum demo_style { DEMO_NORMAL, DEMO_BOLD, DEMO_DIM, DEMO_GOOD, DEMO_BAD, DEMO_NOTABLE };

struct demo_page {
    struct buffer *out;
    unsigned columns, rows; /* rows: 0: any number */
    bool has_colour, has_utf8;
    bool is_frame; /* drawn over what stood there before, from the top left corner on */
    unsigned used_columns, used_rows;
    int status;
};

/* Begins at the top. */
void demo_page_begin(struct demo_page *page);
/* More of the present line; what passes the right edge is left out. */
void demo_page_text(struct demo_page *page, enum demo_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A bar of so many columns. */
void demo_page_bar(struct demo_page *page, enum demo_style style, unsigned columns);
/* Blanks up to this column. */
void demo_page_column(struct demo_page *page, unsigned column);
void demo_page_end_line(struct demo_page *page);
/* A whole line, perhaps empty. */
void demo_page_line(struct demo_page *page, enum demo_style style, const char *text);
/* A paragraph, broken between words, each line behind `indent` blanks. */
void demo_page_paragraph(struct demo_page *page, unsigned indent, const char *text);
unsigned demo_page_rows_left(const struct demo_page *page);
/* What stood below is gone. */
void demo_page_end(struct demo_page *page);

#endif
