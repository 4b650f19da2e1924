/* SPDX-License-Identifier: Apache-2.0
 *
 * store_tenant - tenants, each with limits over all of its keys.
 *
 * Units, memory, threads, errors: store.h.
 */
#ifndef STORE_STORE_TENANT_H
#define STORE_STORE_TENANT_H

#include "store/store.h"

#define STORE_NAME_BYTES 255  /* of a tenant, of a key */
#define STORE_TEXT_BYTES 8191 /* of a list or of labels */

/* 0: no limit. */
struct store_limits {
    uint64_t requests_per_minute, tokens_per_minute, concurrency;
    uint64_t day_nusd, month_nusd;
};

struct store_tenant {
    uint64_t
        id; /* given by the store: 1 and up, of one sequence with the keys', never used again */
    struct bytes name;
    struct store_limits limits;
    struct bytes labels; /* the caller's own text */
    uint64_t change;     /* when it was last written: grows with each change of any row */
};

typedef bool (*store_on_tenant)(void *user, const struct store_tenant *tenant);

/* Adds or replaces the tenant of that name; id and change are not read. */
enum store_status store_tenant_put(struct store *store, const struct store_tenant *tenant,
                                   uint64_t *ret_id);
enum store_status store_tenant_find(struct store *store, struct bytes name,
                                    store_on_tenant on_tenant, void *user);

#endif
