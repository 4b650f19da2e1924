/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of accounts: what makes room, and what was loaded from the store.
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

/* --- room --- */

static void a_table_full_of_requests_in_progress_refuses_new_accounts(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    desk_open(&desk, &options);
    desk.subject.key.limits.concurrency = 5;
    assert_int_equal(desk_fill(&desk, admissions), ACCOUNTS);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    /* Who is known is not touched, and a request that ends makes room. */
    assert_int_equal(desk_admit_as(&desk, 1003, 5003, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    limit_leave(&admissions[7], desk.time);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
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
    unsigned count = desk_fill(&desk, admissions);
    assert_int_equal(count, ACCOUNTS);
    for (unsigned i = 0; i < count; i++)
        limit_leave(&admissions[i], desk.time);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, S);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
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
    unsigned count = desk_fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.tokens = 1}, &reservation),
            LIMIT_GRANTED);
        limit_settle(&reservation, desk.time, (struct limit_cost){.tokens = 1});
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, S);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    desk_close(&desk);
}

/* Ever more keys, each of its own tenant. */
static unsigned spend_all(struct desk *desk)
{
    unsigned count = 0;
    do {
        desk->subject.key.account = 1000 + count;
        desk->subject.tenant.account = 5000 + count;
    } while (desk_spend_cent(desk) == LIMIT_GRANTED && ++count < 1000);
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
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_pass(&desk, MS);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
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
    unsigned count = desk_fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = 1}, &reservation),
            LIMIT_WANTS_DRAW);
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
    desk_answer(&desk, false);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
    limit_leave(&another, desk.time);
    desk_close(&desk);
}

static void a_budget_of_which_nothing_was_used_is_not_remembered(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    struct limit_reservation reservation;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    unsigned count = desk_fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(desk_reserve(&desk, &admissions[i], (struct limit_cost){0}, &reservation),
                         LIMIT_GRANTED);
        limit_settle(&reservation, desk.time, (struct limit_cost){0});
        limit_leave(&admissions[i], desk.time);
    }
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_GRANTED);
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
    assert_int_equal(desk_fill(&desk, admissions), ACCOUNTS);
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
            enum limit_verdict verdict = desk_admit_as(&desk, key, 1 + key % 2, &admission);
            assert_int_equal(verdict, round < 2 ? LIMIT_GRANTED : LIMIT_REFUSED);
            limit_leave(&admission, desk.time);
        }
    desk_close(&desk);
}

static void who_has_gone_makes_room_and_who_is_there_stays(void **state)
{
    (void)state;
    enum { HELD = 150 };
    struct desk desk;
    struct limit_admission held[HELD], admission;
    desk_open(&desk, &(struct limiter_options){.accounts = 2 * HELD, .chunk_nusd = 1});
    desk.subject.key.limits = (struct limits){.requests_per_minute = 60, .concurrency = 1};
    for (uint64_t key = 0; key < 3000; key++) {
        assert_int_equal(desk_admit_as(&desk, 10000 + key, 1, &admission), LIMIT_GRANTED);
        limit_leave(&admission, desk.time);
        desk_pass(&desk, S);
        if (key < HELD)
            assert_int_equal(desk_admit_as(&desk, 1 + key, 1, &held[key]), LIMIT_GRANTED);
    }
    for (uint64_t key = 0; key < HELD; key++) {
        assert_int_equal(desk_admit_as(&desk, 1 + key, 1, &admission), LIMIT_REFUSED);
        limit_leave(&held[key], desk.time);
    }
    desk_close(&desk);
}

static void a_tenant_needs_room_as_well(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    desk_open(&desk, &options);
    desk.subject.key.limits.concurrency = 5;
    assert_int_equal(desk_fill(&desk, admissions), ACCOUNTS);
    desk.subject.tenant.limits.concurrency = 5;
    assert_int_equal(desk_admit_as(&desk, 1003, 5003, &another), LIMIT_NO_ROOM);
    desk_close(&desk);
}

static void what_was_drawn_and_not_used_is_remembered(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[ACCOUNTS + 1], another;
    struct limit_reservation reservation;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    unsigned count = desk_fill(&desk, admissions);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(
            desk_reserve(&desk, &admissions[i], (struct limit_cost){.nusd = 1}, &reservation),
            LIMIT_WANTS_DRAW);
    }
    desk_answer(&desk, true);
    for (unsigned i = 0; i < count; i++)
        limit_leave(&admissions[i], desk.time);
    assert_int_equal(desk_admit_as(&desk, 1, 2, &another), LIMIT_NO_ROOM);
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

static void what_is_loaded_of_a_period_that_is_over_is_dropped(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.day_nusd = USD;
    desk_pass(&desk, DAY_MS * MS);
    assert_int_equal(desk_spend_cent(&desk), LIMIT_GRANTED);
    assert_int_equal(load(&desk, DESK_KEY, USD / 2), 0);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, USD / 100);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_full_of_requests_in_progress_refuses_new_accounts),
        cmocka_unit_test(what_a_rate_remembers_stays_until_it_has_flowed_off),
        cmocka_unit_test(tokens_are_remembered_too),
        cmocka_unit_test(what_a_budget_remembers_stays_until_its_period_is_over),
        cmocka_unit_test(what_is_to_be_told_stays_until_it_is),
        cmocka_unit_test(a_budget_of_which_nothing_was_used_is_not_remembered),
        cmocka_unit_test(without_room_a_view_shows_nothing_used),
        cmocka_unit_test(many_accounts_are_found_again),
        cmocka_unit_test(who_has_gone_makes_room_and_who_is_there_stays),
        cmocka_unit_test(a_tenant_needs_room_as_well),
        cmocka_unit_test(what_was_drawn_and_not_used_is_remembered),
        cmocka_unit_test(all_that_was_drawn_before_counts_as_used),
        cmocka_unit_test(loading_behind_the_first_request_is_not_too_late),
        cmocka_unit_test(what_was_overrun_before_it_was_loaded_is_added),
        cmocka_unit_test(what_is_loaded_of_a_period_that_is_over_is_dropped),
        cmocka_unit_test(too_many_to_load_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
