/* SPDX-License-Identifier: Apache-2.0
 *
 * row - what rows of tenants and keys have in common. Only files of store/ include it.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "store/query.h"
#include "store/store_tenant.h"

/* A name: 1 to STORE_NAME_BYTES bytes of UTF-8 without control characters, so that it can stand in
 * a line of a log or of a table. `whose` begins the sentence: "the name of a key". */
enum store_status row_check_name(struct store *store, const char *whose, struct bytes name);
/* A text: at most STORE_TEXT_BYTES of UTF-8 without NUL. */
enum store_status row_check_text(struct store *store, const char *whose, struct bytes text);

/* One change more, and so many new ids and keys; both numbers are the latest. */
struct row_counter {
    uint64_t change, last_id;
};
enum store_status row_count_change(struct store *store, unsigned new_ids, unsigned new_keys,
                                   struct row_counter *ret_counter);

void row_bind_limits(struct query *query, const struct store_limits *limits);
struct store_limits row_read_limits(struct query *query);

/* The id of the tenant of that name; 0: there is none. */
enum store_status row_find_tenant(struct store *store, struct bytes name, uint64_t *ret_id);
/* What store_tenant_put() does, inside a transaction that is the caller's. */
enum store_status row_write_tenant(struct store *store, const struct store_tenant *tenant,
                                   uint64_t *ret_id);
/* Every row that the query gives; query_end() is included. */
enum store_status row_visit_tenants(struct query *query, store_on_tenant on_tenant, void *user,
                                    size_t *ret_count);

#endif
