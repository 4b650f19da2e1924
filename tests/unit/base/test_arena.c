/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "tests/test.h"

#define BLOCK_BYTES 256

struct world {
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct world world;
    memory_budget_init(&world.budget, 0);
    block_pool_init(&world.pool, BLOCK_BYTES, 4, &world.budget);
    arena_init(&world.arena, &world.pool);
    *state = &world;
    return 0;
}

/* Whatever a test did, clearing gives all of it back. */
static int tear_down(void **state)
{
    struct world *world = *state;
    arena_clear(&world->arena);
    assert_int_equal(memory_budget_used(&world->budget), 0);
    assert_int_equal(world->pool.live_blocks, 0);
    block_pool_clear(&world->pool);
    return 0;
}

static void an_arena_that_was_not_used_holds_nothing(void **state)
{
    struct world *world = *state;
    assert_int_equal(memory_budget_used(&world->budget), 0);
}

static void every_piece_is_aligned_and_its_own(void **state)
{
    struct world *world = *state;
    unsigned char *pieces[100];

    for (size_t i = 0; i < 100; i++) {
        size_t size = i * 7;
        pieces[i] = arena_alloc(&world->arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)i, size);
    }
    for (size_t i = 0; i < 100; i++)
        for (size_t j = 0; j < i * 7; j++)
            assert_int_equal(pieces[i][j], i);
}

static void a_block_is_filled_to_its_last_byte(void **state)
{
    struct world *world = *state;
    assert_non_null(arena_alloc(&world->arena, BLOCK_BYTES - 16 - 1));
    assert_int_equal(world->pool.live_blocks, 1);
    assert_int_equal(memory_budget_used(&world->budget), BLOCK_BYTES);
    assert_non_null(arena_alloc(&world->arena, 1));
    assert_int_equal(world->pool.live_blocks, 2);
}

static void a_large_piece_is_charged_and_leaves_the_block_in_use(void **state)
{
    struct world *world = *state;
    char *small = arena_alloc(&world->arena, 16);
    assert_non_null(arena_alloc(&world->arena, 10 * BLOCK_BYTES));
    assert_true(memory_budget_used(&world->budget) >= 11 * BLOCK_BYTES);
    assert_ptr_equal(arena_alloc(&world->arena, 16), small + 16);
    assert_int_equal(world->pool.live_blocks, 1);
}

static void a_refusal_leaves_what_was_there(void **state)
{
    struct world *world = *state;
    world->budget.limit_bytes = BLOCK_BYTES;
    char *piece = arena_alloc(&world->arena, 100);
    assert_non_null(piece);
    memset(piece, 'x', 100);

    assert_null(arena_alloc(&world->arena, 200));
    assert_null(arena_alloc(&world->arena, 2000));
    assert_null(arena_alloc(&world->arena, SIZE_MAX));
    assert_int_equal(memory_budget_used(&world->budget), BLOCK_BYTES);
    assert_int_equal(piece[99], 'x');
    assert_non_null(arena_alloc(&world->arena, 100));
    world->budget.limit_bytes = 0;
}

static void zalloc_clears_reused_memory(void **state)
{
    struct world *world = *state;
    memset(arena_alloc(&world->arena, 200), 0xff, 200);
    arena_clear(&world->arena);
    const char *piece = arena_zalloc(&world->arena, 200);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(piece[i], 0);
}

static void a_copy_ends_with_a_zero_byte(void **state)
{
    struct world *world = *state;
    struct bytes copy = arena_copy(&world->arena, BYTES("abc"));
    assert_int_equal(copy.length, 3);
    assert_string_equal(copy.at, "abc");
    assert_string_equal(arena_copy(&world->arena, (struct bytes){0}).at, "");
}

static void format_prints_what_printf_prints(void **state)
{
    struct world *world = *state;
    struct bytes text = arena_format(&world->arena, "%d-%s", 42, "x");
    assert_int_equal(text.length, 4);
    assert_string_equal(text.at, "42-x");

    struct bytes wide = arena_format(&world->arena, "%1000d", 7);
    assert_int_equal(wide.length, 1000);
    assert_int_equal(wide.at[999], '7');
}

static void an_arena_can_be_used_after_clearing(void **state)
{
    struct world *world = *state;
    assert_non_null(arena_alloc(&world->arena, 100));
    arena_clear(&world->arena);
    assert_int_equal(memory_budget_used(&world->budget), 0);
    assert_non_null(arena_alloc(&world->arena, 100));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_arena_that_was_not_used_holds_nothing),
        TEST(every_piece_is_aligned_and_its_own),
        TEST(a_block_is_filled_to_its_last_byte),
        TEST(a_large_piece_is_charged_and_leaves_the_block_in_use),
        TEST(a_refusal_leaves_what_was_there),
        TEST(zalloc_clears_reused_memory),
        TEST(a_copy_ends_with_a_zero_byte),
        TEST(format_prints_what_printf_prints),
        TEST(an_arena_can_be_used_after_clearing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
