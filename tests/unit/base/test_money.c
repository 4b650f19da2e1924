/* SPDX-License-Identifier: Apache-2.0 */
#include "base/money.h"

#include "tests/test.h"

static void assert_read(const char *text, uint64_t expected_nusd)
{
    uint64_t nusd = 77;
    assert_true(money_read(bytes_from_cstr(text), &nusd));
    assert_int_equal(nusd, expected_nusd);
}

static void assert_not_read(const char *text)
{
    uint64_t nusd = 77;
    assert_false(money_read(bytes_from_cstr(text), &nusd));
    assert_int_equal(nusd, 77);
}

static void dollars_are_read_as_people_write_them(void **state)
{
    (void)state;
    assert_read("50", 50 * MONEY_NUSD_PER_USD);
    assert_read("0.15", 150000000);
    assert_read(".5", 500000000);
    assert_read("5.", 5 * MONEY_NUSD_PER_USD);
    assert_read("0", 0);
    assert_read("1.000000001", 1000000001);
    assert_read("1.00000000100000", 1000000001);
    assert_read("18446744073.709551615", UINT64_MAX);
}

static void what_is_not_a_sum_of_dollars_is_refused(void **state)
{
    (void)state;
    const char *const wrong[] = {"",
                                 ".",
                                 "-1",
                                 "+1",
                                 "1e3",
                                 "1,000",
                                 "$5",
                                 " 5",
                                 "5 ",
                                 "1.0000000001",
                                 "1.2.3",
                                 "0x5",
                                 "1.a",
                                 "inf",
                                 "nan",
                                 "1./",
                                 "18446744073.709551616",
                                 "18446744074",
                                 "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_not_read(wrong[i]);
}

static void assert_written(uint64_t nusd, const char *expected)
{
    char text[MONEY_TEXT_BYTES];
    struct bytes written = money_write(nusd, text);
    assert_true(bytes_equal(written, bytes_from_cstr(expected)));
    assert_read(expected, nusd);
}

static void dollars_are_written_with_two_decimals_or_as_many_as_it_takes(void **state)
{
    (void)state;
    assert_written(0, "0.00");
    assert_written(50 * MONEY_NUSD_PER_USD, "50.00");
    assert_written(150000000, "0.15");
    assert_written(1, "0.000000001");
    assert_written(1100000000, "1.10");
    assert_written(UINT64_MAX, "18446744073.709551615");
}

static void tokens_cost_their_part_of_a_million_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(money_of_tokens(1000000, 150000000), 150000000);
    assert_int_equal(money_of_tokens(1, 150000000), 150);
    assert_int_equal(money_of_tokens(1, 1), 1);
    assert_int_equal(money_of_tokens(1000001, 1), 2);
    assert_int_equal(money_of_tokens(0, 5), 0);
    assert_int_equal(money_of_tokens(5, 0), 0);
    assert_int_equal(money_of_tokens(3500000, 3), 11);
    assert_int_equal(money_of_tokens(999999, 1500001), 1500000);
}

static void what_64_bits_do_not_hold_is_the_most(void **state)
{
    (void)state;
    assert_int_equal(money_add(UINT64_MAX, 1), UINT64_MAX);
    assert_int_equal(money_add(UINT64_MAX - 1, 1), UINT64_MAX);
    assert_int_equal(money_add(1, 2), 3);
    assert_int_equal(money_of_tokens(UINT64_MAX, UINT64_MAX), UINT64_MAX);
    assert_int_equal(money_of_tokens(999999, UINT64_MAX), UINT64_C(18446725626965477906));
    assert_int_equal(money_of_tokens(UINT64_MAX, 1000000), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dollars_are_read_as_people_write_them),
        cmocka_unit_test(what_is_not_a_sum_of_dollars_is_refused),
        cmocka_unit_test(dollars_are_written_with_two_decimals_or_as_many_as_it_takes),
        cmocka_unit_test(tokens_cost_their_part_of_a_million_rounded_up),
        cmocka_unit_test(what_64_bits_do_not_hold_is_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
