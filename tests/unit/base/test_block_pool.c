/* SPDX-License-Identifier: Apache-2.0 */
#include "base/block_pool.h"

#include <string.h>

#include "tests/test.h"

#define BLOCK 4096
#define BLOCKS_OF_A_SPAN ((BLOCK_POOL_SPAN_BYTES - 64) / BLOCK)

static void a_block_given_back_is_the_next_one_taken(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 1, NULL);
    void *first = block_pool_take(&pool), *second = block_pool_take(&pool);
    assert_ptr_not_equal(first, second);
    block_pool_give(&pool, first);
    assert_ptr_equal(block_pool_take(&pool), first);
    block_pool_give(&pool, first);
    block_pool_give(&pool, second);
    block_pool_clear(&pool);
}

/* Every byte of every block is its owner's alone. */
static void blocks_do_not_overlap(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 0, NULL);
    char *blocks[2 * BLOCKS_OF_A_SPAN];
    for (size_t i = 0; i < 2 * BLOCKS_OF_A_SPAN; i++) {
        blocks[i] = block_pool_take(&pool);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, BLOCK);
    }
    for (size_t i = 0; i < 2 * BLOCKS_OF_A_SPAN; i++) {
        assert_int_equal(blocks[i][0], (char)i);
        assert_int_equal(blocks[i][BLOCK - 1], (char)i);
        block_pool_give(&pool, blocks[i]);
    }
    block_pool_clear(&pool);
}

static void keeps_no_more_empty_spans_than_told(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 1, NULL);
    void *blocks[3 * BLOCKS_OF_A_SPAN];
    for (size_t i = 0; i < 3 * BLOCKS_OF_A_SPAN; i++)
        blocks[i] = block_pool_take(&pool);
    assert_int_equal(pool.live_blocks, 3 * BLOCKS_OF_A_SPAN);
    for (size_t i = 0; i < 3 * BLOCKS_OF_A_SPAN; i++)
        block_pool_give(&pool, blocks[i]);
    assert_int_equal(pool.live_blocks, 0);
    assert_int_equal(pool.empty_spans, 1);
    block_pool_trim(&pool);
    assert_int_equal(pool.empty_spans, 0);
    block_pool_clear(&pool);
}

static void a_span_that_was_full_serves_again(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 1, NULL);
    void *blocks[BLOCKS_OF_A_SPAN];
    for (size_t i = 0; i < BLOCKS_OF_A_SPAN; i++)
        blocks[i] = block_pool_take(&pool);
    block_pool_give(&pool, blocks[7]);
    assert_ptr_equal(block_pool_take(&pool), blocks[7]);
    for (size_t i = 0; i < BLOCKS_OF_A_SPAN; i++)
        block_pool_give(&pool, blocks[i]);
    block_pool_clear(&pool);
}

static void only_blocks_in_use_are_charged(void **state)
{
    struct memory_budget budget;
    struct block_pool pool;
    memory_budget_init(&budget, 2 * BLOCK);
    block_pool_init(&pool, BLOCK, 1, &budget);
    void *a = block_pool_take(&pool), *b = block_pool_take(&pool);
    assert_null(block_pool_take(&pool));
    assert_int_equal(pool.live_blocks, 2);
    assert_int_equal(memory_budget_used(&budget), 2 * BLOCK);
    block_pool_give(&pool, a);
    block_pool_give(&pool, b);
    assert_int_equal(memory_budget_used(&budget), 0);
    block_pool_clear(&pool);
}

static void trimming_leaves_live_blocks_alone(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 1, NULL);
    char *live = block_pool_take(&pool), *idle = block_pool_take(&pool);
    memset(live, 'x', BLOCK);
    block_pool_give(&pool, idle);
    block_pool_trim(&pool);
    assert_int_equal(pool.live_blocks, 1);
    assert_int_equal(live[BLOCK - 1], 'x');
    block_pool_give(&pool, live);
    block_pool_clear(&pool);
}

static void giving_nothing_back_is_allowed(void **state)
{
    struct block_pool pool;
    block_pool_init(&pool, BLOCK, 1, NULL);
    block_pool_give(&pool, NULL);
    assert_int_equal(pool.live_blocks, 0);
    block_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_given_back_is_the_next_one_taken),
        cmocka_unit_test(blocks_do_not_overlap),
        cmocka_unit_test(keeps_no_more_empty_spans_than_told),
        cmocka_unit_test(a_span_that_was_full_serves_again),
        cmocka_unit_test(only_blocks_in_use_are_charged),
        cmocka_unit_test(trimming_leaves_live_blocks_alone),
        cmocka_unit_test(giving_nothing_back_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
