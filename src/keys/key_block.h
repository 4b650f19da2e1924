/* SPDX-License-Identifier: Apache-2.0
 *
 * key_block - what key_copy() and tenant_copy() make, as the table that shares it sees it.
 *
 * Memory   a block is counted; its lists and texts stand behind it.
 * Threads  any.
 */
#ifndef KEYS_KEY_BLOCK_H
#define KEYS_KEY_BLOCK_H

#include "base/list.h"
#include "keys/counted.h"
#include "keys/key.h"

struct key_block {
    struct counted counted;
    struct key key;
};

struct tenant_block {
    struct counted counted;
    struct tenant tenant;
};

static inline struct counted *key_counted(const struct key *key)
{
    return &CONTAINER_OF(key, struct key_block, key)->counted;
}

static inline struct counted *tenant_counted(const struct tenant *tenant)
{
    return &CONTAINER_OF(tenant, struct tenant_block, tenant)->counted;
}

static inline const struct key *key_of(const struct counted *counted)
{
    return &((const struct key_block *)counted)->key;
}

static inline const struct tenant *tenant_of(const struct counted *counted)
{
    return &((const struct tenant_block *)counted)->tenant;
}

#endif
