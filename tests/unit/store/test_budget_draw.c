/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/store/store_world.h"

#define ACCOUNT UINT64_C(0xfedcba9876543210)

static struct store_budget row(uint64_t drawn_nusd, uint64_t used_nusd, unsigned told_percent)
{
    return (struct store_budget){.account = ACCOUNT,
                                 .period = STORE_MONTH,
                                 .first_day = 20454,
                                 .drawn_nusd = drawn_nusd,
                                 .used_nusd = used_nusd,
                                 .told_percent = told_percent};
}

static bool on_budget(void *user, const struct store_budget *budget)
{
    *(struct store_budget *)user = *budget;
    return true;
}

static void expect_stored(struct store_world *self, const struct store_budget *expected)
{
    struct store_budget stored = {0};
    assert_stored(self->store, store_budget_load(self->store, 20454, on_budget, &stored));
    assert_true(stored.account == expected->account);
    assert_int_equal(stored.drawn_nusd, expected->drawn_nusd);
    assert_int_equal(stored.used_nusd, expected->used_nusd);
    assert_int_equal(stored.told_percent, expected->told_percent);
}

static void draw(struct store_world *self, struct store_budget budget)
{
    assert_stored(self->store, store_budget_draw(self->store, &budget, 1));
}

static void tell(struct store_world *self, struct store_budget budget)
{
    assert_stored(self->store, store_budget_tell(self->store, &budget, 1));
}

static void what_was_drawn_can_be_given_back(void **state)
{
    struct store_world self;
    (void)state;
    store_world_begin(&self, 1);
    draw(&self, row(1000, 10, 0));
    draw(&self, row(400, 20, 0));
    const struct store_budget expected = row(400, 20, 0);
    expect_stored(&self, &expected);
    store_world_close(&self);
}

static void what_was_told_stays_told_whatever_is_drawn(void **state)
{
    struct store_world self;
    (void)state;
    store_world_begin(&self, 2);
    draw(&self, row(1000, 10, 0));
    tell(&self, row(0, 0, 80));
    tell(&self, row(0, 0, 50));
    draw(&self, row(2000, 30, 0));
    const struct store_budget expected = row(2000, 30, 80);
    expect_stored(&self, &expected);
    store_world_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_drawn_can_be_given_back),
        cmocka_unit_test(what_was_told_stays_told_whatever_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
