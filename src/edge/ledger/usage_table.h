/* SPDX-License-Identifier: Apache-2.0
 *
 * usage_table - rows of usage that wait to be written: those of one day, tenant, key and model are
 * added up.
 *
 * When three quarters of the rows are taken, further models of a key are merged under "*"; when all
 * are, what fits no row is dropped and counted. So who asks for many models costs others nothing
 * but the last quarter.
 *
 * Units    store_usage.h.
 * Memory   the caller embeds the struct; a row is one block with its names in it.
 * Threads  belongs to its owner, who may lock it.
 * Errors   usage_table_init(): -ENOMEM. Adding has none: without memory it drops and counts.
 */
#ifndef EDGE_LEDGER_USAGE_TABLE_H
#define EDGE_LEDGER_USAGE_TABLE_H

#include "store/store_usage.h"

struct usage_row {
    struct usage_row *next; /* of the same bucket */
    struct store_usage usage;
    char names[]; /* which usage points into */
};

struct usage_table {
    struct usage_row **buckets; /* a power of two of them */
    size_t bucket_count;
    size_t count, most;
    uint64_t dropped; /* requests, since the owner last asked */
};

/* most: at least 4. */
int usage_table_init(struct usage_table *table, size_t most);
void usage_table_add(struct usage_table *table, const struct store_usage *usage);
/* Adds all rows of `from` to `into`, and what was dropped; `from` is empty behind it. */
void usage_table_move(struct usage_table *into, struct usage_table *from);
/* The rows as an array for the store, at most table->most; the names stay the table's. Returns how
 * many. */
size_t usage_table_list(const struct usage_table *table, struct store_usage *ret_rows);
/* Forgets the rows; what was dropped stays counted. */
void usage_table_empty(struct usage_table *table);
/* Takes zeroed ones. */
void usage_table_clear(struct usage_table *table);

#endif
