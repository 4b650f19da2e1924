/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/period.h"

#include <stdbool.h>

#include "tests/test.h"

#define DAY_MS UINT64_C(86400000)

static void a_day_is_from_midnight_to_midnight_utc(void **state)
{
    (void)state;
    assert_int_equal(period_first_day(LIMIT_DAY, 0), 0);
    assert_int_equal(period_first_day(LIMIT_DAY, DAY_MS - 1), 0);
    assert_int_equal(period_first_day(LIMIT_DAY, DAY_MS), 1);
    assert_int_equal(period_end_ms(LIMIT_DAY, 0), DAY_MS);
    assert_int_equal(period_end_ms(LIMIT_DAY, 20779), 20780 * DAY_MS);
}

static uint32_t month_length(uint32_t year, uint32_t month)
{
    const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : lengths[month - 1];
}

static void months_are_those_of_the_calendar(void **state)
{
    (void)state;
    uint32_t first_day = 0;
    for (uint32_t year = 1970; year < 2500; year++)
        for (uint32_t month = 1; month <= 12; month++) {
            uint32_t next = first_day + month_length(year, month);
            for (uint32_t day = first_day; day < next; day++)
                assert_int_equal(period_first_day(LIMIT_MONTH, day * DAY_MS), first_day);
            assert_int_equal(period_first_day(LIMIT_MONTH, next * DAY_MS - 1), first_day);
            assert_int_equal(period_end_ms(LIMIT_MONTH, first_day), next * DAY_MS);
            first_day = next;
        }
}

static void an_absurd_clock_has_a_last_day(void **state)
{
    (void)state;
    assert_int_equal(period_first_day(LIMIT_DAY, UINT64_MAX), UINT32_MAX);
    assert_in_range(period_first_day(LIMIT_MONTH, UINT64_MAX), UINT32_MAX - 31, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_from_midnight_to_midnight_utc),
        cmocka_unit_test(months_are_those_of_the_calendar),
        cmocka_unit_test(an_absurd_clock_has_a_last_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
