/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/answer_sizes.h"

#include "base/random.h"
#include "tests/test.h"

static void add_many(struct answer_sizes *sizes, unsigned count, uint64_t tokens)
{
    for (unsigned i = 0; i < count; i++)
        answer_sizes_add(sizes, tokens);
}

static void too_few_answers_say_nothing(void **state)
{
    (void)state;
    struct answer_sizes sizes = {0};
    add_many(&sizes, 7, 100);
    assert_int_equal(answer_sizes_usual(&sizes), 0);
    answer_sizes_add(&sizes, 100);
    assert_in_range(answer_sizes_usual(&sizes), 100, 128);
}

static void nine_of_ten_answers_were_within(void **state)
{
    (void)state;
    struct answer_sizes sizes = {0};
    add_many(&sizes, 90, 200);
    add_many(&sizes, 10, 5000);
    assert_in_range(answer_sizes_usual(&sizes), 200, 256);
    add_many(&sizes, 2, 5000);
    assert_in_range(answer_sizes_usual(&sizes), 4097, 6144);
}

static void sizes_spread_evenly_are_told_to_a_tenth(void **state)
{
    (void)state;
    struct answer_sizes sizes = {0};
    struct random random;
    random_init(&random, 7);
    for (unsigned i = 0; i < 500; i++)
        answer_sizes_add(&sizes, random_below(&random, 1000));
    assert_in_range(answer_sizes_usual(&sizes), 810, 990);
}

static void every_size_has_its_bucket(void **state)
{
    (void)state;
    const uint64_t tokens[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1023, 1024, 1025, 1536, 1537};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct answer_sizes sizes = {0};
        add_many(&sizes, 10, tokens[i]);
        uint64_t least = tokens[i] * 7 / 10, most = tokens[i] + tokens[i] / 2 + 1;
        assert_in_range(answer_sizes_usual(&sizes), least, most);
    }
}

static void sizes_beyond_the_last_bucket_count_as_that(void **state)
{
    (void)state;
    struct answer_sizes sizes = {0};
    add_many(&sizes, 10, UINT64_MAX);
    add_many(&sizes, 10, 262145);
    assert_in_range(answer_sizes_usual(&sizes), 200000, 262144);
}

static void old_answers_fade(void **state)
{
    (void)state;
    struct answer_sizes sizes = {0};
    add_many(&sizes, 10000, 8000);
    add_many(&sizes, 2000, 10);
    assert_in_range(answer_sizes_usual(&sizes), 8, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_few_answers_say_nothing),
        cmocka_unit_test(nine_of_ten_answers_were_within),
        cmocka_unit_test(sizes_spread_evenly_are_told_to_a_tenth),
        cmocka_unit_test(every_size_has_its_bucket),
        cmocka_unit_test(sizes_beyond_the_last_bucket_count_as_that),
        cmocka_unit_test(old_answers_fade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
