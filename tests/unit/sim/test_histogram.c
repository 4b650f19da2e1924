/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "sim/gpu/histogram.h"

static const uint64_t bounds[] = {10, 20, 40, UINT64_MAX};

static void a_value_counts_up_to_its_bound(void **state)
{
    (void)state;
    struct histogram histogram;

    histogram_init(&histogram, bounds);
    histogram_add(&histogram, 10, 1);
    histogram_add(&histogram, 11, 2);
    histogram_add(&histogram, 1000, 3);
    assert_int_equal(histogram.counts[0], 1);
    assert_int_equal(histogram.counts[1], 2);
    assert_int_equal(histogram.counts[2], 0);
    assert_int_equal(histogram.counts[3], 3);
    assert_int_equal(histogram.count, 6);
    assert_int_equal(histogram.sum, 10 + 22 + 3000);
}

static void a_percentile_is_the_bound_above_it(void **state)
{
    (void)state;
    struct histogram histogram;

    histogram_init(&histogram, bounds);
    assert_int_equal(histogram_percentile(&histogram, 50), 0);
    histogram_add(&histogram, 15, 50);
    histogram_add(&histogram, 30, 50);
    assert_int_equal(histogram_percentile(&histogram, 50), 20);
    assert_int_equal(histogram_percentile(&histogram, 51), 40);
    assert_int_equal(histogram_percentile(&histogram, 100), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_counts_up_to_its_bound),
        cmocka_unit_test(a_percentile_is_the_bound_above_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
