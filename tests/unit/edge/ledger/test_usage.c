/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"

static void note(struct ledger_world *self, size_t seat, const char *key, const char *model)
{
    const struct store_usage usage = {.tenant = BYTES("acme"),
                                      .key = bytes_from_cstr(key),
                                      .model = bytes_from_cstr(model),
                                      .requests = 1,
                                      .prompt_tokens = 10,
                                      .answer_tokens = 5,
                                      .nusd = 100};
    seat_note_usage(self->seats[seat], &usage);
}

static bool on_usage(void *user, const struct store_usage *usage)
{
    *(struct store_usage *)user = *usage;
    return true;
}

/* The sum of all that was written for this key and model. */
static struct store_usage written(struct ledger_world *self, const char *key, const char *model)
{
    struct store_usage sum = {0};
    const struct store_report report = {
        .last_day = UINT32_MAX, .key = bytes_from_cstr(key), .model = bytes_from_cstr(model)};
    assert_int_equal(store_usage_report(self->office, &report, on_usage, &sum), STORE_OK);
    return sum;
}

static void both_seats_rows_are_one_within_two_seconds(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 1);
    note(&self, 0, "alice", "m");
    note(&self, 1, "alice", "m");
    note(&self, 1, "alice", "n");
    ledger_world_run_ms(&self, 2000);
    struct store_usage sum = written(&self, "alice", "m");
    assert_int_equal(sum.requests, 2);
    assert_int_equal(sum.prompt_tokens, 20);
    assert_int_equal(sum.answer_tokens, 10);
    assert_int_equal(sum.nusd, 200);
    assert_int_equal(written(&self, "alice", "n").requests, 1);
    ledger_world_close(&self);
}

static void the_day_is_that_of_the_request(void **state)
{
    struct ledger_world self;
    struct store_usage sum = {0};
    (void)state;
    ledger_world_begin(&self, 2);
    uint32_t day = (uint32_t)(loop_wall_ms(self.loops[0]) / 86400000);
    note(&self, 0, "alice", "m");
    ledger_world_run_ms(&self, 2000);
    const struct store_report report = {.by = STORE_BY_DAY, .first_day = day, .last_day = day};
    assert_int_equal(store_usage_report(self.office, &report, on_usage, &sum), STORE_OK);
    assert_int_equal(sum.day, day);
    assert_int_equal(sum.requests, 1);
    ledger_world_close(&self);
}

static void a_clean_stop_writes_what_was_noted_last(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 3);
    note(&self, 1, "alice", "m");
    ledger_world_stop(&self);
    assert_int_equal(written(&self, "alice", "m").requests, 1);
    ledger_world_close(&self);
}

static void rows_wait_while_the_store_is_gone_and_are_written_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct ledger_world self;
        ledger_world_begin(&self, seed);
        world_fault_set(self.world, FAULT_DISK_ERROR, seed % 2 == 0 ? 1000000 : 200000);
        for (unsigned i = 0; i < 20; i++) {
            note(&self, i % SEATS, "alice", "m");
            ledger_world_run_ms(&self, 300);
        }
        world_faults_stop(self.world);
        ledger_world_run_ms(&self, 7000);
        assert_int_equal(written(&self, "alice", "m").requests, 20);
        ledger_world_close(&self);
    }
}

static void what_finds_no_row_is_told_in_the_log(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 4);
    world_fault_set(self.world, FAULT_DISK_ERROR, 1000000);
    for (unsigned i = 0; i < 100; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%u", i);
        note(&self, 0, key, "m");
    }
    ledger_world_run_ms(&self, 3000);
    assert_int_equal(ledger_world_logged(&self, "\"event\":\"usage_dropped\",\"requests\":84"), 1);
    world_faults_stop(self.world);
    ledger_world_close(&self);
}

static void a_killed_process_loses_what_it_noted_last_and_no_more(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 5);
    note(&self, 0, "alice", "m");
    ledger_world_run_ms(&self, 2000);
    note(&self, 0, "alice", "m");
    ledger_world_crash(&self, true);
    ledger_world_open_office(&self);
    assert_int_equal(written(&self, "alice", "m").requests, 1);
    ledger_world_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_seats_rows_are_one_within_two_seconds),
        cmocka_unit_test(the_day_is_that_of_the_request),
        cmocka_unit_test(a_clean_stop_writes_what_was_noted_last),
        cmocka_unit_test(rows_wait_while_the_store_is_gone_and_are_written_once),
        cmocka_unit_test(what_finds_no_row_is_told_in_the_log),
        cmocka_unit_test(a_killed_process_loses_what_it_noted_last_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
