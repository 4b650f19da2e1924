/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory_budget.h"

#include "tests/test.h"

static void grants_up_to_the_limit_and_not_a_byte_more(void **state)
{
    (void)state;
    struct memory_budget budget;
    memory_budget_init(&budget, 100);

    assert_true(memory_budget_take(&budget, 60));
    assert_false(memory_budget_take(&budget, 41));
    assert_true(memory_budget_take(&budget, 40));
    assert_false(memory_budget_take(&budget, 1));
    assert_int_equal(memory_budget_used(&budget), 100);
}

static void a_refusal_takes_nothing(void **state)
{
    (void)state;
    struct memory_budget budget;
    memory_budget_init(&budget, 100);

    assert_false(memory_budget_take(&budget, 101));
    assert_false(memory_budget_take(&budget, SIZE_MAX));
    assert_int_equal(memory_budget_used(&budget), 0);
}

static void what_is_given_back_can_be_taken_again(void **state)
{
    (void)state;
    struct memory_budget budget;
    memory_budget_init(&budget, 100);

    assert_true(memory_budget_take(&budget, 100));
    memory_budget_give(&budget, 30);
    assert_true(memory_budget_take(&budget, 30));
    assert_int_equal(memory_budget_used(&budget), 100);
}

static void without_a_limit_it_only_counts(void **state)
{
    (void)state;
    struct memory_budget budget;
    memory_budget_init(&budget, 0);

    assert_true(memory_budget_take(&budget, (size_t)1 << 40));
    assert_int_equal(memory_budget_used(&budget), (uint64_t)1 << 40);
}

static void no_budget_grants_everything(void **state)
{
    (void)state;
    assert_true(memory_budget_take(NULL, SIZE_MAX));
    memory_budget_give(NULL, SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_up_to_the_limit_and_not_a_byte_more),
        cmocka_unit_test(a_refusal_takes_nothing),
        cmocka_unit_test(what_is_given_back_can_be_taken_again),
        cmocka_unit_test(without_a_limit_it_only_counts),
        cmocka_unit_test(no_budget_grants_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
