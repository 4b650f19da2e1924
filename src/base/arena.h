/* SPDX-License-Identifier: Apache-2.0
 *
 * arena - memory that lives as long as one exchange: taken in bumps, given back all at once.
 *
 * Units    bytes; every allocation is aligned for any object.
 * Memory   the caller embeds the struct; blocks come from the pool of the arena's loop, larger
 *          pieces from malloc, both charged to the pool's budget.
 * Threads  an arena belongs to the loop of its pool.
 * Errors   NULL when the budget or malloc refuses; what was allocated before stays valid.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/block_pool.h"
#include "base/bytes.h"

struct arena_block;

struct arena {
    struct block_pool *pool;
    struct arena_block *blocks; /* newest first */
    char *next;                 /* free room in the newest pool block */
    size_t room_bytes;
};

void arena_init(struct arena *arena, struct block_pool *pool);
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);
/* A copy with a 0 byte behind it (not counted in its length); at == NULL: out of memory. */
struct bytes arena_copy(struct arena *arena, struct bytes view);
/* The parts behind one another, with a 0 byte behind them; at == NULL: out of memory. */
struct bytes arena_join(struct arena *arena, const struct bytes *parts, size_t part_count);
/* printf into the arena; at == NULL: out of memory. */
struct bytes arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Frees everything; the arena may be used again. */
void arena_clear(struct arena *arena);

#endif
