/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/limit/desk.h"

#define ACCOUNTS 20
static const struct limiter_options options = {.accounts = ACCOUNTS, .chunk_nusd = USD, .seed = 3};

static void reserve_and_spend(struct desk *desk, struct limit_admission *admission, uint64_t nusd)
{
    struct limit_reservation reservation;
    const struct limit_cost cost = {.nusd = nusd};
    if (desk_reserve(desk, admission, cost, &reservation) == LIMIT_WANTS_DRAW) {
        desk_answer(desk, true);
        assert_int_equal(desk_reserve(desk, admission, cost, &reservation), LIMIT_GRANTED);
    }
    limit_settle(&reservation, desk->time, cost);
}

static void thresholds_of_a_budget_are_told_once(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &options);
    desk.subject.tenant.limits.month_nusd = 10 * USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    const unsigned expected[] = {0, 0, 0, 0, 50, 50, 50, 80, 80, 100};
    for (unsigned i = 0; i < 10; i++) {
        reserve_and_spend(&desk, &admission, USD);
        desk_answer(&desk, true);
        assert_int_equal(desk.alert.percent, expected[i]);
    }
    assert_int_equal(desk.alert.account, DESK_TENANT);
    assert_int_equal(desk.alert.tenant, DESK_TENANT);
    assert_int_equal(desk.alert.period, LIMIT_MONTH);
    assert_int_equal(desk.alert.first_day, NOON_DAY - 21);
    assert_int_equal(desk.alert.used_nusd, 10 * USD);
    assert_int_equal(desk.alert.limit_nusd, 10 * USD);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void only_the_budget_that_lacks_is_drawn(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_notice notices[12];
    desk_open(&desk, &options);
    desk.subject.tenant.limits.month_nusd = 10 * USD;
    assert_int_equal(desk_spend_cent(&desk), LIMIT_GRANTED);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, (struct limit_cost){.nusd = 1}, &reservation),
                     LIMIT_WANTS_DRAW);
    assert_int_equal(limiter_collect(desk.limiter, notices, 12), 1);
    assert_int_equal(notices[0].account, DESK_KEY);
    assert_int_equal(notices[0].tenant, DESK_TENANT);
    assert_int_equal(notices[0].period, LIMIT_DAY);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_full_array_leaves_the_rest_for_the_next_time(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1];
    struct limit_reservation reservation;
    struct limit_notice notices[5];
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.day_nusd = USD, .month_nusd = USD};
    unsigned count = desk_fill(&desk, admissions), told = 0;
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = 1}, &reservation),
            LIMIT_WANTS_DRAW);
    for (size_t n; (n = limiter_collect(desk.limiter, notices, 5)) > 0;)
        told += (unsigned)n;
    assert_int_equal(told, 2 * count);
    assert_false(limiter_has_notices(desk.limiter));
    desk_close(&desk);
}

static void several_accounts_of_one_tenant_are_told_in_turn(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[3];
    struct limit_reservation reservation;
    struct limit_notice notices[12];
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(desk_admit_as(&desk, 10 + i, DESK_TENANT, &admissions[i]), LIMIT_GRANTED);
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = 1}, &reservation),
            LIMIT_WANTS_DRAW);
    }
    assert_int_equal(limiter_collect(desk.limiter, notices, 12), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(notices[i].kind, LIMIT_DRAW);
        assert_int_equal(notices[i].account, 10 + i);
        assert_int_equal(notices[i].drawn_nusd, 1 + USD / 2 + 1);
        limit_leave(&admissions[i], desk.time);
    }
    desk_close(&desk);
}

static void an_answer_that_comes_too_late_changes_nothing(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct limit_notice draw;
    const struct limit_cost cost = {.nusd = 10};
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, cost, &reservation), LIMIT_WANTS_DRAW);
    struct limit_notice notices[4];
    assert_int_equal(limiter_collect(desk.limiter, notices, 4), 1);
    draw = notices[0];
    desk_pass(&desk, DAY_MS * MS);
    assert_int_equal(desk_reserve(&desk, &admission, cost, &reservation), LIMIT_WANTS_DRAW);
    limiter_drawn(desk.limiter, &draw);
    draw.account = 12345;
    limiter_drawn(desk.limiter, &draw);
    assert_int_equal(desk_reserve(&desk, &admission, cost, &reservation), LIMIT_WANTS_DRAW);
    desk_answer(&desk, true);
    assert_int_equal(desk_reserve(&desk, &admission, cost, &reservation), LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, cost);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

struct told {
    unsigned count;
    uint64_t used_nusd, drawn_nusd;
};

static void add_told(void *user, const struct limit_notice *budget)
{
    struct told *told = user;
    told->count++;
    told->used_nusd += budget->used_nusd;
    told->drawn_nusd += budget->drawn_nusd;
}

static void at_the_end_each_budget_tells_what_was_used(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct told told = {0};
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.day_nusd = USD, .month_nusd = USD};
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    limiter_each_budget(desk.limiter, add_told, &told);
    assert_int_equal(told.count, 0);
    reserve_and_spend(&desk, &admission, 30);
    limit_leave(&admission, desk.time);
    limiter_each_budget(desk.limiter, add_told, &told);
    assert_int_equal(told.count, 2);
    assert_int_equal(told.used_nusd, 60);
    assert_in_range(told.drawn_nusd, 60, 60 + 2 * USD);
    desk_close(&desk);
}

static void what_was_drawn_for_nothing_is_told_as_well(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct limit_reservation reservation;
    struct told told = {0};
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, (struct limit_cost){.nusd = 5}, &reservation),
                     LIMIT_WANTS_DRAW);
    desk_answer(&desk, true);
    limit_leave(&admission, desk.time);
    limiter_each_budget(desk.limiter, add_told, &told);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.used_nusd, 0);
    assert_in_range(told.drawn_nusd, 5, USD);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_of_a_budget_are_told_once),
        cmocka_unit_test(only_the_budget_that_lacks_is_drawn),
        cmocka_unit_test(a_full_array_leaves_the_rest_for_the_next_time),
        cmocka_unit_test(several_accounts_of_one_tenant_are_told_in_turn),
        cmocka_unit_test(an_answer_that_comes_too_late_changes_nothing),
        cmocka_unit_test(at_the_end_each_budget_tells_what_was_used),
        cmocka_unit_test(what_was_drawn_for_nothing_is_told_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
