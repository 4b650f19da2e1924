/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/limit/desk.h"

static const struct limiter_options options = {.accounts = 100, .chunk_nusd = USD, .seed = 3};

static struct limit_cost tokens(uint64_t count)
{
    return (struct limit_cost){.tokens = count};
}

static struct limit_cost money(uint64_t nusd)
{
    return (struct limit_cost){.nusd = nusd};
}

static struct desk opened(struct limit_admission *ret_admission, struct limits key,
                          struct limits tenant)
{
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits = key;
    desk.subject.tenant.limits = tenant;
    *ret_admission = (struct limit_admission){0};
    return desk;
}

/* --- tokens --- */

static void a_minutes_tokens_may_be_reserved_at_once(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk =
        opened(&admission, (struct limits){.tokens_per_minute = 600}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(600), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, tokens(600));
    assert_int_equal(desk_reserve(&desk, &admission, tokens(100), &reservation), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.kind, LIMIT_TOKENS);
    assert_int_equal(desk.refusal.wanted, 100);
    assert_int_equal(desk.refusal.used, 600);
    assert_int_equal(desk.refusal.retry_after_ms, 10000);
    desk_pass(&desk, 9999 * MS);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(100), &reservation), LIMIT_REFUSED);
    desk_pass(&desk, MS);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(100), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, tokens(100));
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void what_was_not_used_is_given_back(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 600},
                              (struct limits){.tokens_per_minute = 900});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(500), &reservation), LIMIT_GRANTED);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 500);
    limit_settle(&reservation, desk.time, tokens(20));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 20);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_TOKENS).used, 20);
    limit_settle(&reservation, desk.time, tokens(20));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 20);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void what_was_used_beyond_the_reservation_is_taken(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_refusal refusal;
    struct desk desk =
        opened(&admission, (struct limits){.tokens_per_minute = 600}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(100), &reservation), LIMIT_GRANTED);
    assert_int_equal(limit_charge(&reservation, desk.time, tokens(40), &refusal), LIMIT_WITHIN);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 100);
    assert_int_equal(limit_charge(&reservation, desk.time, tokens(130), &refusal), LIMIT_WITHIN);
    assert_int_equal(limit_charge(&reservation, desk.time, tokens(150), &refusal), LIMIT_WITHIN);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 150);
    limit_settle(&reservation, desk.time, tokens(900));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 600);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).reset_ms, 90000);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_prompt_beyond_the_limit_never_passes(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 1000},
                              (struct limits){.tokens_per_minute = 600});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(1300), &reservation), LIMIT_REFUSED);
    assert_true(desk.refusal.is_never);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_TENANT);
    assert_int_equal(desk.refusal.wanted, 650);
    assert_int_equal(desk.refusal.retry_after_ms, 0);
    /* Worse than any wait. */
    assert_int_equal(desk_reserve(&desk, &admission, tokens(200), &reservation), LIMIT_GRANTED);
    desk.subject.key.limits.tokens_per_minute = 100;
    struct limit_reservation other;
    assert_int_equal(desk_reserve(&desk, &admission, tokens(500), &other), LIMIT_REFUSED);
    assert_true(desk.refusal.is_never);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_KEY);
    limit_settle(&reservation, desk.time, tokens(0));
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void never_is_worse_than_any_wait(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 1000},
                              (struct limits){.tokens_per_minute = 100000});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(1000), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, tokens(100000));
    assert_int_equal(desk_reserve(&desk, &admission, tokens(3000), &reservation), LIMIT_REFUSED);
    assert_true(desk.refusal.is_never);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_KEY);
    limit_leave(&admission, desk.time);

    desk.subject.key.limits.tokens_per_minute = 100000;
    desk.subject.tenant.limits.tokens_per_minute = 1000;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(3000), &reservation), LIMIT_REFUSED);
    assert_true(desk.refusal.is_never);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_TENANT);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_guess_beyond_the_limit_counts_as_the_whole_of_it(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk =
        opened(&admission, (struct limits){.tokens_per_minute = 600}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(1100), &reservation), LIMIT_GRANTED);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 600);
    limit_settle(&reservation, desk.time, tokens(700));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).reset_ms, 70000);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void an_absurd_count_is_bounded(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 600, .day_nusd = 5},
                              (struct limits){0});
    struct limit_cost absurd = {UINT64_MAX, UINT64_MAX};
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(1), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, absurd);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used,
                     UINT64_C(1000000) * USD);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void who_has_no_limits_reserves_whatever_it_wants(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_refusal refusal;
    struct limit_cost much = {1000000, USD};
    struct desk desk = opened(&admission, (struct limits){0}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, much, &reservation), LIMIT_GRANTED);
    much.nusd *= 2;
    assert_int_equal(limit_charge(&reservation, desk.time, much, &refusal), LIMIT_WITHIN);
    limit_settle(&reservation, desk.time, much);
    assert_int_equal(limit_charge(&reservation, desk.time, much, &refusal), LIMIT_WITHIN);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

/* --- money --- */

static void money_is_drawn_before_it_is_reserved(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk =
        opened(&admission, (struct limits){.day_nusd = 10 * USD, .month_nusd = 100 * USD},
               (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, money(USD / 10), &reservation),
                     LIMIT_WANTS_DRAW);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 0);
    assert_true(limiter_has_notices(desk.limiter));
    desk_answer(&desk, true);
    assert_false(limiter_has_notices(desk.limiter));
    assert_int_equal(desk.draws, 2);
    assert_int_equal(desk_reserve(&desk, &admission, money(USD / 10), &reservation), LIMIT_GRANTED);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD / 10);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_MONTH_BUDGET).used, USD / 10);
    limit_settle(&reservation, desk.time, money(USD / 20));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD / 20);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

/* Reserves, answering draws. */
static enum limit_verdict reserve_drawn(struct desk *desk, struct limit_admission *admission,
                                        struct limit_cost cost,
                                        struct limit_reservation *ret_reservation)
{
    enum limit_verdict verdict = desk_reserve(desk, admission, cost, ret_reservation);
    for (unsigned i = 0; i < 5 && verdict == LIMIT_WANTS_DRAW; i++) {
        desk_answer(desk, true);
        verdict = desk_reserve(desk, admission, cost, ret_reservation);
    }
    return verdict;
}

static void a_budget_that_is_used_up_frees_with_the_next_period(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.day_nusd = 10 * USD},
                              (struct limits){.month_nusd = 15 * USD});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(9 * USD), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(9 * USD));
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.kind, LIMIT_DAY_BUDGET);
    assert_int_equal(desk.refusal.used, 9 * USD);
    assert_int_equal(desk.refusal.wanted, 2 * USD);
    assert_int_equal(desk.refusal.retry_after_ms, DAY_MS / 2);
    desk_pass(&desk, (desk.refusal.retry_after_ms - 1) * MS);
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_REFUSED);
    desk_pass(&desk, MS);
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(2 * USD));
    assert_int_equal(reserve_drawn(&desk, &admission, money(5 * USD), &reservation), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.kind, LIMIT_MONTH_BUDGET);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_TENANT);
    /* To the first of December from the beginning of the 23rd of November. */
    assert_int_equal(desk.refusal.retry_after_ms, 8 * DAY_MS);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void what_costs_nothing_passes_when_the_budget_is_used_up(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.day_nusd = 100}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(100), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(130));
    assert_int_equal(reserve_drawn(&desk, &admission, money(1), &reservation), LIMIT_REFUSED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(0), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(0));
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_prompt_beyond_the_budget_never_passes(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.month_nusd = USD}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(3 * USD), &reservation), LIMIT_REFUSED);
    assert_true(desk.refusal.is_never);
    assert_int_equal(desk.refusal.wanted, 3 * USD / 2);
    assert_int_equal(desk.refusal.retry_after_ms, 0);
    assert_int_equal(reserve_drawn(&desk, &admission, money(3 * USD / 2), &reservation),
                     LIMIT_GRANTED);
    assert_int_equal(reservation.held.nusd, USD);
    limit_settle(&reservation, desk.time, money(0));
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void more_than_the_budget_is_told_while_it_streams(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_refusal refusal;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 1000},
                              (struct limits){.day_nusd = USD, .month_nusd = 2 * USD});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(USD / 2), &reservation), LIMIT_GRANTED);
    assert_int_equal(limit_charge(&reservation, desk.time, money(USD), &refusal), LIMIT_WITHIN);
    assert_int_equal(limit_charge(&reservation, desk.time, money(USD + 1), &refusal),
                     LIMIT_OVER_BUDGET);
    assert_int_equal(refusal.kind, LIMIT_DAY_BUDGET);
    assert_int_equal(refusal.owner, LIMIT_OF_TENANT);
    assert_int_equal(refusal.used, USD + 1);
    assert_int_equal(refusal.retry_after_ms, DAY_MS / 2);
    assert_int_equal(limit_charge(&reservation, desk.time, money(3 * USD), &refusal),
                     LIMIT_OVER_BUDGET);
    assert_int_equal(refusal.kind, LIMIT_MONTH_BUDGET);
    limit_settle(&reservation, desk.time, money(3 * USD));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_DAY_BUDGET).used, 3 * USD);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_DAY_BUDGET).remaining, 0);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void without_a_store_only_what_is_drawn_can_be_spent(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk =
        opened(&admission, (struct limits){.day_nusd = 10 * USD}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(USD / 10), &reservation),
                     LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(USD / 10));
    desk_answer(&desk, false);
    assert_int_equal(desk_reserve(&desk, &admission, money(USD / 10), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(USD / 10));
    assert_int_equal(desk_reserve(&desk, &admission, money(2 * USD), &reservation),
                     LIMIT_WANTS_DRAW);
    desk_answer(&desk, false);
    assert_int_equal(desk_reserve(&desk, &admission, money(2 * USD), &reservation),
                     LIMIT_UNAVAILABLE);
    /* The first draw that works ends it. */
    desk_answer(&desk, true);
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(2 * USD));
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

/* --- over midnight --- */

static void a_reservation_of_yesterday_gives_nothing_back_to_today(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation old, new;
    struct desk desk = opened(&admission, (struct limits){.day_nusd = 10 * USD},
                              (struct limits){.month_nusd = 100 * USD});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(8 * USD), &old), LIMIT_GRANTED);
    desk_pass(&desk, DAY_MS / 2 * MS);
    assert_int_equal(reserve_drawn(&desk, &admission, money(5 * USD), &new), LIMIT_GRANTED);
    limit_settle(&old, desk.time, money(USD));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 5 * USD);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_MONTH_BUDGET).used, 6 * USD);
    limit_settle(&new, desk.time, money(USD));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void what_exceeds_a_reservation_counts_on_the_day_on_which_it_comes(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_refusal refusal;
    struct desk desk =
        opened(&admission, (struct limits){.day_nusd = 10 * USD}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_GRANTED);
    assert_int_equal(limit_charge(&reservation, desk.time, money(3 * USD), &refusal), LIMIT_WITHIN);
    desk_pass(&desk, DAY_MS / 2 * MS);
    assert_int_equal(limit_charge(&reservation, desk.time, money(7 * USD), &refusal), LIMIT_WITHIN);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 4 * USD);
    limit_settle(&reservation, desk.time, money(5 * USD));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 2 * USD);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_clock_that_is_set_back_begins_no_period_again(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk =
        opened(&admission, (struct limits){.day_nusd = 10 * USD}, (struct limits){0});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(reserve_drawn(&desk, &admission, money(9 * USD), &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, money(9 * USD));
    desk.time.wall_ms -= DAY_MS;
    assert_int_equal(reserve_drawn(&desk, &admission, money(2 * USD), &reservation), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.retry_after_ms, DAY_MS + DAY_MS / 2);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).reset_ms,
                     DAY_MS + DAY_MS / 2);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_reservation_may_outlive_its_admission(void **state)
{
    (void)state;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct desk desk = opened(&admission, (struct limits){.tokens_per_minute = 600},
                              (struct limits){.concurrency = 1});
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, tokens(60), &reservation), LIMIT_GRANTED);
    limit_leave(&admission, desk.time);
    limit_settle(&reservation, desk.time, tokens(30));
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_TOKENS).used, 30);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minutes_tokens_may_be_reserved_at_once),
        cmocka_unit_test(what_was_not_used_is_given_back),
        cmocka_unit_test(what_was_used_beyond_the_reservation_is_taken),
        cmocka_unit_test(a_prompt_beyond_the_limit_never_passes),
        cmocka_unit_test(never_is_worse_than_any_wait),
        cmocka_unit_test(a_guess_beyond_the_limit_counts_as_the_whole_of_it),
        cmocka_unit_test(an_absurd_count_is_bounded),
        cmocka_unit_test(who_has_no_limits_reserves_whatever_it_wants),
        cmocka_unit_test(money_is_drawn_before_it_is_reserved),
        cmocka_unit_test(a_budget_that_is_used_up_frees_with_the_next_period),
        cmocka_unit_test(what_costs_nothing_passes_when_the_budget_is_used_up),
        cmocka_unit_test(a_prompt_beyond_the_budget_never_passes),
        cmocka_unit_test(more_than_the_budget_is_told_while_it_streams),
        cmocka_unit_test(without_a_store_only_what_is_drawn_can_be_spent),
        cmocka_unit_test(a_reservation_of_yesterday_gives_nothing_back_to_today),
        cmocka_unit_test(what_exceeds_a_reservation_counts_on_the_day_on_which_it_comes),
        cmocka_unit_test(a_clock_that_is_set_back_begins_no_period_again),
        cmocka_unit_test(a_reservation_may_outlive_its_admission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
