/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "cli/date.h"

static uint32_t day_of(const char *text)
{
    uint32_t day = UINT32_MAX;
    assert_true(date_read_day(bytes_from_cstr(text), &day));
    return day;
}

static void days_count_from_1970(void **state)
{
    assert_int_equal(day_of("1970-01-01"), 0);
    assert_int_equal(day_of("1970-03-01"), 59);
    assert_int_equal(day_of("2000-02-29"), 11016);
    assert_int_equal(day_of("2026-11-22"), 20779);
    assert_int_equal(day_of("9999-12-31"), DATE_LAST_DAY);
}

static void every_day_is_read_as_it_was_written(void **state)
{
    char text[DATE_TEXT_BYTES];
    for (uint32_t day = 0; day <= DATE_LAST_DAY; day += day < 60000 ? 1 : 997)
        assert_int_equal(day_of(date_write_day(day, text)), day);
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",           "2026",       "2026-11",     "2026-11-2",   "2026-1-22",   "26-11-22",
        "2026-02-29", "2100-02-29", "2026-13-01",  "2026-00-01",  "2026-04-31",  "2026-01-00",
        "1969-12-31", "2026/11/22", "2026-11-22 ", " 2026-11-22", "2026-11-22T", "-026-11-22",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint32_t day = 7;
        assert_false(date_read_day(bytes_from_cstr(wrong[i]), &day));
        assert_int_equal(day, 7);
    }
}

static void instants_are_read_as_they_were_written(void **state)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {UINT64_C(1795357908123), "2026-11-22T14:31:48.123Z"},
        {UINT64_C(1795357908000), "2026-11-22T14:31:48Z"},
        {UINT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[DATE_TEXT_BYTES];
        uint64_t ms = 0;
        assert_string_equal(date_write_instant(rows[i].ms, text), rows[i].text);
        assert_true(date_read_instant(bytes_from_cstr(rows[i].text), &ms));
        assert_true(ms == rows[i].ms);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const wrong[] = {
        "2026-11-22",
        "2026-11-22T",
        "2026-11-22 14:31:48Z",
        "2026-11-22T14:31:48",
        "2026-11-22T24:00:00Z",
        "2026-11-22T14:60:00Z",
        "2026-11-22T14:31:60Z",
        "2026-11-22T14:31:48.1Z",
        "2026-11-22T14:31:48.123",
        "2026-11-22T14:31Z",
        "2026-11-22T14:31:48+01:00",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint64_t ms = 7;
        assert_false(date_read_instant(bytes_from_cstr(wrong[i]), &ms));
        assert_int_equal(ms, 7);
    }
}

static void what_lies_beyond_the_calendar_is_its_last_day(void **state)
{
    char text[DATE_TEXT_BYTES];
    assert_string_equal(date_write_instant(UINT64_MAX, text), "9999-12-31T23:59:59.999Z");
    assert_string_equal(date_write_day(UINT32_MAX, text), "9999-12-31");
    assert_int_equal(date_of_instant(UINT64_MAX), DATE_LAST_DAY);
}

static void months_begin_with_their_first_day(void **state)
{
    assert_int_equal(date_first_of_month(day_of("2026-11-22")), day_of("2026-11-01"));
    assert_int_equal(date_first_of_month(day_of("2026-03-01")), day_of("2026-03-01"));
    assert_int_equal(date_first_of_month(day_of("2024-02-29")), day_of("2024-02-01"));
    assert_int_equal(date_of_instant(DATE_MS_PER_DAY - 1), 0);
    assert_int_equal(date_of_instant(DATE_MS_PER_DAY), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_count_from_1970),
        cmocka_unit_test(every_day_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(instants_are_read_as_they_were_written),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(what_lies_beyond_the_calendar_is_its_last_day),
        cmocka_unit_test(months_begin_with_their_first_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
