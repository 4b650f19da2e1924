/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>

#include "cli/demo/statistics.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct demo_statistics));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void end_with_ttft(struct demo_statistics *statistics, uint64_t ttft_ns, uint64_t now_ns)
{
    const struct demo_result result = {.core = -1, .ttft_ns = ttft_ns};
    demo_statistics_end(statistics, &result, now_ns);
}

static void every_request_ends_in_one_way_or_is_open(void **state)
{
    struct demo_statistics *statistics = *state;
    statistics->requests = DEMO_OUTCOMES + 2;
    for (int i = 0; i < DEMO_OUTCOMES; i++) {
        const struct demo_result result = {.outcome = (enum demo_outcome)i, .core = 0};
        demo_statistics_end(statistics, &result, S);
    }
    for (int i = 0; i < DEMO_OUTCOMES; i++)
        assert_int_equal(statistics->ended[i], 1);
    assert_int_equal(demo_statistics_open(statistics), 2);
}

static void an_answer_counts_for_the_core_that_gave_it(void **state)
{
    struct demo_statistics *statistics = *state;
    demo_statistics_end(statistics, &(struct demo_result){DEMO_ANSWERED, 0, 1, 0}, S);
    demo_statistics_end(statistics, &(struct demo_result){DEMO_ANSWERED, 1, 2, 0}, S);
    demo_statistics_end(statistics, &(struct demo_result){DEMO_ANSWERED, -1, 0, 0}, S);
    demo_statistics_end(statistics, &(struct demo_result){DEMO_CUT_TOLD, 1, 2, 0}, S);
    assert_int_equal(statistics->answered_by[0], 1);
    assert_int_equal(statistics->answered_by[1], 1);
    assert_int_equal(statistics->moved, 1);
}

static void percentiles_are_samples_by_nearest_rank(void **state)
{
    struct demo_statistics *statistics = *state;
    for (uint64_t i = 20; i > 0; i--)
        end_with_ttft(statistics, i * MS, S);
    struct demo_ttft ttft = demo_statistics_ttft(statistics, 0);
    assert_int_equal(ttft.count, 20);
    assert_int_equal(ttft.p50_ns, 10 * MS);
    assert_int_equal(ttft.p95_ns, 19 * MS);
}

static void without_a_first_token_there_is_no_sample(void **state)
{
    struct demo_statistics *statistics = *state;
    end_with_ttft(statistics, 0, S);
    struct demo_ttft ttft = demo_statistics_ttft(statistics, 0);
    assert_int_equal(ttft.count, 0);
    assert_int_equal(ttft.p50_ns, 0);
    end_with_ttft(statistics, 3 * MS, S);
    ttft = demo_statistics_ttft(statistics, 0);
    assert_int_equal(ttft.p50_ns, 3 * MS);
    assert_int_equal(ttft.p95_ns, 3 * MS);
}

static void what_is_long_ago_can_be_left_out(void **state)
{
    struct demo_statistics *statistics = *state;
    end_with_ttft(statistics, 100 * MS, 1 * S);
    end_with_ttft(statistics, 1 * MS, 2 * S);
    assert_int_equal(demo_statistics_ttft(statistics, 2 * S).count, 1);
    assert_int_equal(demo_statistics_ttft(statistics, 2 * S).p95_ns, 1 * MS);
}

static void the_newest_samples_are_kept(void **state)
{
    struct demo_statistics *statistics = *state;
    for (uint64_t i = 0; i < DEMO_SAMPLES_MOST; i++)
        end_with_ttft(statistics, 1000 * MS, S);
    for (uint64_t i = 0; i < DEMO_SAMPLES_MOST; i++)
        end_with_ttft(statistics, 2 * MS, S);
    struct demo_ttft ttft = demo_statistics_ttft(statistics, 0);
    assert_int_equal(ttft.count, DEMO_SAMPLES_MOST);
    assert_int_equal(ttft.p95_ns, 2 * MS);
}

static void a_rate_is_that_of_the_last_two_seconds(void **state)
{
    struct demo_rate rate = {0};
    uint64_t now_ns = 100 * S;
    for (; now_ns < 103 * S; now_ns += 50 * MS)
        demo_rate_add(&rate, 5, now_ns);
    assert_int_equal(demo_rate_per_s(&rate, now_ns), 100);
    assert_int_equal(demo_rate_per_s(&rate, now_ns + S), 50);
    assert_int_equal(demo_rate_per_s(&rate, now_ns + 2 * S), 0);
    assert_int_equal(demo_rate_per_s(&rate, now_ns + 1000 * S), 0);
}

static void what_has_just_been_counted_is_no_rate_yet(void **state)
{
    struct demo_rate rate = {0};
    demo_rate_add(&rate, 1000, 100 * S);
    assert_int_equal(demo_rate_per_s(&rate, 100 * S + 249 * MS), 0);
    assert_int_equal(demo_rate_per_s(&rate, 100 * S + 250 * MS), 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_request_ends_in_one_way_or_is_open, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_counts_for_the_core_that_gave_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(percentiles_are_samples_by_nearest_rank, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_first_token_there_is_no_sample, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_long_ago_can_be_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_samples_are_kept, set_up, tear_down),
        cmocka_unit_test(a_rate_is_that_of_the_last_two_seconds),
        cmocka_unit_test(what_has_just_been_counted_is_no_rate_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
