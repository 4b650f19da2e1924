/* SPDX-License-Identifier: Apache-2.0 */
#include "route/core_table.h"

#include "tests/test.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define START (100 * S)

struct world {
    struct core_table table;
    struct random random;
};

static int set_up(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    static struct world world;
    random_init(&world.random, 1);
    *state = &world;
    return core_table_init(&world.table, names, 3);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    core_table_clear(&world->table);
    return 0;
}

#define ONLY_A UINT64_C(6) /* b and c were tried */
#define ONLY_AB UINT64_C(4)

static int choose(struct world *world, uint64_t tried, uint64_t now_ns)
{
    return core_table_choose(&world->table, tried, now_ns, &world->random);
}

static bool fail_once(struct world *world, int core, uint64_t now_ns)
{
    uint64_t others = ~(UINT64_C(1) << core);
    assert_int_equal(choose(world, others, now_ns), core);
    return core_table_end(&world->table, core, CORE_FAILED, now_ns);
}

static void eject(struct world *world, int core, uint64_t now_ns)
{
    assert_false(fail_once(world, core, now_ns));
    assert_false(fail_once(world, core, now_ns));
    assert_true(fail_once(world, core, now_ns));
}

static void calls_spread_over_the_least_loaded(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 30; i++)
        assert_in_range(choose(world, 0, START), 0, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(world->table.cores[i].in_flight, 10);

    core_table_end(&world->table, 1, CORE_WORKED, START);
    assert_int_equal(choose(world, 0, START), 1);
}

static void ties_are_drawn_fairly(void **state)
{
    struct world *world = *state;
    unsigned counts[3] = {0};
    for (int i = 0; i < 3000; i++) {
        int core = choose(world, 0, START);
        counts[core]++;
        core_table_end(&world->table, core, CORE_WORKED, START);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(counts[i], 850, 1150);
}

static void a_core_that_was_tried_is_not_chosen_again(void **state)
{
    struct world *world = *state;
    assert_int_equal(choose(world, ONLY_A, START), 0);
    assert_int_equal(choose(world, ONLY_A, START), 0);
    assert_int_equal(choose(world, 7, START), -1);
}

static void three_failures_in_a_row_eject(void **state)
{
    struct world *world = *state;
    eject(world, 0, START);
    assert_true(core_is_ejected(&world->table.cores[0], START + S - 1));
    assert_false(core_is_ejected(&world->table.cores[0], START + S));
    for (int i = 0; i < 10; i++)
        assert_int_equal(choose(world, ONLY_AB, START + S - 1), 1);
}

static void a_success_between_failures_starts_the_count_again(void **state)
{
    struct world *world = *state;
    for (int round = 0; round < 5; round++) {
        assert_false(fail_once(world, 0, START));
        assert_false(fail_once(world, 0, START));
        choose(world, ONLY_A, START);
        core_table_end(&world->table, 0, CORE_WORKED, START);
    }
    assert_false(core_is_ejected(&world->table.cores[0], START));
}

static void a_neutral_end_says_nothing(void **state)
{
    struct world *world = *state;
    assert_false(fail_once(world, 0, START));
    assert_false(fail_once(world, 0, START));
    for (int i = 0; i < 5; i++) {
        choose(world, ONLY_A, START);
        assert_false(core_table_end(&world->table, 0, CORE_NEUTRAL, START));
    }
    assert_true(fail_once(world, 0, START));
    assert_int_equal(world->table.cores[0].in_flight, 0);
}

static void failed_probes_double_the_ejection_up_to_thirty_seconds(void **state)
{
    struct world *world = *state;
    static const uint64_t lengths_s[] = {2, 4, 8, 16, 30, 30, 30};
    uint64_t now_ns = START;
    eject(world, 0, now_ns);
    now_ns += S;

    for (size_t i = 0; i < sizeof lengths_s / sizeof *lengths_s; i++) {
        assert_true(fail_once(world, 0, now_ns));
        now_ns += lengths_s[i] * S;
        assert_true(core_is_ejected(&world->table.cores[0], now_ns - 1));
        assert_false(core_is_ejected(&world->table.cores[0], now_ns));
    }
}

static void a_probe_that_works_makes_the_core_healthy(void **state)
{
    struct world *world = *state;
    eject(world, 0, START);
    choose(world, ONLY_A, START + S);
    core_table_end(&world->table, 0, CORE_WORKED, START + S);

    eject(world, 0, START + S); /* three failures again, and one second again */
    assert_false(core_is_ejected(&world->table.cores[0], START + 2 * S));
}

static void others_keep_away_while_a_probe_is_out(void **state)
{
    struct world *world = *state;
    eject(world, 0, START);
    assert_int_equal(choose(world, 2, START), 2);     /* c is busy */
    assert_int_equal(choose(world, 2, START + S), 0); /* the probe goes to idle a */
    for (uint64_t i = 0; i < 5; i++)
        assert_int_equal(choose(world, 2, START + S + i), 2);
    assert_int_equal(choose(world, 2, START + 2 * S), 0); /* no word of it: another one */
}

static void late_failures_of_older_calls_do_not_lengthen_an_ejection(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 10; i++)
        choose(world, ONLY_A, START);
    unsigned ejected = 0;
    for (int i = 0; i < 10; i++)
        ejected += core_table_end(&world->table, 0, CORE_FAILED, START);
    assert_int_equal(ejected, 1);
    assert_false(core_is_ejected(&world->table.cores[0], START + S));
}

static void when_all_are_ejected_the_first_to_return_is_tried(void **state)
{
    struct world *world = *state;
    eject(world, 1, START);
    eject(world, 0, START + 1);
    eject(world, 2, START + 2);
    assert_int_equal(choose(world, 0, START + 3), 1);
    assert_int_equal(choose(world, 2, START + 3), 0);

    core_table_end(&world->table, 1, CORE_WORKED, START + 4);
    assert_false(core_is_ejected(&world->table.cores[1], START + 4));
}

static void an_empty_table_has_no_choice(void **state)
{
    struct world *world = *state;
    struct core_table empty;
    assert_int_equal(core_table_init(&empty, NULL, 0), 0);
    assert_int_equal(core_table_choose(&empty, 0, START, &world->random), -1);
    core_table_clear(&empty);
}

static void the_last_core_of_a_full_table_can_be_chosen(void **state)
{
    struct world *world = *state;
    const char *names[CORE_TABLE_LIMIT] = {"first"};
    struct core_table table;
    assert_int_equal(core_table_init(&table, names, CORE_TABLE_LIMIT), 0);
    assert_int_equal(core_table_choose(&table, ~(UINT64_C(1) << 63), START, &world->random), 63);
    core_table_clear(&table);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_spread_over_the_least_loaded),
        TEST(ties_are_drawn_fairly),
        TEST(a_core_that_was_tried_is_not_chosen_again),
        TEST(three_failures_in_a_row_eject),
        TEST(a_success_between_failures_starts_the_count_again),
        TEST(a_neutral_end_says_nothing),
        TEST(failed_probes_double_the_ejection_up_to_thirty_seconds),
        TEST(a_probe_that_works_makes_the_core_healthy),
        TEST(others_keep_away_while_a_probe_is_out),
        TEST(late_failures_of_older_calls_do_not_lengthen_an_ejection),
        TEST(when_all_are_ejected_the_first_to_return_is_tried),
        TEST(an_empty_table_has_no_choice),
        TEST(the_last_core_of_a_full_table_can_be_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
