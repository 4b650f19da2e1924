/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/store/store_world.h"

#define TODAY 20700
#define HASHED UINT64_C(0xfedcba9876543210) /* an account with the highest bit */

struct seen {
    unsigned count;
    struct store_budget budgets[8];
};

static bool note(void *user, const struct store_budget *budget)
{
    struct seen *seen = user;
    seen->budgets[seen->count++] = *budget;
    return seen->count < 8;
}

static struct seen load(struct store *store, uint32_t first_day)
{
    struct seen seen = {0};
    assert_stored(store, store_budget_load(store, first_day, note, &seen));
    return seen;
}

static void draw(struct store *store, uint64_t drawn, uint64_t used, unsigned told)
{
    struct store_budget budget = {HASHED, STORE_DAY, TODAY, drawn, used, told};
    assert_stored(store, store_budget_draw(store, &budget, 1));
}

static void what_was_drawn_survives_a_power_loss(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    draw(world.store, 500, 100, 50);
    store_world_crash(&world, true);
    assert_stored(world.store, store_world_open_store(&world));
    struct seen seen = load(world.store, TODAY);
    assert_int_equal(seen.count, 1);
    assert_true(seen.budgets[0].account == HASHED);
    assert_int_equal(seen.budgets[0].period, STORE_DAY);
    assert_int_equal(seen.budgets[0].first_day, TODAY);
    assert_int_equal(seen.budgets[0].drawn_nusd, 500);
    assert_int_equal(seen.budgets[0].used_nusd, 100);
    assert_int_equal(seen.budgets[0].told_percent, 50);
    store_world_close(&world);
}

static void what_was_drawn_can_be_given_back(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    draw(world.store, 500, 10, 0);
    draw(world.store, 400, 20, 0);
    assert_int_equal(load(world.store, TODAY).budgets[0].drawn_nusd, 400);
    assert_int_equal(load(world.store, TODAY).budgets[0].used_nusd, 20);
    store_world_close(&world);
}

static void what_was_told_stays_told_whatever_is_drawn(void **state)
{
    struct store_world world;
    struct store_budget told = {HASHED, STORE_DAY, TODAY, 0, 0, 80};
    store_world_begin(&world, 1);
    draw(world.store, 500, 10, 0);
    assert_stored(world.store, store_budget_tell(world.store, &told, 1));
    told.told_percent = 50;
    assert_stored(world.store, store_budget_tell(world.store, &told, 1));
    draw(world.store, 600, 20, 0);
    struct seen seen = load(world.store, TODAY);
    assert_int_equal(seen.budgets[0].drawn_nusd, 600);
    assert_int_equal(seen.budgets[0].told_percent, 80);
    store_world_close(&world);
}

static void at_a_clean_stop_what_was_not_used_is_given_back(void **state)
{
    struct store_world world;
    struct store_budget budget = {HASHED, STORE_DAY, TODAY, 0, 120, 0};
    store_world_begin(&world, 1);
    draw(world.store, 500, 100, 50);
    assert_stored(world.store, store_budget_close(world.store, &budget, 1));
    struct seen seen = load(world.store, TODAY);
    assert_int_equal(seen.budgets[0].drawn_nusd, 120);
    assert_int_equal(seen.budgets[0].used_nusd, 120);
    assert_int_equal(seen.budgets[0].told_percent, 50);
    store_world_close(&world);
}

static void days_and_months_of_accounts_are_apart(void **state)
{
    static const struct store_budget budgets[] = {
        {1, STORE_DAY, TODAY, 10, 0, 0},
        {1, STORE_MONTH, TODAY, 20, 0, 0},
        {2, STORE_DAY, TODAY, 30, 0, 0},
        {1, STORE_DAY, TODAY - 1, 40, 0, 0},
    };
    struct store_world world;
    store_world_begin(&world, 1);
    assert_stored(world.store, store_budget_draw(world.store, budgets, 4));
    struct seen seen = load(world.store, TODAY);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.budgets[0].drawn_nusd, 10);
    assert_int_equal(seen.budgets[1].drawn_nusd, 30);
    assert_int_equal(seen.budgets[2].drawn_nusd, 20);
    assert_int_equal(load(world.store, TODAY - 1).count, 4);
    assert_int_equal(load(world.store, TODAY + 1).count, 0);
    store_world_close(&world);
}

static void what_is_over_can_be_forgotten(void **state)
{
    static const struct store_budget budgets[] = {
        {1, STORE_DAY, TODAY - 1, 10, 0, 0},
        {1, STORE_MONTH, TODAY - 1, 20, 0, 0},
        {1, STORE_DAY, TODAY, 30, 0, 0},
    };
    struct store_world world;
    store_world_begin(&world, 1);
    assert_stored(world.store, store_budget_draw(world.store, budgets, 3));
    assert_stored(world.store, store_budget_forget(world.store, STORE_DAY, TODAY));
    struct seen seen = load(world.store, 0);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.budgets[0].period, STORE_MONTH);
    assert_int_equal(seen.budgets[1].drawn_nusd, 30);
    store_world_close(&world);
}

static void numbers_beyond_63_bits_become_the_most_there_is(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    draw(world.store, UINT64_MAX, 0, 0);
    assert_true(load(world.store, TODAY).budgets[0].drawn_nusd == INT64_MAX);
    store_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_drawn_survives_a_power_loss),
        cmocka_unit_test(what_was_drawn_can_be_given_back),
        cmocka_unit_test(what_was_told_stays_told_whatever_is_drawn),
        cmocka_unit_test(at_a_clean_stop_what_was_not_used_is_given_back),
        cmocka_unit_test(days_and_months_of_accounts_are_apart),
        cmocka_unit_test(what_is_over_can_be_forgotten),
        cmocka_unit_test(numbers_beyond_63_bits_become_the_most_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
