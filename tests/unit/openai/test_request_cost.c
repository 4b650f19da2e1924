/* SPDX-License-Identifier: Apache-2.0
 *
 * What reading a request costs, counted: no clock is asked. The room's own code, built a second
 * time for this test, calls __sanitizer_cov_trace_pc() in each piece of code that it runs without a
 * jump; such a step takes a few nanoseconds. bench/openai measures the same requests.
 */
#include <errno.h>

#include "openai/request.h"
#include "tests/test.h"
#include "tests/unit/openai/costly_request.h"

#define SMALL_BYTES 8000
#define FACTOR 8 /* so much larger is the other one */
/* Twice what the worst takes when optimised; 1 ms a KB would allow for some hundred. */
#define STEPS_PER_BYTE 60

struct cost {
    size_t bytes;
    uint64_t steps;
    uintptr_t stack_end; /* the lowest address that the stack came to */
    uint64_t memory_bytes;
};

static struct cost counted;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    counted.steps++;
    if (here < counted.stack_end)
        counted.stack_end = here;
}

static struct cost cost_of(const struct costly_request *costly, size_t size)
{
    struct buffer body = {0};
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    struct openai_error error = {0};
    assert_int_equal(costly_request_write(&body, costly, size), 0);
    memory_budget_init(&budget, 0);
    block_pool_init(&pool, 1024, 0, &budget);
    arena_init(&arena, &pool);

    counted = (struct cost){.bytes = body.length, .stack_end = UINTPTR_MAX};
    int r = openai_request_read(&request, costly->route, buffer_bytes(&body), &arena, &error);
    struct cost cost = counted;
    cost.memory_bytes = memory_budget_used(&budget);
    assert_true(r == 0 || r == -EINVAL);
    arena_clear(&arena);
    block_pool_clear(&pool);
    buffer_clear(&body);
    return cost;
}

static void no_body_costs_more_than_so_many_steps_a_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < costly_request_count; i++) {
        struct cost cost = cost_of(&costly_requests[i], SMALL_BYTES);
        print_message("%-12s %5.2f steps a byte\n", costly_requests[i].name,
                      (double)cost.steps / (double)cost.bytes);
        assert_true(cost.steps > 0);
        assert_true(cost.steps <= cost.bytes * STEPS_PER_BYTE);
    }
}

static void a_body_n_times_as_large_costs_n_times_the_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < costly_request_count; i++) {
        struct cost small = cost_of(&costly_requests[i], SMALL_BYTES);
        struct cost large = cost_of(&costly_requests[i], SMALL_BYTES * FACTOR);
        assert_true(large.steps <= small.steps * FACTOR + small.steps);
    }
}

static void no_body_makes_the_stack_grow(void **state)
{
    (void)state;
    for (size_t i = 0; i < costly_request_count; i++)
        assert_int_equal(cost_of(&costly_requests[i], SMALL_BYTES).stack_end,
                         cost_of(&costly_requests[i], SMALL_BYTES * FACTOR).stack_end);
}

/* But the model's name, which is not longer than itself. */
static void no_body_takes_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < costly_request_count; i++) {
        bool is_name = strcmp(costly_requests[i].name, "model") == 0;
        struct cost large = cost_of(&costly_requests[i], SMALL_BYTES * FACTOR);
        assert_true(large.memory_bytes <= (is_name ? large.bytes + 2048 : 2048));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_body_costs_more_than_so_many_steps_a_byte),
        cmocka_unit_test(a_body_n_times_as_large_costs_n_times_the_steps),
        cmocka_unit_test(no_body_makes_the_stack_grow),
        cmocka_unit_test(no_body_takes_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
