/* SPDX-License-Identifier: Apache-2.0 */
#include "config/units.h"
#include "tests/test.h"

static uint64_t duration(const char *text)
{
    uint64_t ms = UINT64_MAX;
    units_read_duration(bytes_from_cstr(text), &ms);
    return ms;
}

static uint64_t size(const char *text)
{
    uint64_t bytes = UINT64_MAX;
    units_read_size(bytes_from_cstr(text), &bytes);
    return bytes;
}

static void durations_need_a_unit_unless_they_are_nothing(void **state)
{
    (void)state;
    assert_int_equal(duration("500ms"), 500);
    assert_int_equal(duration("30s"), 30000);
    assert_int_equal(duration("10m"), 600000);
    assert_int_equal(duration("1h"), 3600000);
    assert_int_equal(duration("7d"), 604800000);
    assert_int_equal(duration("0"), 0);
    assert_int_equal(duration("30"), UINT64_MAX);
}

static void sizes_are_binary_decimal_or_plain(void **state)
{
    (void)state;
    assert_int_equal(size("64KiB"), 65536);
    assert_int_equal(size("1MiB"), 1048576);
    assert_int_equal(size("2GiB"), UINT64_C(2) << 30);
    assert_int_equal(size("10kB"), 10000);
    assert_int_equal(size("10MB"), 10000000);
    assert_int_equal(size("1GB"), 1000000000);
    assert_int_equal(size("4096"), 4096);
    assert_int_equal(size("4096B"), 4096);
}

static void what_is_no_number_with_a_unit_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "s",   "10 m", "-1s",  "1.5s", "1e3s", "10M",
                                        "+1s", "1s ", " 1s",  "1sec", "1S",   "0x1s", "1m30s"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(duration(wrong[i]), UINT64_MAX);
    assert_int_equal(size("1Mib"), UINT64_MAX);
    assert_int_equal(size("1 MiB"), UINT64_MAX);
}

static void what_64_bits_do_not_hold_is_refused(void **state)
{
    (void)state;
    assert_int_equal(size("18446744073709551614"), UINT64_MAX - 1);
    assert_int_equal(size("17179869183GiB"), UINT64_MAX - ((UINT64_C(1) << 30) - 1));
    assert_int_equal(size("17179869184GiB"), UINT64_MAX);
    assert_int_equal(size("18446744073709551616"), UINT64_MAX);
}

static void formatting_takes_the_largest_unit_that_divides(void **state)
{
    (void)state;
    char text[UNITS_TEXT_BYTES];
    assert_string_equal(units_format_duration(0, text), "0s");
    assert_string_equal(units_format_duration(1500, text), "1500ms");
    assert_string_equal(units_format_duration(600000, text), "10m");
    assert_string_equal(units_format_duration(86400000, text), "1d");
    assert_string_equal(units_format_size(0, text), "0");
    assert_string_equal(units_format_size(1000, text), "1000");
    assert_string_equal(units_format_size(1536, text), "1536");
    assert_string_equal(units_format_size(65536, text), "64KiB");
}

static void what_is_formatted_reads_back(void **state)
{
    (void)state;
    char text[UNITS_TEXT_BYTES];
    for (uint64_t value = 0; value < UINT64_MAX / 7; value = value * 7 + 1) {
        assert_int_equal(duration(units_format_duration(value, text)), value);
        assert_int_equal(size(units_format_size(value, text)), value);
        assert_int_equal(size(units_format_size(value << 20, text)), value << 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_need_a_unit_unless_they_are_nothing),
        cmocka_unit_test(sizes_are_binary_decimal_or_plain),
        cmocka_unit_test(what_is_no_number_with_a_unit_is_refused),
        cmocka_unit_test(what_64_bits_do_not_hold_is_refused),
        cmocka_unit_test(formatting_takes_the_largest_unit_that_divides),
        cmocka_unit_test(what_is_formatted_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
