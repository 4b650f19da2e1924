/* SPDX-License-Identifier: Apache-2.0
 *
 * store_usage - what was used, by day, tenant, key and model. Names, not ids: the subjects of
 * tokens have no rows of their own.
 *
 * Units, memory, threads, errors: store.h.
 */
#ifndef STORE_STORE_USAGE_H
#define STORE_STORE_USAGE_H

#include <stddef.h>

#include "store/store.h"

#define STORE_USAGE_NAME_BYTES 512 /* of a tenant, key or model; longer ones are cut */

struct store_usage {
    uint32_t day; /* since 1970, UTC */
    struct bytes tenant, key, model;
    uint64_t requests;
    uint64_t prompt_tokens; /* cached ones included */
    uint64_t cached_tokens;
    uint64_t answer_tokens;
    uint64_t nusd;
    uint64_t saved_nusd;
};

typedef bool (*store_on_usage)(void *user, const struct store_usage *usage);

/* In one transaction: each row's numbers are added to what is there, up to INT64_MAX. */
enum store_status store_usage_add(struct store *store, const struct store_usage *rows,
                                  size_t count);

/* Any of them together; 0: one row, the sum of all. */
enum store_usage_by {
    STORE_BY_DAY = 1,
    STORE_BY_TENANT = 2,
    STORE_BY_KEY = 4, /* subjects of tokens may have the same name in two tenants: add the tenant */
    STORE_BY_MODEL = 8,
};

struct store_report {
    unsigned by;
    uint32_t first_day, last_day;    /* both included */
    struct bytes tenant, key, model; /* only this one; empty: all */
};

/* Sums over what `by` does not name, in whose rows that is empty (0); in order of day, tenant, key
 * and model. */
enum store_status store_usage_report(struct store *store, const struct store_report *report,
                                     store_on_usage on_usage, void *user);

#endif
