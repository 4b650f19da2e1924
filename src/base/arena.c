/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGNMENT 16

static_assert(ALIGNMENT % alignof(max_align_t) == 0, "every allocation fits any object");

/* Stands in front of each block's payload; its size keeps the payload aligned. */
struct arena_block {
    alignas(ALIGNMENT) struct arena_block *next;
    size_t malloc_bytes; /* charged for a block of its own; 0: the block is the pool's */
};

void arena_init(struct arena *arena, struct block_pool *pool)
{
    assert(pool->block_bytes > sizeof(struct arena_block));
    *arena = (struct arena){.pool = pool};
}

static void push_block(struct arena *arena, struct arena_block *block, size_t malloc_bytes)
{
    block->next = arena->blocks;
    block->malloc_bytes = malloc_bytes;
    arena->blocks = block;
}

/* A piece larger than a pool block gets a block of its own; the newest pool block keeps its
 * room. */
static void *alloc_large(struct arena *arena, size_t size)
{
    size_t malloc_bytes = sizeof(struct arena_block) + size;
    if (!memory_budget_take(arena->pool->budget, malloc_bytes))
        return NULL;

    struct arena_block *block = malloc(malloc_bytes);
    if (!block) {
        memory_budget_give(arena->pool->budget, malloc_bytes);
        return NULL;
    }
    push_block(arena, block, malloc_bytes);
    return block + 1;
}

static bool add_pool_block(struct arena *arena)
{
    struct arena_block *block = block_pool_take(arena->pool);
    if (!block)
        return false;
    push_block(arena, block, 0);
    arena->next = (char *)(block + 1);
    arena->room_bytes = arena->pool->block_bytes - sizeof *block;
    return true;
}

static void *bump(struct arena *arena, size_t size)
{
    size_t padding = (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
    size_t step = padding < arena->room_bytes - size ? size + padding : arena->room_bytes;
    void *piece = arena->next;
    arena->next += step;
    arena->room_bytes -= step;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    if (size == 0)
        size = 1; /* so that NULL always means "refused" and two pieces never share a place */
    if (size <= arena->room_bytes)
        return bump(arena, size);
    if (size > arena->pool->block_bytes - sizeof(struct arena_block))
        return alloc_large(arena, size);
    return add_pool_block(arena) ? bump(arena, size) : NULL;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    void *piece = arena_alloc(arena, size);
    return piece ? memset(piece, 0, size) : NULL;
}

struct bytes arena_join(struct arena *arena, const struct bytes *parts, size_t part_count)
{
    size_t length = 0;
    for (size_t i = 0; i < part_count; i++)
        length += parts[i].length;
    char *joined = arena_alloc(arena, length + 1), *at = joined;
    if (!joined)
        return (struct bytes){0};
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].length > 0) /* an empty view may point nowhere */
            memcpy(at, parts[i].at, parts[i].length);
        at += parts[i].length;
    }
    *at = 0;
    return bytes_of(joined, length);
}

struct bytes arena_copy(struct arena *arena, struct bytes view)
{
    return arena_join(arena, &view, 1);
}

struct bytes arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);

    int length = vsnprintf(NULL, 0, format, arguments);
    size_t size = length < 0 ? 0 : (size_t)length + 1;
    char *text = length < 0 ? NULL : arena_alloc(arena, size);
    if (text)
        vsnprintf(text, size, format, again);

    va_end(again);
    va_end(arguments);
    return text ? bytes_of(text, size - 1) : (struct bytes){0};
}

void arena_clear(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        size_t malloc_bytes = block->malloc_bytes;
        arena->blocks = block->next;
        if (malloc_bytes == 0) {
            block_pool_give(arena->pool, block);
        } else {
            free(block);
            memory_budget_give(arena->pool->budget, malloc_bytes);
        }
    }
    arena->next = NULL;
    arena->room_bytes = 0;
}
