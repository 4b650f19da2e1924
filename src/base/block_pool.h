/* SPDX-License-Identifier: Apache-2.0
 *
 * block_pool - blocks of one size, kept for reuse by one loop: the hot path asks malloc for
 * nothing.
 *
 * Blocks are cut from aligned spans of BLOCK_POOL_SPAN_BYTES. A span whose blocks have all come
 * back is given back as a whole, so that a burst leaves no holes between what stays.
 *
 * Units    bytes.
 * Memory   the caller embeds the struct. A block in use is charged to the budget; at most
 *          keep_spans empty spans are kept (uncharged), the rest goes back to malloc.
 * Threads  a pool belongs to one loop.
 * Errors   block_pool_take() returns NULL when the budget or malloc refuses.
 */
#ifndef BASE_BLOCK_POOL_H
#define BASE_BLOCK_POOL_H

#include <stddef.h>

#include "base/list.h"
#include "base/memory_budget.h"

#define BLOCK_POOL_SPAN_BYTES (256 * 1024)

struct block_pool {
    struct memory_budget *budget; /* may be NULL */
    size_t block_bytes;
    size_t keep_spans;
    size_t live_blocks; /* taken and not given back; 0 after drain */
    size_t empty_spans; /* of those in `roomy` */
    struct list roomy;  /* spans with a free block; the one used last stands first */
};

/* block_bytes: a multiple of 16, and several fit into a span. */
void block_pool_init(struct block_pool *pool, size_t block_bytes, size_t keep_spans,
                     struct memory_budget *budget);
void *block_pool_take(struct block_pool *pool);
void block_pool_give(struct block_pool *pool, void *block);
/* Gives empty spans back to malloc. */
void block_pool_trim(struct block_pool *pool);
/* Requires live_blocks == 0. */
void block_pool_clear(struct block_pool *pool);

#endif
