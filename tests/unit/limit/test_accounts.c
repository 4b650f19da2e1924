/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of accounts: what was loaded from the store, what makes room, and what is told.
 */
#include <errno.h>

#include "tests/unit/limit/desk.h"

#define ACCOUNTS 20
static const struct limiter_options options = {.accounts = ACCOUNTS, .chunk_nusd = USD, .seed = 3};

static size_t accounts_of(struct desk *desk)
{
    struct limiter_counts counts;
    limiter_count(desk->limiter, &counts);
    assert_int_equal(counts.accounts_limit, ACCOUNTS);
    assert_in_range(counts.bytes, counts.accounts * 100, 100000);
    return counts.accounts;
}

static enum limit_verdict admit_as(struct desk *desk, uint64_t key, uint64_t tenant,
                                   struct limit_admission *ret_admission)
{
    desk->subject.key.account = key;
    desk->subject.tenant.account = tenant;
    return desk_admit(desk, ret_admission);
}

/* Admits ever more keys, each of its own tenant, until there is no room; how many that were. */
static unsigned fill(struct desk *desk, struct limit_admission *admissions)
{
    unsigned count = 0;
    while (count < 1000 &&
           admit_as(desk, 1000 + count, 5000 + count, &admissions[count]) == LIMIT_GRANTED)
        count++;
    return count;
}

/* --- room --- */

static void a_table_full_of_requests_in_progress_refuses_new_accounts(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    desk_open(&desk, &options);
    desk.subject.key.limits.concurrency = 5;
    assert_int_equal(fill(&desk, admissions), ACCOUNTS);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    /* Who is known is not touched, and a request that ends makes room. */
    assert_int_equal(admit_as(&desk, 1003, 5003, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    limit_leave(&admissions[7], desk.time);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    assert_int_equal(accounts_of(&desk), ACCOUNTS);
    desk_close(&desk);
}

static void what_a_rate_remembers_stays_until_it_has_flowed_off(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 60;
    unsigned count = fill(&desk, admissions);
    assert_int_equal(count, ACCOUNTS);
    for (unsigned i = 0; i < count; i++)
        limit_leave(&admissions[i], desk.time);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, S);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    assert_in_range(accounts_of(&desk), 1, ACCOUNTS);
    desk_close(&desk);
}

static void tokens_are_remembered_too(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    struct limit_reservation reservation;
    desk_open(&desk, &options);
    desk.subject.key.limits.tokens_per_minute = 60;
    unsigned count = fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.tokens = 1}, &reservation),
            LIMIT_GRANTED);
        limit_settle(&reservation, desk.time, (struct limit_cost){.tokens = 1});
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, S);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    desk_close(&desk);
}

/* Each spends a cent of its day's budget. */
static unsigned spend_all(struct desk *desk)
{
    unsigned count = 0;
    struct limit_admission admission;
    struct limit_reservation reservation;
    const struct limit_cost cent = {.nusd = USD / 100};
    while (admit_as(desk, 1000 + count, 5000 + count, &admission) == LIMIT_GRANTED) {
        assert_int_equal(desk_reserve(desk, &admission, cent, &reservation), LIMIT_WANTS_DRAW);
        desk_answer(desk, true);
        assert_int_equal(desk_reserve(desk, &admission, cent, &reservation), LIMIT_GRANTED);
        limit_settle(&reservation, desk->time, cent);
        limit_leave(&admission, desk->time);
        count++;
    }
    return count;
}

static void what_a_budget_remembers_stays_until_its_period_is_over(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission another;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(spend_all(&desk), ACCOUNTS);
    desk_pass(&desk, (DAY_MS / 2 - 1) * MS);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, MS);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    desk_close(&desk);
}

static void what_is_to_be_told_stays_until_it_is(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    struct limit_reservation reservation;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    unsigned count = fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = 1}, &reservation),
            LIMIT_WANTS_DRAW);
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_answer(&desk, false);
    assert_int_equal(admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    desk_close(&desk);
}

static void without_room_a_view_shows_nothing_used(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1];
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.requests_per_minute = 60, .day_nusd = USD};
    assert_int_equal(fill(&desk, admissions), ACCOUNTS);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_REQUESTS).remaining, 60);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).remaining, USD);
    desk_close(&desk);
}

static void many_accounts_are_found_again(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &(struct limiter_options){.accounts = 4000, .chunk_nusd = 1});
    desk.subject.key.limits.requests_per_minute = 2;
    for (unsigned round = 0; round < 3; round++)
        for (uint64_t key = 1; key <= 3000; key++) {
            enum limit_verdict verdict = admit_as(&desk, key, 1 + key % 2, &admission);
            assert_int_equal(verdict, round < 2 ? LIMIT_GRANTED : LIMIT_REFUSED);
            limit_leave(&admission, desk.time);
        }
    desk_close(&desk);
}

/* --- loaded --- */

static int load(struct desk *desk, uint64_t account, uint64_t drawn_nusd)
{
    return limiter_load(desk->limiter, &(struct limit_loaded){.account = account,
                                                              .period = LIMIT_DAY,
                                                              .first_day = NOON_DAY,
                                                              .drawn_nusd = drawn_nusd,
                                                              .percent = 50});
}

static void all_that_was_drawn_before_counts_as_used(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.day_nusd = USD, .month_nusd = 3 * USD};
    assert_int_equal(load(&desk, DESK_KEY, USD / 2), 0);
    assert_int_equal(load(&desk, DESK_KEY, 2 * USD / 3), 0);
    assert_int_equal(accounts_of(&desk), 1);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 2 * USD / 3);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_MONTH_BUDGET).used, 0);
    assert_int_equal(accounts_of(&desk), 1);
    /* Of half of it somebody was told already. */
    desk_answer(&desk, true);
    assert_int_equal(desk.alert.percent, 0);
    desk_close(&desk);
}

static void loading_behind_the_first_request_is_not_too_late(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(load(&desk, DESK_KEY, USD / 2), 0);
    assert_int_equal(load(&desk, 77, USD / 2), 0);
    assert_int_equal(accounts_of(&desk), 2);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD / 2);
    /* Nor does it count twice. */
    assert_int_equal(load(&desk, DESK_KEY, USD / 2), 0);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD / 2);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void what_was_overrun_before_it_was_loaded_is_added(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct limit_reservation reservation;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    assert_int_equal(desk_reserve(&desk, &admission, (struct limit_cost){0}, &reservation),
                     LIMIT_GRANTED);
    limit_settle(&reservation, desk.time, (struct limit_cost){.nusd = 7});
    assert_int_equal(load(&desk, DESK_KEY, 100), 0);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 107);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void too_many_to_load_is_an_error(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    for (uint64_t account = 1; account <= ACCOUNTS; account++)
        assert_int_equal(load(&desk, account, 1), 0);
    assert_int_equal(load(&desk, 1000, 1), -ENOSPC);
    assert_int_equal(load(&desk, 1, 2), 0);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_NO_ROOM);
    desk_pass(&desk, DAY_MS * MS);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

/* --- told --- */

static void reserve_and_spend(struct desk *desk, const struct limit_admission *admission,
                              uint64_t nusd)
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

static void a_full_array_leaves_the_rest_for_the_next_time(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1];
    struct limit_reservation reservation;
    struct limit_notice notices[5];
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.day_nusd = USD, .month_nusd = USD};
    unsigned count = fill(&desk, admissions), told = 0;
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
        assert_int_equal(admit_as(&desk, 10 + i, DESK_TENANT, &admissions[i]), LIMIT_GRANTED);
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

/* --- views --- */

static void a_view_shows_all_limits_of_both(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    struct limit_view view;
    desk_open(&desk, &options);
    desk.subject.key.limits = (struct limits){.requests_per_minute = 60, .concurrency = 3};
    desk.subject.tenant.limits = (struct limits){.requests_per_minute = 61, .day_nusd = USD};
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    limit_view(desk.limiter, &desk.subject, desk.time, &view);
    assert_int_equal(view.key.of[LIMIT_REQUESTS].remaining, 59);
    assert_int_equal(view.key.of[LIMIT_REQUESTS].reset_ms, 1000);
    assert_int_equal(view.key.of[LIMIT_TOKENS].limit, 0);
    assert_int_equal(view.key.of[LIMIT_CONCURRENCY].used, 1);
    assert_int_equal(view.key.of[LIMIT_CONCURRENCY].remaining, 2);
    assert_int_equal(view.tenant.of[LIMIT_REQUESTS].remaining, 60);
    assert_int_equal(view.tenant.of[LIMIT_DAY_BUDGET].reset_ms, DAY_MS / 2);
    assert_int_equal(view.tenant.of[LIMIT_MONTH_BUDGET].limit, 0);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void the_least_is_the_one_that_leaves_less(void **state)
{
    (void)state;
    struct limit_view view = {0};
    struct limit_gauge *key = &view.key.of[LIMIT_TOKENS], *tenant = &view.tenant.of[LIMIT_TOKENS];
    assert_int_equal(limit_view_least(&view, LIMIT_TOKENS)->limit, 0);
    tenant->limit = tenant->remaining = 10;
    assert_ptr_equal(limit_view_least(&view, LIMIT_TOKENS), tenant);
    key->limit = key->remaining = 9;
    assert_ptr_equal(limit_view_least(&view, LIMIT_TOKENS), key);
    tenant->remaining = 8;
    assert_ptr_equal(limit_view_least(&view, LIMIT_TOKENS), tenant);
    tenant->limit = 0;
    assert_ptr_equal(limit_view_least(&view, LIMIT_TOKENS), key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_full_of_requests_in_progress_refuses_new_accounts),
        cmocka_unit_test(what_a_rate_remembers_stays_until_it_has_flowed_off),
        cmocka_unit_test(tokens_are_remembered_too),
        cmocka_unit_test(what_a_budget_remembers_stays_until_its_period_is_over),
        cmocka_unit_test(what_is_to_be_told_stays_until_it_is),
        cmocka_unit_test(without_room_a_view_shows_nothing_used),
        cmocka_unit_test(many_accounts_are_found_again),
        cmocka_unit_test(all_that_was_drawn_before_counts_as_used),
        cmocka_unit_test(loading_behind_the_first_request_is_not_too_late),
        cmocka_unit_test(what_was_overrun_before_it_was_loaded_is_added),
        cmocka_unit_test(too_many_to_load_is_an_error),
        cmocka_unit_test(thresholds_of_a_budget_are_told_once),
        cmocka_unit_test(a_full_array_leaves_the_rest_for_the_next_time),
        cmocka_unit_test(several_accounts_of_one_tenant_are_told_in_turn),
        cmocka_unit_test(an_answer_that_comes_too_late_changes_nothing),
        cmocka_unit_test(at_the_end_each_budget_tells_what_was_used),
        cmocka_unit_test(a_view_shows_all_limits_of_both),
        cmocka_unit_test(the_least_is_the_one_that_leaves_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
