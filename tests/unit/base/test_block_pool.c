/* SPDX-License-Identifier: Apache-2.0 */
#include "base/block_pool.h"

#include "tests/test.h"

static void a_block_given_back_is_the_next_one_taken(void **state)
{
    (void)state;
    struct block_pool pool;
    block_pool_init(&pool, 64, 4, NULL);

    void *first = block_pool_take(&pool);
    block_pool_give(&pool, first);
    assert_int_equal(pool.idle_blocks, 1);
    assert_ptr_equal(block_pool_take(&pool), first);

    block_pool_give(&pool, first);
    block_pool_clear(&pool);
}

static void keeps_no_more_idle_blocks_than_told(void **state)
{
    (void)state;
    struct block_pool pool;
    block_pool_init(&pool, 64, 2, NULL);

    void *blocks[3];
    for (int i = 0; i < 3; i++)
        blocks[i] = block_pool_take(&pool);
    assert_int_equal(pool.live_blocks, 3);
    for (int i = 0; i < 3; i++)
        block_pool_give(&pool, blocks[i]);

    assert_int_equal(pool.live_blocks, 0);
    assert_int_equal(pool.idle_blocks, 2);
    block_pool_clear(&pool);
}

static void only_blocks_in_use_are_charged(void **state)
{
    (void)state;
    struct memory_budget budget;
    struct block_pool pool;
    memory_budget_init(&budget, 128);
    block_pool_init(&pool, 64, 4, &budget);

    void *a = block_pool_take(&pool), *b = block_pool_take(&pool);
    assert_null(block_pool_take(&pool));
    assert_int_equal(pool.live_blocks, 2);
    assert_int_equal(memory_budget_used(&budget), 128);

    block_pool_give(&pool, a);
    block_pool_give(&pool, b);
    assert_int_equal(memory_budget_used(&budget), 0);
    assert_int_equal(pool.idle_blocks, 2);
    block_pool_clear(&pool);
}

static void trimming_leaves_live_blocks_alone(void **state)
{
    (void)state;
    struct block_pool pool;
    block_pool_init(&pool, 64, 4, NULL);

    void *live = block_pool_take(&pool), *idle = block_pool_take(&pool);
    block_pool_give(&pool, idle);
    block_pool_trim(&pool);
    assert_int_equal(pool.idle_blocks, 0);
    assert_int_equal(pool.live_blocks, 1);

    block_pool_give(&pool, live);
    block_pool_clear(&pool);
}

static void giving_nothing_back_is_allowed(void **state)
{
    (void)state;
    struct block_pool pool;
    block_pool_init(&pool, 64, 4, NULL);
    block_pool_give(&pool, NULL);
    assert_int_equal(pool.idle_blocks, 0);
    block_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_given_back_is_the_next_one_taken),
        cmocka_unit_test(keeps_no_more_idle_blocks_than_told),
        cmocka_unit_test(only_blocks_in_use_are_charged),
        cmocka_unit_test(trimming_leaves_live_blocks_alone),
        cmocka_unit_test(giving_nothing_back_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
