/* SPDX-License-Identifier: Apache-2.0
 *
 * The model against what was published: within a tenth, wherever its law holds.
 */
#include "tests/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "sim/gpu/table.h"

#define TOLERANCE 0.10

static void the_model_is_within_a_tenth_of_what_was_published(void **state)
{
    (void)state;
    for (const struct gpu_reference *at = gpu_references; at->profile; at++) {
        struct gpu_comparison comparison;
        assert_int_equal(gpu_reference_compare(at, &comparison), 0);
        if (!at->is_outside && fabs(comparison.error) > TOLERANCE)
            fail_msg("%s %llu/%llu x %llu: published %.0f, model %.0f", at->profile,
                     (unsigned long long)at->workload.prompt_tokens,
                     (unsigned long long)at->workload.answer_tokens,
                     (unsigned long long)at->workload.concurrency, at->published, comparison.model);
        if (at->is_outside)
            assert_true(fabs(comparison.error) > TOLERANCE); /* or it need not be outside */
    }
}

static void every_profile_but_the_guess_was_compared(void **state)
{
    (void)state;
    for (const struct gpu_profile *profile = gpu_profiles; profile->name; profile++) {
        unsigned rows = 0;
        for (const struct gpu_reference *at = gpu_references; at->profile; at++)
            rows += strcmp(at->profile, profile->name) == 0 && !at->is_outside;
        assert_int_equal(rows > 0, strcmp(profile->name, "cpu-small") != 0);
    }
}

static void the_table_has_a_row_for_each_comparison(void **state)
{
    (void)state;
    struct buffer table = {0};
    unsigned rows = 0, lines = 0;

    for (const struct gpu_reference *at = gpu_references; at->profile; at++)
        rows++;
    assert_int_equal(gpu_table_write(&table), 0);
    struct bytes rest = buffer_bytes(&table);
    while (rest.length > 0)
        lines += bytes_start_with(bytes_cut(&rest, '\n'), BYTES("| "));
    assert_int_equal(lines, rows + 3); /* with three heads */
    buffer_clear(&table);
}

static void a_load_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const struct gpu_profile *profile = gpu_profile_find(BYTES("cpu-small"));
    struct gpu_throughput throughput;
    struct gpu_batch_times times;

    assert_int_equal(gpu_drive_steadily(profile, &(struct gpu_workload){0, 1, 1}, &throughput),
                     -EINVAL);
    assert_int_equal(gpu_drive_steadily(profile, &(struct gpu_workload){1, 0, 1}, &throughput),
                     -EINVAL);
    assert_int_equal(gpu_drive_steadily(profile, &(struct gpu_workload){9000, 1, 1}, &throughput),
                     -EINVAL);
    assert_int_equal(gpu_drive_batch(profile, &(struct gpu_workload){20000, 1, 0}, &times),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_is_within_a_tenth_of_what_was_published),
        cmocka_unit_test(every_profile_but_the_guess_was_compared),
        cmocka_unit_test(the_table_has_a_row_for_each_comparison),
        cmocka_unit_test(a_load_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
