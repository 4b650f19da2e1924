/* SPDX-License-Identifier: Apache-2.0 */
#include "base/block_pool.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

/* What an idle block holds in its first bytes. */
struct idle_block {
    struct idle_block *next;
};

/* Stands at the beginning of its memory, so that a block finds it by its own address. */
struct span {
    struct list link; /* in pool->roomy, unless all blocks are live */
    struct idle_block *idle;
    size_t live;
    size_t carved; /* blocks that were ever used: the rest is memory that nobody touched */
};

#define SPAN_HEAD_BYTES 64
static_assert(sizeof(struct span) <= SPAN_HEAD_BYTES, "blocks begin behind the span's own words");

static struct span *span_of(const void *block)
{
    return (struct span *)((uintptr_t)block & ~(uintptr_t)(BLOCK_POOL_SPAN_BYTES - 1));
}

static size_t span_capacity(const struct block_pool *pool)
{
    return (BLOCK_POOL_SPAN_BYTES - SPAN_HEAD_BYTES) / pool->block_bytes;
}

void block_pool_init(struct block_pool *pool, size_t block_bytes, size_t keep_spans,
                     struct memory_budget *budget)
{
    *pool =
        (struct block_pool){.budget = budget, .block_bytes = block_bytes, .keep_spans = keep_spans};
    assert(block_bytes % 16 == 0 && span_capacity(pool) > 1);
    list_init(&pool->roomy);
}

static struct span *span_new(struct block_pool *pool)
{
    struct span *span = aligned_alloc(BLOCK_POOL_SPAN_BYTES, BLOCK_POOL_SPAN_BYTES);
    if (!span)
        return NULL;
    *span = (struct span){0};
    list_push_front(&pool->roomy, &span->link);
    pool->empty_spans++;
    return span;
}

static void span_free(struct block_pool *pool, struct span *span)
{
    list_remove(&span->link);
    pool->empty_spans--;
    free(span);
}

static void *span_take(struct block_pool *pool, struct span *span)
{
    void *block = span->idle;
    if (block)
        span->idle = span->idle->next;
    else
        block = (char *)span + SPAN_HEAD_BYTES + span->carved++ * pool->block_bytes;
    if (span->live++ == 0)
        pool->empty_spans--;
    if (span->live == span_capacity(pool))
        list_remove(&span->link);
    return block;
}

void *block_pool_take(struct block_pool *pool)
{
    if (!memory_budget_take(pool->budget, pool->block_bytes))
        return NULL;
    struct span *span = list_is_empty(&pool->roomy)
                            ? span_new(pool)
                            : CONTAINER_OF(pool->roomy.next, struct span, link);
    if (!span) {
        memory_budget_give(pool->budget, pool->block_bytes);
        return NULL;
    }
    pool->live_blocks++;
    return span_take(pool, span);
}

/* Empty spans stand last, so that they stay empty while others have room. */
static void span_became_empty(struct block_pool *pool, struct span *span)
{
    list_remove(&span->link);
    list_push_back(&pool->roomy, &span->link);
    pool->empty_spans++;
    if (pool->empty_spans > pool->keep_spans)
        span_free(pool, span);
}

void block_pool_give(struct block_pool *pool, void *block)
{
    if (!block)
        return;
    assert(pool->live_blocks > 0);
    pool->live_blocks--;
    memory_budget_give(pool->budget, pool->block_bytes);

    struct span *span = span_of(block);
    struct idle_block *idle = block;
    idle->next = span->idle;
    span->idle = idle;
    if (span->live-- == span_capacity(pool))
        list_push_front(&pool->roomy, &span->link);
    if (span->live == 0)
        span_became_empty(pool, span);
}

void block_pool_trim(struct block_pool *pool)
{
    LIST_EACH_SAFE(link, &pool->roomy)
    {
        struct span *span = CONTAINER_OF(link, struct span, link);
        if (span->live == 0)
            span_free(pool, span);
    }
}

void block_pool_clear(struct block_pool *pool)
{
    assert(pool->live_blocks == 0);
    if (pool->block_bytes > 0) /* not if it was only zeroed */
        block_pool_trim(pool);
}
