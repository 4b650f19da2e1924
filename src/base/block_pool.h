/* SPDX-License-Identifier: Apache-2.0
 *
 * block_pool - blocks of one size, kept for reuse by one loop: the hot path asks malloc for
 * nothing.
 *
 * Units    bytes.
 * Memory   the caller embeds the struct. A block in use is charged to the budget; at most
 *          keep_blocks idle ones are kept (uncharged), the rest goes back to malloc.
 * Threads  a pool belongs to one loop.
 * Errors   block_pool_take() returns NULL when the budget or malloc refuses.
 */
#ifndef BASE_BLOCK_POOL_H
#define BASE_BLOCK_POOL_H

#include <stddef.h>

#include "base/memory_budget.h"

struct block_pool {
    struct memory_budget *budget; /* may be NULL */
    size_t block_bytes;
    size_t keep_blocks;
    size_t idle_blocks;
    size_t live_blocks; /* taken and not given back; 0 after drain */
    void *idle;         /* first idle block; its first word points to the next */
};

void block_pool_init(struct block_pool *pool, size_t block_bytes, size_t keep_blocks,
                     struct memory_budget *budget);
void *block_pool_take(struct block_pool *pool);
void block_pool_give(struct block_pool *pool, void *block);
/* Gives idle blocks back to malloc. */
void block_pool_trim(struct block_pool *pool);
/* Requires live_blocks == 0. */
void block_pool_clear(struct block_pool *pool);

#endif
