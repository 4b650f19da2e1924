/* SPDX-License-Identifier: Apache-2.0
 *
 * model_table - which cores have which model, as far as is known. What is not known is not absent:
 * a model is absent from a core only if the core's list has come and lacks it.
 *
 * Units    cores as bits: bit i is core i.
 * Memory   ids are copied. One block for each list, one for the index.
 * Threads  one table belongs to one loop.
 * Errors   -ENOMEM; the table is then as it was. No question fails.
 */
#ifndef ROUTE_MODEL_TABLE_H
#define ROUTE_MODEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "route/core_table.h"

/* What one core told. */
struct model_ids {
    struct bytes *at;
    size_t count;
};

struct model_slot {
    struct bytes name; /* at == NULL: free */
    uint64_t hash;
    uint64_t cores;
};

struct model_table {
    size_t core_count;
    uint64_t listed; /* cores whose list is known */
    struct model_ids lists[CORE_TABLE_LIMIT];
    struct model_slot *slots; /* open addressing */
    size_t slot_count;        /* 0, or a power of two */
};

/* Where a model is to be had. */
struct model_cores {
    uint64_t having;  /* those that list it */
    uint64_t unknown; /* those that have not told their list yet, or have none to tell */
};

static inline bool model_is_absent(struct model_cores cores)
{
    return (cores.having | cores.unknown) == 0;
}

void model_table_init(struct model_table *table, size_t core_count);
void model_table_clear(struct model_table *table);

/* Replaces what was known of this core. An id that stands there twice counts once; NAME:latest is
 * found as NAME as well. */
int model_table_set(struct model_table *table, size_t core, const struct bytes *ids, size_t count);
/* Nothing is known of this core any more. */
void model_table_forget(struct model_table *table, size_t core);

struct model_cores model_table_find(const struct model_table *table, struct bytes name);
/* The same for a model that each core knows by a name of its own; at == NULL: not there at all. */
struct model_cores model_table_find_each(const struct model_table *table,
                                         const struct bytes *names);

#endif
