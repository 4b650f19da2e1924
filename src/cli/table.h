/* SPDX-License-Identifier: Apache-2.0
 *
 * table - rows and columns for a person: as wide as what stands in them, and where that is wider
 * than the page, texts are cut, the longest first.
 *
 *   NAME      TENANT       RPM
 *   alice     default      600
 *   a-very... search         -
 *
 * Units    columns of a terminal; a character is taken for one of them.
 * Memory   the cells are copied and live until table_clear().
 * Threads  belongs to its owner.
 * Errors   status: 0 or -ENOMEM, kept until table_print().
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "config/printer.h"

#define TABLE_COLUMNS 12 /* at most */
#define TABLE_WIDTH 80   /* of the page */

enum table_side {
    TABLE_LEFT,  /* a text: may be cut */
    TABLE_RIGHT, /* a number: never cut */
};

struct table_column {
    const char *title;
    enum table_side side;
};

struct table {
    const struct table_column *columns;
    size_t column_count;
    struct buffer cells; /* each behind its length */
    size_t cell_count, widths[TABLE_COLUMNS];
    int status;
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
/* The next cell, row by row from left to right. */
void table_add(struct table *table, struct bytes text);
void table_add_format(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void table_print(struct table *table, struct printer *out);
void table_clear(struct table *table);

#endif
