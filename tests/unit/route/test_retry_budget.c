/* SPDX-License-Identifier: Apache-2.0 */
#include "route/retry_budget.h"

#include "tests/test.h"

#define S UINT64_C(1000000000)

static unsigned take_all(struct retry_budget *budget, uint64_t now_ns)
{
    unsigned taken = 0;
    while (retry_budget_take(budget, now_ns))
        taken++;
    return taken;
}

static void the_burst_is_there_before_any_request(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 20, 3);
    assert_int_equal(take_all(&budget, 0), 3);
    retry_budget_init(&budget, 20, 0);
    assert_int_equal(take_all(&budget, 0), 0);
}

static void requests_earn_their_percentage(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 20, 1);
    for (int i = 0; i < 100; i++)
        retry_budget_note_request(&budget, 5 * S);
    assert_int_equal(take_all(&budget, 5 * S), 21);
}

static void what_is_ten_seconds_old_is_forgotten(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 100, 0);
    for (int i = 0; i < 5; i++)
        retry_budget_note_request(&budget, 100 * S);
    assert_true(retry_budget_take(&budget, 109 * S));
    assert_false(retry_budget_take(&budget, 110 * S));

    retry_budget_note_request(&budget, 110 * S);
    retry_budget_note_request(&budget, 110 * S);
    assert_int_equal(take_all(&budget, 110 * S), 1); /* the retry at 109 s still counts */
}

static void a_long_silence_clears_everything(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 100, 2);
    assert_int_equal(take_all(&budget, 7 * S), 2);
    assert_int_equal(take_all(&budget, 1000000 * S), 2);
}

static void a_clock_that_stands_still_or_steps_back_grants_nothing_more(void **state)
{
    (void)state;
    struct retry_budget budget;
    retry_budget_init(&budget, 0, 2);
    assert_int_equal(take_all(&budget, 50 * S), 2);
    assert_int_equal(take_all(&budget, 50 * S), 0);
    assert_int_equal(take_all(&budget, 20 * S), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_burst_is_there_before_any_request),
        cmocka_unit_test(requests_earn_their_percentage),
        cmocka_unit_test(what_is_ten_seconds_old_is_forgotten),
        cmocka_unit_test(a_long_silence_clears_everything),
        cmocka_unit_test(a_clock_that_stands_still_or_steps_back_grants_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
