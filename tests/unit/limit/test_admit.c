/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/limit/desk.h"

static const struct limiter_options options = {.accounts = 100, .chunk_nusd = USD, .seed = 3};

/* How many are admitted now; each leaves at once. */
static unsigned admit_all(struct desk *desk)
{
    unsigned admitted = 0;
    struct limit_admission admission;
    while (admitted < 1000 && desk_admit(desk, &admission) == LIMIT_GRANTED) {
        limit_leave(&admission, desk->time);
        admitted++;
    }
    return admitted;
}

static void without_limits_everybody_comes_in_and_needs_no_account(void **state)
{
    (void)state;
    struct desk desk;
    struct limiter_counts counts;
    desk_open(&desk, &options);
    assert_int_equal(admit_all(&desk), 1000);
    limiter_count(desk.limiter, &counts);
    assert_int_equal(counts.accounts, 0);
    desk_close(&desk);
}

static void a_minutes_requests_may_come_at_once(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 60;
    assert_int_equal(admit_all(&desk), 60);
    assert_int_equal(desk.refusal.kind, LIMIT_REQUESTS);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_KEY);
    assert_int_equal(desk.refusal.limit, 60);
    assert_int_equal(desk.refusal.used, 60);
    assert_int_equal(desk.refusal.retry_after_ms, 1000);
    desk_pass(&desk, 10 * S);
    assert_int_equal(admit_all(&desk), 10);
    desk_pass(&desk, MINUTE);
    assert_int_equal(admit_all(&desk), 60);
    desk_close(&desk);
}

static void the_wait_is_exact_to_the_millisecond(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 7;
    assert_int_equal(admit_all(&desk), 7);
    uint64_t wait_ms = desk.refusal.retry_after_ms;
    assert_int_equal(wait_ms, 8572);
    desk_pass(&desk, (wait_ms - 1) * MS);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.retry_after_ms, 1);
    desk_pass(&desk, MS);
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void a_tenants_limit_is_over_all_its_keys(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 60;
    desk.subject.tenant.limits.requests_per_minute = 90;
    assert_int_equal(admit_all(&desk), 60);
    desk.subject.key.account++;
    assert_int_equal(admit_all(&desk), 30);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_TENANT);
    assert_int_equal(desk.refusal.limit, 90);
    desk_close(&desk);
}

static void a_refused_request_takes_nothing_from_anybody(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admission;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 60;
    desk.subject.tenant.limits = (struct limits){.requests_per_minute = 90, .concurrency = 1};
    assert_int_equal(desk_admit(&desk, &admission), LIMIT_GRANTED);
    for (unsigned i = 0; i < 100; i++) {
        struct limit_admission other;
        assert_int_equal(desk_admit(&desk, &other), LIMIT_REFUSED);
    }
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_REQUESTS).used, 1);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_REQUESTS).used, 1);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_TENANT, LIMIT_CONCURRENCY).used, 1);
    limit_leave(&admission, desk.time);
    desk_close(&desk);
}

static void the_refusal_is_the_one_that_takes_longest(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 30;
    desk.subject.tenant.limits.requests_per_minute = 30;
    assert_int_equal(admit_all(&desk), 30);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_KEY);
    desk.subject.tenant.limits.requests_per_minute = 15;
    assert_int_equal(admit_all(&desk), 0);
    assert_int_equal(desk.refusal.owner, LIMIT_OF_TENANT);
    assert_int_equal(desk.refusal.retry_after_ms, 4000);
    desk_close(&desk);
}

static void a_slot_is_free_again_when_its_request_has_left(void **state)
{
    (void)state;
    struct desk desk;
    struct limit_admission admissions[3];
    desk_open(&desk, &options);
    desk.subject.key.limits.concurrency = 2;
    assert_int_equal(desk_admit(&desk, &admissions[0]), LIMIT_GRANTED);
    assert_int_equal(desk_admit(&desk, &admissions[1]), LIMIT_GRANTED);
    assert_int_equal(desk_admit(&desk, &admissions[2]), LIMIT_REFUSED);
    assert_int_equal(desk.refusal.kind, LIMIT_CONCURRENCY);
    assert_int_equal(desk.refusal.used, 2);
    limit_leave(&admissions[0], desk.time);
    limit_leave(&admissions[0], desk.time);
    assert_int_equal(desk_admit(&desk, &admissions[2]), LIMIT_GRANTED);
    assert_int_equal(desk_admit(&desk, &admissions[0]), LIMIT_REFUSED);
    limit_leave(&admissions[1], desk.time);
    limit_leave(&admissions[2], desk.time);
    assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_CONCURRENCY).remaining, 2);
    desk_close(&desk);
}

/* One after the other, each taking so long. */
static void hold_slots(struct desk *desk, unsigned count, uint64_t ns)
{
    for (unsigned i = 0; i < count; i++) {
        struct limit_admission admission;
        assert_int_equal(desk_admit(desk, &admission), LIMIT_GRANTED);
        desk_pass(desk, ns);
        limit_leave(&admission, desk->time);
    }
}

static uint64_t wait_for_slot(struct desk *desk)
{
    struct limit_admission held, refused;
    assert_int_equal(desk_admit(desk, &held), LIMIT_GRANTED);
    assert_int_equal(desk_admit(desk, &refused), LIMIT_REFUSED);
    struct limit_time before = {0}; /* a clock that steps back teaches next to nothing */
    limit_leave(&held, before);
    return desk->refusal.retry_after_ms;
}

static void the_wait_for_a_slot_is_guessed_from_how_long_requests_take(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.concurrency = 1;
    assert_int_equal(wait_for_slot(&desk), 1000);
    hold_slots(&desk, 50, 4 * S);
    assert_in_range(wait_for_slot(&desk), 1900, 2100);
    hold_slots(&desk, 50, 3600 * S);
    assert_int_equal(wait_for_slot(&desk), 10000);
    hold_slots(&desk, 200, MS);
    assert_int_equal(wait_for_slot(&desk), 50);
    desk_close(&desk);
}

static void changed_limits_hold_at_once(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = 60;
    assert_int_equal(admit_all(&desk), 60);
    desk.subject.key.limits.requests_per_minute = 6000;
    desk_pass(&desk, 100 * MS);
    assert_int_equal(admit_all(&desk), 10);
    desk.subject.key.limits.requests_per_minute = 1;
    assert_int_equal(admit_all(&desk), 0);
    assert_in_range(desk.refusal.retry_after_ms, 1, 60000);
    desk.subject.key.limits.requests_per_minute = 0;
    assert_int_equal(admit_all(&desk), 1000);
    desk_close(&desk);
}

static void a_rate_beyond_the_greatest_counts_as_that(void **state)
{
    (void)state;
    struct desk desk;
    desk_open(&desk, &options);
    desk.subject.key.limits.requests_per_minute = UINT64_MAX;
    assert_int_equal(admit_all(&desk), 1000);
    struct limit_gauge gauge = desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_REQUESTS);
    assert_int_equal(gauge.limit, 300000000);
    assert_int_equal(gauge.remaining, 300000000 - 1000);
    desk_close(&desk);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    limiter_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_everybody_comes_in_and_needs_no_account),
        cmocka_unit_test(a_minutes_requests_may_come_at_once),
        cmocka_unit_test(the_wait_is_exact_to_the_millisecond),
        cmocka_unit_test(a_tenants_limit_is_over_all_its_keys),
        cmocka_unit_test(a_refused_request_takes_nothing_from_anybody),
        cmocka_unit_test(the_refusal_is_the_one_that_takes_longest),
        cmocka_unit_test(a_slot_is_free_again_when_its_request_has_left),
        cmocka_unit_test(the_wait_for_a_slot_is_guessed_from_how_long_requests_take),
        cmocka_unit_test(changed_limits_hold_at_once),
        cmocka_unit_test(a_rate_beyond_the_greatest_counts_as_that),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
