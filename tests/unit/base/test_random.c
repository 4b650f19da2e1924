/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include "tests/test.h"

/* The authors' own splitmix64 and xoshiro256** give these for seed 0. */
static void is_the_published_generator(void **state)
{
    (void)state;
    struct random random;
    random_init(&random, 0);
    assert_true(random.state[0] == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(random_u64(&random) == UINT64_C(0x99ec5f36cb75f2b4));
    assert_true(random_u64(&random) == UINT64_C(0xbf6e1f784956452a));
}

static void the_same_seed_gives_the_same_numbers(void **state)
{
    (void)state;
    struct random a, b, c;
    random_init(&a, 42);
    random_init(&b, 42);
    random_init(&c, 43);
    uint64_t first = random_u64(&a);
    assert_true(first == random_u64(&b));
    assert_true(first != random_u64(&c));
}

static void stays_below_the_bound_and_reaches_all_of_it(void **state)
{
    (void)state;
    struct random random;
    unsigned counts[10] = {0};
    random_init(&random, 1);
    for (int i = 0; i < 10000; i++)
        counts[random_below(&random, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(counts[i], 850, 1150);
    assert_int_equal(random_below(&random, 0), 0);
    assert_int_equal(random_below(&random, 1), 0);
}

static void between_includes_both_ends(void **state)
{
    (void)state;
    struct random random;
    bool seen[3] = {false};
    random_init(&random, 1);
    for (int i = 0; i < 100; i++) {
        uint64_t value = random_between(&random, 5, 7);
        assert_in_range(value, 5, 7);
        seen[value - 5] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2]);
    assert_int_equal(random_between(&random, 9, 9), 9);
    random_between(&random, 0, UINT64_MAX);
}

static void chance_keeps_its_odds(void **state)
{
    (void)state;
    struct random random;
    unsigned hits = 0;
    random_init(&random, 1);
    for (int i = 0; i < 10000; i++) {
        hits += random_chance(&random, 1, 4);
        assert_false(random_chance(&random, 0, 4));
        assert_true(random_chance(&random, 4, 4));
    }
    assert_in_range(hits, 2300, 2700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_published_generator),
        cmocka_unit_test(the_same_seed_gives_the_same_numbers),
        cmocka_unit_test(stays_below_the_bound_and_reaches_all_of_it),
        cmocka_unit_test(between_includes_both_ends),
        cmocka_unit_test(chance_keeps_its_odds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
