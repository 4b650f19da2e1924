/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/limit/desk.h"

static const struct limiter_options options = {.accounts = 20, .chunk_nusd = USD, .seed = 3};

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
        cmocka_unit_test(a_view_shows_all_limits_of_both),
        cmocka_unit_test(the_least_is_the_one_that_leaves_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
