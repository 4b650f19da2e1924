/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "openai/json.h"
#include "openai/request.h"
#include "tests/test.h"

/* The linker sends every allocation of the room through these: the n-th from now fails. */
void *__real_block_pool_take(struct block_pool *pool);
void *__wrap_block_pool_take(struct block_pool *pool);
void *__real_malloc(size_t size);
void *__real_realloc(void *piece, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *piece, size_t size);

static unsigned fail_in; /* 0: never */

static bool fails_now(void)
{
    return fail_in > 0 && --fail_in == 0;
}

/* Blocks come from spans, so that malloc is asked seldom; each block may be refused all the same.
 */
void *__wrap_block_pool_take(struct block_pool *pool)
{
    return fails_now() ? NULL : __real_block_pool_take(pool);
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return fails_now() ? NULL : __real_realloc(piece, size);
}

/* Blocks far too small, so that nearly every piece is an allocation of its own. */
static int read_with_failure(struct bytes body, unsigned nth)
{
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    struct openai_error error;
    memory_budget_init(&budget, 0);
    block_pool_init(&pool, 64, 0, &budget);
    arena_init(&arena, &pool);

    fail_in = nth;
    int r = openai_request_read(&request, OPENAI_CHAT, body, &arena, &error);
    fail_in = 0;
    arena_clear(&arena);
    assert_int_equal(memory_budget_used(&budget), 0);
    assert_int_equal(pool.live_blocks, 0);
    return r;
}

static unsigned fail_each_in_turn(struct bytes body, int expected)
{
    unsigned nth = 1;
    for (;; nth++) {
        int r = read_with_failure(body, nth);
        if (r == expected)
            return nth - 1;
        assert_int_equal(r, -ENOMEM);
        assert_true(nth < 100);
    }
}

static void each_failing_allocation_ends_the_reading_cleanly(void **state)
{
    (void)state;
    assert_true(fail_each_in_turn(BYTES("{\"model\":\"m\\u00e4\",\"x\":[1,2,3,4,5,6,7,8,9],"
                                        "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
                                  0) >= 1);
}

static void so_it_does_where_a_sentence_is_made(void **state)
{
    (void)state;
    assert_true(fail_each_in_turn(BYTES("{\"model\":\"m\",\"max_tokens\":\"1\"}"), -EINVAL) >= 3);
    assert_true(fail_each_in_turn(BYTES("{\"temperature\":9}"), -EINVAL) >= 3);
    assert_true(fail_each_in_turn(BYTES("{\"Model\":\"m\"}"), -EINVAL) >= 2);
    assert_true(fail_each_in_turn(BYTES("{\"messages\":[{\"role\":\"user\",\"content\":[5]}]}"),
                                  -EINVAL) >= 4);
    assert_true(fail_each_in_turn(BYTES("{\"model\""), -EINVAL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_ends_the_reading_cleanly),
        cmocka_unit_test(so_it_does_where_a_sentence_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
