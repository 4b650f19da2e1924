/* SPDX-License-Identifier: Apache-2.0 */
#include "base/block_pool.h"

#include <assert.h>
#include <stdlib.h>

/* What an idle block holds in its first bytes. */
struct idle_block {
    struct idle_block *next;
};

void block_pool_init(struct block_pool *pool, size_t block_bytes, size_t keep_blocks,
                     struct memory_budget *budget)
{
    assert(block_bytes >= sizeof(struct idle_block));
    *pool = (struct block_pool){
        .budget = budget,
        .block_bytes = block_bytes,
        .keep_blocks = keep_blocks,
    };
}

static void *pop_idle(struct block_pool *pool)
{
    struct idle_block *block = pool->idle;
    pool->idle = block->next;
    pool->idle_blocks--;
    return block;
}

void *block_pool_take(struct block_pool *pool)
{
    if (!memory_budget_take(pool->budget, pool->block_bytes))
        return NULL;

    void *block = pool->idle ? pop_idle(pool) : malloc(pool->block_bytes);
    if (!block) {
        memory_budget_give(pool->budget, pool->block_bytes);
        return NULL;
    }
    pool->live_blocks++;
    return block;
}

void block_pool_give(struct block_pool *pool, void *block)
{
    if (!block)
        return;
    assert(pool->live_blocks > 0);
    pool->live_blocks--;
    memory_budget_give(pool->budget, pool->block_bytes);

    if (pool->idle_blocks >= pool->keep_blocks) {
        free(block);
        return;
    }
    struct idle_block *idle = block;
    idle->next = pool->idle;
    pool->idle = idle;
    pool->idle_blocks++;
}

void block_pool_trim(struct block_pool *pool)
{
    while (pool->idle)
        free(pop_idle(pool));
}

void block_pool_clear(struct block_pool *pool)
{
    assert(pool->live_blocks == 0);
    block_pool_trim(pool);
}
