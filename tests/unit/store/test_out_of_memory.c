/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation of SQLite and of the store fails in turn, alone or with all that follow: nothing
 * that was stored is lost, nothing is stored by half, and what failed says why.
 *
 *     test_store_out_of_memory [STEP]      only every STEP-th allocation of SQLite's five thousand
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "tests/failing_memory.h"
#include "tests/test.h"
#include "tests/unit/store/ledger_model.h"
#include "tests/unit/store/store_world.h"

#define CHANGES 8

/* SQLite's own allocator, with a countdown to the allocation that fails. */
static struct {
    sqlite3_mem_methods real;
    unsigned countdown; /* 0: none fails */
    bool goes_on;       /* those behind it fail as well */
    bool has_failed;
    unsigned step;
} memory;

static bool memory_is_out(void)
{
    if (memory.countdown == 0)
        return false;
    if (memory.countdown > 1) {
        memory.countdown--;
        return false;
    }
    memory.has_failed = true;
    memory.countdown = memory.goes_on ? 1 : 0;
    return true;
}

static void *take(int size)
{
    return memory_is_out() ? NULL : memory.real.xMalloc(size);
}

static void *take_again(void *piece, int size)
{
    return memory_is_out() ? NULL : memory.real.xRealloc(piece, size);
}

static int install_memory(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real), SQLITE_OK);
    sqlite3_mem_methods failing = memory.real;
    failing.xMalloc = take;
    failing.xRealloc = take_again;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

static void plan_failure(unsigned nth, bool goes_on)
{
    memory.countdown = nth;
    memory.goes_on = goes_on;
    memory.has_failed = false;
}

static void assert_memory_is_why(const struct store *store, enum store_status status)
{
    if (status != STORE_OK && status != STORE_NO_MEMORY)
        fail_msg("%s: %s", store_status_name(status), store_sentence(store));
}

static bool count_row(void *user, const struct store_usage *usage)
{
    (void)usage;
    ++*(unsigned *)user;
    return true;
}

/* Opens, changes and reads as far as memory lasts. */
static void live(struct store_world *world, struct ledger_model *model)
{
    struct random random;
    struct store_state state = {0};
    struct store_visitor nobody = {NULL, NULL, NULL};
    struct store_report report = {.by = STORE_BY_KEY, .last_day = UINT32_MAX};
    unsigned rows = 0;
    enum store_status status = store_world_open_store(world);
    assert_memory_is_why(world->store, status);
    if (status != STORE_OK)
        return;
    random_init(&random, 1);
    for (unsigned i = 0; i < CHANGES; i++) {
        if (!ledger_model_change(model, world->store, &random))
            assert_true(memory.has_failed);
    }
    assert_memory_is_why(world->store, store_key_load(world->store, 0, &nobody, &state));
    assert_memory_is_why(world->store, store_usage_report(world->store, &report, count_row, &rows));
}

/* false: it never came to the n-th allocation. */
static bool survives(unsigned nth, bool goes_on)
{
    struct store_world world;
    struct ledger_model model = {0};
    store_world_open(&world, 1);
    plan_failure(nth, goes_on);
    live(&world, &model);
    bool has_failed = memory.has_failed;
    plan_failure(0, false);
    store_world_crash(&world, true);
    assert_stored(world.store, store_world_open_store(&world));
    assert_true(ledger_model_verify(&model, world.store));
    store_world_close(&world);
    return has_failed;
}

static void each_allocation_of_sqlite_may_fail(void **state)
{
    unsigned nth = 1;
    while (survives(nth, false))
        nth += memory.step;
    assert_true(nth > 100);
}

static void all_allocations_of_sqlite_may_fail_from_any_on(void **state)
{
    unsigned nth = 1;
    while (survives(nth, true))
        nth += memory.step;
    assert_true(nth > 100);
}

static void each_allocation_of_the_store_may_fail(void **state)
{
    for (unsigned nth = 1; nth < 100; nth++) {
        struct store_world world;
        store_world_open(&world, 1);
        failing_memory_set(nth);
        enum store_status status = store_world_open_store(&world);
        failing_memory_set(0);
        if (status == STORE_OK) {
            assert_true(nth > 2);
            store_world_close(&world);
            return;
        }
        assert_memory_is_why(world.store, status);
        assert_string_equal(store_sentence(world.store), "out of memory");
        store_world_close_store(&world);
        assert_stored(world.store, store_world_open_store(&world));
        store_world_close(&world);
    }
    fail_msg("the store allocates without end");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_sqlite_may_fail),
        cmocka_unit_test(all_allocations_of_sqlite_may_fail_from_any_on),
        cmocka_unit_test(each_allocation_of_the_store_may_fail),
    };
    memory.step = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, install_memory, NULL);
}
