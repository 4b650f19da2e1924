/* SPDX-License-Identifier: Apache-2.0
 *
 * query - one run of a prepared statement: bind in order, step, read in order, end.
 *
 *     struct query query;
 *     query_begin(&query, store, SQL_KEY_FIND);
 *     query_bind_text(&query, name);
 *     while (query_next(&query)) {
 *         ... query_number(&query) ... query_text(&query) ...
 *     }
 *     return query_end(&query);
 *
 * Memory   what was bound is read until query_end(); views that were read last until the next
 *          query_next(). Every query_begin() has its query_end().
 * Errors   the first failure is kept, makes query_next() return false, and comes from query_end().
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/store_body.h"

struct query {
    struct store *store;
    sqlite3_stmt *statement;
    int place; /* of the parameter bound, or of the column read, last */
    int result;
};

void query_begin(struct query *query, struct store *store, enum sql which);
/* At most INT64_MAX, or all 64 bits as they are: those sort and add up otherwise. */
void query_bind_number(struct query *query, uint64_t value);
void query_bind_bits(struct query *query, uint64_t value);
void query_bind_text(struct query *query, struct bytes text);
void query_bind_blob(struct query *query, struct bytes blob);

bool query_next(struct query *query);
uint64_t query_number(struct query *query);
uint64_t query_bits(struct query *query);
struct bytes query_text(struct query *query);
/* Zeros, if there is none of that size. */
void query_blob(struct query *query, uint8_t *ret_bytes, size_t size);

enum store_status query_end(struct query *query);
/* For what returns no rows: runs and ends. */
enum store_status query_run(struct query *query);

#endif
