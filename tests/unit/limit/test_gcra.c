/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/gcra.h"

#include "tests/test.h"

#define S UINT64_C(1000000000)
#define NOW (1000 * S)

/* As a limiter does it: takes one unit if it fits. */
static bool take_one(struct gcra *gcra, uint32_t rate, uint64_t now_ns)
{
    if (gcra_fits_at(gcra, rate, 1) > now_ns)
        return false;
    gcra_take(gcra, rate, 1, now_ns);
    return true;
}

static unsigned take_all(struct gcra *gcra, uint32_t rate, uint64_t now_ns)
{
    unsigned taken = 0;
    while (take_one(gcra, rate, now_ns))
        taken++;
    return taken;
}

static void a_minutes_worth_fits_at_once_and_no_more(void **state)
{
    (void)state;
    const uint32_t rates[] = {1, 2, 3, 7, 11, 60, 61, 999, 1000, 1001, 7919};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct gcra gcra = {0};
        assert_int_equal(take_all(&gcra, rates[i], NOW), rates[i]);
        assert_int_equal(take_all(&gcra, rates[i], NOW + 60 * S), rates[i]);
        assert_int_equal(take_all(&gcra, rates[i], NOW + 60 * S), 0);
    }
}

static void what_has_gone_comes_back_evenly(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    assert_int_equal(take_all(&gcra, 7, NOW), 7);
    /* A seventh of a minute is 8571428571 and 3/7 ns. */
    assert_int_equal(gcra_fits_at(&gcra, 7, 1), NOW + 8571428572);
    assert_false(take_one(&gcra, 7, NOW + 8571428571));
    assert_true(take_one(&gcra, 7, NOW + 8571428572));
    assert_int_equal(gcra_fits_at(&gcra, 7, 1), NOW + 17142857143);
    assert_int_equal(gcra_fits_at(&gcra, 7, 7), NOW + 68571428572);
}

static void the_greatest_rate_and_the_greatest_units_fit_in_64_bits(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    assert_int_equal(gcra_fits_at(&gcra, GCRA_MOST, GCRA_MOST), 0);
    gcra_take(&gcra, GCRA_MOST, GCRA_MOST, NOW);
    assert_int_equal(gcra_left(&gcra, GCRA_MOST, NOW), 0);
    assert_int_equal(gcra_fits_at(&gcra, GCRA_MOST, GCRA_MOST), NOW + 60 * S);
    assert_int_equal(gcra_left(&gcra, GCRA_MOST, NOW + 200), 1);
    assert_int_equal(gcra_left(&gcra, GCRA_MOST, NOW + 60 * S), GCRA_MOST);
    gcra_take(&gcra, GCRA_MOST, UINT64_MAX, NOW);
    assert_int_equal(gcra_empty_in_ns(&gcra, NOW), 120 * S);
}

static void what_is_used_beyond_the_rate_is_owed(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    gcra_take(&gcra, 60, 180, NOW);
    assert_int_equal(gcra_left(&gcra, 60, NOW), 0);
    assert_int_equal(gcra_left(&gcra, 60, NOW + 120 * S), 0);
    assert_int_equal(gcra_left(&gcra, 60, NOW + 121 * S), 1);
    assert_int_equal(gcra_fits_at(&gcra, 60, 1), NOW + 121 * S);
    assert_int_equal(gcra_empty_in_ns(&gcra, NOW), 180 * S);
}

static void a_debt_of_more_than_thirty_days_is_forgiven(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    gcra_take(&gcra, 1, GCRA_MOST, NOW);
    gcra_take(&gcra, 1, GCRA_MOST, NOW);
    assert_int_equal(gcra_empty_in_ns(&gcra, NOW), GCRA_DEBT_MOST_NS);
}

static void what_is_given_back_fits_again(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    for (unsigned i = 0; i < 7; i++)
        gcra_take(&gcra, 7, 1, NOW);
    gcra_give(&gcra, 7, 3);
    assert_int_equal(gcra_left(&gcra, 7, NOW), 3);
    gcra_give(&gcra, 7, 1);
    gcra_give(&gcra, 7, 3);
    assert_int_equal(gcra_left(&gcra, 7, NOW), 7);
    assert_int_equal(gcra_empty_in_ns(&gcra, NOW), 0);
}

static void giving_back_never_makes_more_than_a_minutes_worth(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    gcra_take(&gcra, 60, 10, 5 * S);
    gcra_give(&gcra, 60, 30);
    assert_int_equal(take_all(&gcra, 60, 5 * S), 60);
    gcra_give(&gcra, 60, 60);
    assert_int_equal(take_all(&gcra, 60, 5 * S), 60);
    gcra_give(&gcra, 60, 30);
    assert_int_equal(take_all(&gcra, 60, 125 * S), 60);
}

static void a_changed_rate_counts_the_same_part_of_a_minute(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    gcra_take(&gcra, 60, 30, NOW);
    assert_int_equal(gcra_left(&gcra, 600, NOW), 300);
    assert_int_equal(gcra_left(&gcra, 6, NOW), 3);
}

static void changing_the_rate_to_and_fro_gains_nothing(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    unsigned taken = 0;
    for (unsigned i = 0; i < 100; i++)
        taken += take_one(&gcra, i % 2 > 0 ? 7 : 13, NOW);
    assert_in_range(taken, 7, 13);
    uint64_t empty_at_ns = gcra.empty_at_ns;
    gcra_give(&gcra, 11, 0);
    assert_in_range(gcra.empty_at_ns, empty_at_ns, empty_at_ns + 1);
}

static void a_clock_that_steps_back_grants_nothing_more(void **state)
{
    (void)state;
    struct gcra gcra = {0};
    assert_int_equal(take_all(&gcra, 60, NOW), 60);
    assert_int_equal(take_all(&gcra, 60, NOW - 10 * S), 0);
    assert_int_equal(gcra_left(&gcra, 60, NOW - 10 * S), 0);
    assert_int_equal(take_all(&gcra, 60, NOW + S), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minutes_worth_fits_at_once_and_no_more),
        cmocka_unit_test(what_has_gone_comes_back_evenly),
        cmocka_unit_test(the_greatest_rate_and_the_greatest_units_fit_in_64_bits),
        cmocka_unit_test(what_is_used_beyond_the_rate_is_owed),
        cmocka_unit_test(a_debt_of_more_than_thirty_days_is_forgiven),
        cmocka_unit_test(what_is_given_back_fits_again),
        cmocka_unit_test(giving_back_never_makes_more_than_a_minutes_worth),
        cmocka_unit_test(a_changed_rate_counts_the_same_part_of_a_minute),
        cmocka_unit_test(changing_the_rate_to_and_fro_gains_nothing),
        cmocka_unit_test(a_clock_that_steps_back_grants_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
