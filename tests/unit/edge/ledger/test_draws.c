/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"

static uint64_t used_of(const struct customer *customer)
{
    struct limit_view view;
    struct ledger_world *self = customer->self;
    const struct limit_time time = {world_now_ns(self->world), loop_wall_ms(self->loops[0])};
    limit_view(seat_limiter(self->seats[customer->seat]), &customer->subject, time, &view);
    return view.key.of[LIMIT_DAY_BUDGET].used;
}

static void what_is_reserved_was_drawn_before(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct ledger_world self;
        struct customer customer;
        ledger_world_begin(&self, seed);
        customer_init(&customer, &self, seed % SEATS);
        customer_ask(&customer, 3 * CHUNK_NUSD);
        assert_int_equal(customer.verdict, LIMIT_GRANTED);
        struct store_budget stored = stored_budget(&self, customer.subject.key.account);
        assert_in_range(stored.drawn_nusd, 3 * CHUNK_NUSD, 4 * CHUNK_NUSD);
        customer_settle(&customer, 3 * CHUNK_NUSD);
        ledger_world_close(&self);
    }
}

static void nobody_waits_long_for_a_draw(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 1);
    for (unsigned i = 0; i < 5; i++) {
        customer_init(&customer, &self, 1);
        uint64_t began_ns = world_now_ns(self.world);
        customer_ask(&customer, 3 * CHUNK_NUSD);
        assert_true(world_now_ns(self.world) - began_ns < 50 * NS_PER_MS);
        customer_settle(&customer, 3 * CHUNK_NUSD);
    }
    ledger_world_close(&self);
}

static void what_was_drawn_and_not_spent_is_given_back_at_a_clean_stop(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 2);
    customer_init(&customer, &self, 0);
    customer_ask(&customer, 3 * CHUNK_NUSD);
    customer_settle(&customer, 1234);
    ledger_world_stop(&self);
    struct store_budget stored = stored_budget(&self, customer.subject.key.account);
    assert_int_equal(stored.drawn_nusd, 1234);
    assert_int_equal(stored.used_nusd, 1234);
    ledger_world_close(&self);
}

static bool count_one(void *user, const struct store_budget *budget)
{
    (void)budget;
    ++*(unsigned *)user;
    return true;
}

static unsigned count_budgets(struct ledger_world *self)
{
    unsigned count = 0;
    assert_int_equal(store_budget_load(self->office, 0, count_one, &count), STORE_OK);
    return count;
}

/* ---- a crash ---- */

static void begin_again(struct ledger_world *self)
{
    ledger_world_open_office(self);
    ledger_world_start(self);
    ledger_world_until(self, seats_are_ready, 5000);
}

static void after_a_crash_all_that_was_drawn_counts_as_used(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct ledger_world self;
        struct customer customer;
        ledger_world_begin(&self, seed);
        customer_init(&customer, &self, seed % SEATS);
        customer_ask(&customer, CHUNK_NUSD);
        uint64_t drawn = stored_budget(&self, customer.subject.key.account).drawn_nusd;
        assert_true(drawn >= CHUNK_NUSD);
        customer_settle(&customer, CHUNK_NUSD / 2);

        ledger_world_crash(&self, seed % 2 == 0);
        begin_again(&self);
        customer_init(&customer, &self, 0);
        assert_int_equal(used_of(&customer), drawn);
        customer_settle(&customer, 0);
        ledger_world_close(&self);
    }
}

/* Between the draw and its use, whatever is on its way: never under, and over by a chunk. */
static void a_crash_at_any_moment_forgets_nothing_that_was_spent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct ledger_world self;
        struct customer customer;
        uint64_t spent = 0;
        ledger_world_begin(&self, seed);
        for (unsigned i = 0; i < 5; i++) {
            customer_init(&customer, &self, i % SEATS);
            customer_ask(&customer, CHUNK_NUSD / 3);
            assert_int_equal(customer.verdict, LIMIT_GRANTED);
            spent += CHUNK_NUSD / 3;
            customer_settle(&customer, CHUNK_NUSD / 3);
            world_run_until(self.world, world_now_ns(self.world) +
                                            random_below(world_random(self.world), NS_PER_MS));
        }
        world_node_kill_at_write(self.node, random_below(world_random(self.world), 20));
        ledger_world_run_ms(&self, 3000);
        ledger_world_crash(&self, true);
        begin_again(&self);
        customer_init(&customer, &self, 0);
        assert_in_range(used_of(&customer), spent, spent + CHUNK_NUSD);
        customer_settle(&customer, 0);
        ledger_world_close(&self);
    }
}

/* ---- a day ends ---- */

static void a_new_day_begins_with_nothing_used(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 7);
    customer_init(&customer, &self, 0);
    uint64_t account = customer.subject.key.account;
    customer_ask(&customer, CHUNK_NUSD);
    customer_settle(&customer, CHUNK_NUSD);
    ledger_world_stop(&self);
    world_node_shift_clock(self.node, 86400000);
    assert_int_equal(stored_budget(&self, account).used_nusd, CHUNK_NUSD);
    ledger_world_start(&self);
    ledger_world_until(&self, seats_are_ready, 5000);
    customer_init(&customer, &self, 1);
    assert_int_equal(used_of(&customer), 0);
    customer_ask(&customer, 10);
    customer_settle(&customer, 10);
    ledger_world_stop(&self);
    assert_int_equal(count_budgets(&self), 1); /* the day before is dropped */
    ledger_world_close(&self);
}

/* ---- a store that fails ---- */

static void who_waits_is_told_when_the_disk_fails(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 3);
    customer_init(&customer, &self, 1);
    world_fault_set(self.world, FAULT_DISK_ERROR, 1000000);
    uint64_t began_ns = world_now_ns(self.world);
    customer_ask(&customer, CHUNK_NUSD);
    assert_int_equal(customer.told_failed, 1);
    assert_true(world_now_ns(self.world) - began_ns < NS_PER_S);
    customer_ask(&customer, CHUNK_NUSD);
    assert_int_equal(customer.verdict, LIMIT_UNAVAILABLE);
    assert_int_equal(ledger_world_logged(&self, "\"work\":\"draw\""), 1);

    world_faults_stop(self.world);
    ledger_world_run_ms(&self, 6000);
    customer_ask(&customer, CHUNK_NUSD);
    assert_int_equal(customer.verdict, LIMIT_GRANTED);
    assert_int_equal(ledger_world_logged(&self, "store_works"), 1);
    customer_settle(&customer, 0);
    ledger_world_close(&self);
}

static void what_was_drawn_is_spent_while_the_store_is_gone(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 4);
    customer_init(&customer, &self, 0);
    customer_ask(&customer, 10);
    customer_settle(&customer, 10);
    world_fault_set(self.world, FAULT_DISK_ERROR, 1000000);
    ledger_world_run_ms(&self, 10000);
    customer_init(&customer, &self, 1);
    customer_ask(&customer, CHUNK_NUSD / 4);
    assert_int_equal(customer.verdict, LIMIT_GRANTED);
    customer_settle(&customer, CHUNK_NUSD / 4);
    world_faults_stop(self.world);
    ledger_world_close(&self);
}

/* Whatever the disk does, a reservation is granted only of what is durable. */
static void no_failure_of_the_disk_lets_anybody_spend_what_was_not_drawn(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct ledger_world self;
        struct customer customer;
        ledger_world_begin(&self, seed);
        uint64_t spent = 0, account = 0;
        world_fault_set(self.world, FAULT_DISK_ERROR, 100000);
        world_fault_set(self.world, FAULT_DISK_FULL, 100000);
        for (unsigned i = 0; i < 5; i++) {
            customer_init(&customer, &self, i % SEATS);
            account = customer.subject.key.account;
            customer_ask(&customer, CHUNK_NUSD);
            if (customer.verdict == LIMIT_GRANTED)
                spent += CHUNK_NUSD;
            customer_settle(&customer, CHUNK_NUSD);
        }
        world_faults_stop(self.world);
        ledger_world_crash(&self, true);
        ledger_world_open_office(&self);
        assert_true(stored_budget(&self, account).drawn_nusd >= spent);
        ledger_world_close(&self);
    }
}

static void a_stop_ends_although_the_disk_fails(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 5);
    customer_init(&customer, &self, 0);
    customer_ask(&customer, CHUNK_NUSD);
    customer_settle(&customer, 10);
    world_fault_set(self.world, FAULT_DISK_ERROR, 1000000);
    ledger_world_stop(&self);
    world_faults_stop(self.world);
    ledger_world_close(&self);
}

/* ---- who leaves ---- */

static void who_left_is_not_told(void **state)
{
    struct ledger_world self;
    struct customer customer;
    (void)state;
    ledger_world_begin(&self, 6);
    customer_init(&customer, &self, 1);
    seat_wait_draw(self.seats[1], &customer.wait);
    seat_leave(&customer.wait);
    seat_leave(&customer.wait);
    ledger_world_run_ms(&self, 1000);
    assert_int_equal(customer.told_again + customer.told_failed, 0);
    customer_settle(&customer, 0);
    ledger_world_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_reserved_was_drawn_before),
        cmocka_unit_test(nobody_waits_long_for_a_draw),
        cmocka_unit_test(what_was_drawn_and_not_spent_is_given_back_at_a_clean_stop),
        cmocka_unit_test(after_a_crash_all_that_was_drawn_counts_as_used),
        cmocka_unit_test(a_crash_at_any_moment_forgets_nothing_that_was_spent),
        cmocka_unit_test(a_new_day_begins_with_nothing_used),
        cmocka_unit_test(who_waits_is_told_when_the_disk_fails),
        cmocka_unit_test(what_was_drawn_is_spent_while_the_store_is_gone),
        cmocka_unit_test(no_failure_of_the_disk_lets_anybody_spend_what_was_not_drawn),
        cmocka_unit_test(a_stop_ends_although_the_disk_fails),
        cmocka_unit_test(who_left_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
