/* SPDX-License-Identifier: Apache-2.0
 *
 * For every n the n-th allocation fails, and what was there before goes on.
 */
#include <errno.h>

#include "limit/estimate.h"
#include "tests/failing_memory.h"
#include "tests/unit/limit/desk.h"

static const struct limiter_options options = {.accounts = 100, .chunk_nusd = USD, .seed = 3};

static void a_limiter_opens_whole_or_not_at_all(void **state)
{
    (void)state;
    struct limiter *limiter = NULL;
    failing_memory_set(1);
    assert_int_equal(limiter_open(&limiter, &options), -ENOMEM);
    assert_null(limiter);
    failing_memory_set(0);
}

static void an_estimator_opens_whole_or_not_at_all(void **state)
{
    (void)state;
    struct estimator *estimator = NULL;
    for (unsigned n = 1; n <= 2; n++) {
        failing_memory_set(n);
        assert_int_equal(estimator_open(&estimator, &(struct estimator_options){.pairs = 10}),
                         -ENOMEM);
        assert_null(estimator);
    }
    failing_memory_set(0);
}

/* Keys of one tenant, so that its table has to grow; how many were admitted. */
static unsigned admit_keys(struct desk *desk, unsigned count)
{
    unsigned admitted = 0;
    for (unsigned i = 0; i < count; i++) {
        struct limit_admission admission = {0};
        desk->subject.key.account = 1000 + i;
        enum limit_verdict verdict = desk_admit(desk, &admission);
        admitted += verdict == LIMIT_GRANTED;
        assert_true(verdict == LIMIT_GRANTED || verdict == LIMIT_NO_ROOM);
        limit_leave(&admission, desk->time);
    }
    return admitted;
}

static void an_account_without_memory_is_no_room(void **state)
{
    (void)state;
    bool has_failed = true;
    for (unsigned n = 1; has_failed; n++) {
        struct desk desk;
        desk_open(&desk, &options);
        desk.subject.key.limits.requests_per_minute = 60;
        failing_memory_set(n);
        unsigned admitted = admit_keys(&desk, 40);
        has_failed = failing_memory_has_failed();
        failing_memory_set(0);
        assert_in_range(admitted, 39, 40);
        assert_int_equal(admit_keys(&desk, 40), 40);
        desk_close(&desk);
    }
}

static void what_cannot_be_loaded_is_told(void **state)
{
    (void)state;
    const struct limit_loaded loaded = {
        .account = DESK_KEY, .period = LIMIT_DAY, .first_day = NOON_DAY, .drawn_nusd = 5};
    for (unsigned n = 1; n <= 2; n++) {
        struct desk desk;
        desk_open(&desk, &options);
        desk.subject.key.limits.day_nusd = USD;
        failing_memory_set(n);
        assert_int_equal(limiter_load(desk.limiter, &loaded), -ENOMEM);
        failing_memory_set(0);
        assert_int_equal(limiter_load(desk.limiter, &loaded), 0);
        assert_int_equal(desk_gauge(&desk, LIMIT_OF_KEY, LIMIT_DAY_BUDGET).used, 5);
        desk_close(&desk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limiter_opens_whole_or_not_at_all),
        cmocka_unit_test(an_estimator_opens_whole_or_not_at_all),
        cmocka_unit_test(an_account_without_memory_is_no_room),
        cmocka_unit_test(what_cannot_be_loaded_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
