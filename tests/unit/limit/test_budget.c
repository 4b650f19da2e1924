/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/budget.h"

#include "tests/test.h"

#define CHUNK 100

static struct budget entered(uint64_t limit_nusd)
{
    struct budget budget = {0};
    budget_enter(&budget, 5, limit_nusd);
    return budget;
}

static void draw(struct budget *budget)
{
    budget_drawn(budget, budget_ask(budget, CHUNK));
}

/* Somebody waits for so much, gets it drawn, and takes it. */
static void draw_and_hold(struct budget *budget, uint64_t cost_nusd)
{
    budget_claim(budget, cost_nusd);
    draw(budget);
    budget_unclaim(budget, cost_nusd);
    budget_hold(budget, cost_nusd);
}

static void nothing_is_drawn_until_somebody_claims_it(void **state)
{
    (void)state;
    struct budget budget = entered(1000);
    assert_false(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_judge(&budget, 10), BUDGET_WANTS_DRAW);
    budget_claim(&budget, 10);
    assert_true(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_ask(&budget, CHUNK), 10 + CHUNK / 2 + 1);
    assert_false(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_judge(&budget, 10), BUDGET_WANTS_DRAW);
    budget_drawn(&budget, 61);
    assert_int_equal(budget_judge(&budget, 61), BUDGET_FITS);
    assert_int_equal(budget_judge(&budget, 62), BUDGET_WANTS_DRAW);
}

static void it_is_drawn_ahead_when_it_gets_low(void **state)
{
    (void)state;
    struct budget budget = entered(1000);
    draw_and_hold(&budget, 50);
    assert_int_equal(budget.drawn_nusd, 101);
    budget_hold(&budget, 25);
    assert_false(budget_wants_draw(&budget, CHUNK));
    budget_hold(&budget, 1);
    assert_true(budget_wants_draw(&budget, CHUNK));
    draw(&budget);
    assert_int_equal(budget.drawn_nusd, 76 + CHUNK / 2 + 1);
}

static void the_smallest_chunk_is_no_obstacle(void **state)
{
    (void)state;
    struct budget budget = entered(1000);
    budget_claim(&budget, 10);
    assert_true(budget_wants_draw(&budget, 1));
    assert_int_equal(budget_ask(&budget, 1), 11);
    budget_drawn(&budget, 11);
    assert_false(budget_wants_draw(&budget, 1));
}

static void never_more_is_drawn_than_the_limit(void **state)
{
    (void)state;
    struct budget budget = entered(60);
    budget_claim(&budget, 60);
    budget_claim(&budget, UINT64_MAX);
    draw(&budget);
    assert_int_equal(budget.drawn_nusd, 60);
    budget_hold(&budget, 60);
    assert_false(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_judge(&budget, 1), BUDGET_OVER);
    assert_int_equal(budget_judge(&budget, 0), BUDGET_FITS);
}

static void what_reservations_gave_back_is_given_back_to_the_store(void **state)
{
    (void)state;
    struct budget budget = entered(10000);
    draw_and_hold(&budget, 5000);
    budget_spend(&budget, 5000, 10);
    assert_true(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_ask(&budget, CHUNK), 10 + CHUNK / 2 + 1);
    /* Not to be spent any more, though the store still has it. */
    assert_int_equal(budget_judge(&budget, 52), BUDGET_WANTS_DRAW);
    budget_drawn(&budget, 61);
    assert_false(budget_wants_draw(&budget, CHUNK));
}

static void what_is_claimed_is_not_given_back(void **state)
{
    (void)state;
    struct budget budget = entered(10000);
    budget_claim(&budget, 5000);
    draw(&budget);
    assert_false(budget_wants_draw(&budget, CHUNK));
    budget_hold(&budget, 10);
    budget_spend(&budget, 10, 5);
    assert_false(budget_wants_draw(&budget, CHUNK));
    budget_unclaim(&budget, 6000);
    assert_true(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_ask(&budget, CHUNK), 5 + CHUNK / 2 + 1);
}

static void a_lowered_limit_takes_back_no_more_than_is_not_used(void **state)
{
    (void)state;
    struct budget budget = entered(10000);
    draw_and_hold(&budget, 3000);
    budget_spend(&budget, 1000, 500);
    budget_enter(&budget, 5, 50);
    assert_int_equal(budget_judge(&budget, 1), BUDGET_OVER);
    assert_true(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_ask(&budget, CHUNK), 2500);
    assert_int_equal(budget.drawn_nusd, 2500);
    assert_true(budget_is_over(&budget));
}

static void what_costs_more_than_its_reservation_is_drawn_next(void **state)
{
    (void)state;
    struct budget budget = entered(10000);
    budget_hold(&budget, 400);
    assert_true(budget_wants_draw(&budget, CHUNK));
    assert_int_equal(budget_judge(&budget, 1), BUDGET_WANTS_DRAW);
    draw(&budget);
    assert_int_equal(budget.drawn_nusd, 400 + CHUNK / 2 + 1);
    budget_spend(&budget, 400, 400);
    assert_int_equal(budget_used(&budget), 400);
    assert_false(budget_wants_draw(&budget, CHUNK));
}

static void behind_a_failure_what_is_drawn_is_spent_and_the_store_is_asked_again(void **state)
{
    (void)state;
    struct budget budget = entered(1000);
    draw_and_hold(&budget, 50);
    budget_hold(&budget, 40);
    assert_true(budget_wants_draw(&budget, CHUNK));
    budget_ask(&budget, CHUNK);
    assert_false(budget_wants_draw(&budget, CHUNK));
    budget_failed(&budget);
    assert_int_equal(budget_judge(&budget, 11), BUDGET_FITS);
    assert_int_equal(budget_judge(&budget, 50), BUDGET_UNAVAILABLE);
    assert_true(budget_wants_draw(&budget, CHUNK));
    draw(&budget);
    assert_int_equal(budget_judge(&budget, 50), BUDGET_FITS);
    assert_false(budget_wants_draw(&budget, CHUNK));
}

static void the_next_period_begins_with_nothing(void **state)
{
    (void)state;
    struct budget budget = entered(1000);
    draw_and_hold(&budget, 90);
    budget_enter(&budget, 5, 1000);
    assert_int_equal(budget_used(&budget), 90);
    budget_enter(&budget, 4, 1000);
    assert_int_equal(budget_used(&budget), 90);
    budget_enter(&budget, 6, 1000);
    assert_int_equal(budget_used(&budget), 0);
    assert_int_equal(budget.drawn_nusd, 0);
    assert_int_equal(budget.first_day, 6);
}

static uint8_t alert_at(uint64_t spent_nusd, uint8_t told_percent)
{
    struct budget budget = {
        .limit_nusd = 1000, .spent_nusd = spent_nusd, .told_percent = told_percent};
    return budget_alert(&budget);
}

static void each_threshold_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(alert_at(499, 0), 0);
    assert_int_equal(alert_at(500, 0), 50);
    assert_int_equal(alert_at(799, 50), 0);
    assert_int_equal(alert_at(800, 50), 80);
    assert_int_equal(alert_at(989, 80), 0);
    assert_int_equal(alert_at(990, 0), 100);
    assert_int_equal(alert_at(5000, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_drawn_until_somebody_claims_it),
        cmocka_unit_test(it_is_drawn_ahead_when_it_gets_low),
        cmocka_unit_test(the_smallest_chunk_is_no_obstacle),
        cmocka_unit_test(never_more_is_drawn_than_the_limit),
        cmocka_unit_test(what_reservations_gave_back_is_given_back_to_the_store),
        cmocka_unit_test(what_is_claimed_is_not_given_back),
        cmocka_unit_test(a_lowered_limit_takes_back_no_more_than_is_not_used),
        cmocka_unit_test(what_costs_more_than_its_reservation_is_drawn_next),
        cmocka_unit_test(behind_a_failure_what_is_drawn_is_spent_and_the_store_is_asked_again),
        cmocka_unit_test(the_next_period_begins_with_nothing),
        cmocka_unit_test(each_threshold_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
