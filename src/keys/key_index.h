/* SPDX-License-Identifier: Apache-2.0
 *
 * key_index - counted blocks by 64-bit hash, in leaves that forks share: an index is 1024 small
 * tables, and a change copies one of them at most.
 *
 * Two blocks may have the same hash: whoever looks says which one is meant.
 *
 * Memory   embedded; has a hold on each block in it.
 * Threads  as key_table.h: changed by one thread until it is shown.
 * Errors   key_index_own(): -ENOMEM; what follows it cannot fail.
 */
#ifndef KEYS_KEY_INDEX_H
#define KEYS_KEY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "keys/counted.h"

#define KEY_INDEX_LEAVES 1024

struct key_leaf;

/* All zero: empty. How large a leaf is stands here, so that a search begins in the right slot and
 * not at the leaf's head: one line of memory less. */
struct key_index {
    struct {
        struct key_leaf *leaf;
        uint32_t last_slot;
    } leaves[KEY_INDEX_LEAVES];
};

void key_index_fork(struct key_index *index, const struct key_index *base);
void key_index_clear(struct key_index *index);

typedef bool key_index_is_fn(const struct counted *block, const void *wanted);
struct counted *key_index_find(const struct key_index *index, uint64_t hash, key_index_is_fn *is,
                               const void *wanted);

/* Makes the hash's leaf the index's own, with room for KEY_INDEX_ROOM more blocks. */
#define KEY_INDEX_ROOM 2
int key_index_own(struct key_index *index, uint64_t hash);
/* Both only behind key_index_own() for the hash. */
void key_index_add(struct key_index *index, uint64_t hash, struct counted *block);
/* Takes out a block that is there. */
void key_index_remove(struct key_index *index, uint64_t hash, const struct counted *block);

#endif
