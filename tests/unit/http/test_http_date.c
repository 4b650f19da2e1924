/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <time.h>

#include "http/http_date.h"

static void assert_date(uint64_t unix_s, const char *expected)
{
    char text[HTTP_DATE_BYTES + 1] = {0};
    http_date_write(text, unix_s);
    assert_string_equal(text, expected);
}

static void dates_are_written_as_the_rfc_does(void **state)
{
    assert_date(784111777, "Sun, 06 Nov 1994 08:49:37 GMT"); /* its own example */
    assert_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_date(951782399, "Mon, 28 Feb 2000 23:59:59 GMT");
    assert_date(951782400, "Tue, 29 Feb 2000 00:00:00 GMT");
    assert_date(4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"); /* 2100 is no leap year */
    assert_date(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void every_day_of_four_centuries_agrees_with_the_c_library(void **state)
{
    for (uint64_t day = 0; day < 146097; day++) {
        char expected[HTTP_DATE_BYTES + 1];
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        assert_date((uint64_t)seconds, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_written_as_the_rfc_does),
        cmocka_unit_test(every_day_of_four_centuries_agrees_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
