/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sqlite3.h>

#include "loop/file.h"
#include "tests/test.h"
#include "tests/unit/edge/ledger/ledger_world.h"

static void keys_reach_every_seat(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 1);
    for (size_t seat = 0; seat < SEATS; seat++) {
        const struct key *key = seat_key(&self, seat, "alice");
        assert_non_null(key);
        assert_string_equal(key->tenant, "acme");
        assert_true(key_allows_model(key, BYTES("m")));
        assert_null(seat_key(&self, seat, "bob"));
        assert_non_null(key_table_tenant(seat_access(self.seats[seat])->keys, BYTES("acme")));
    }
    ledger_world_close(&self);
}

static void before_the_first_reading_nobody_is_judged(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 2);
    ledger_world_open_office(&self);
    ledger_world_start(&self);
    assert_int_equal(self.first_state, ACCESS_LOADING);
    assert_int_equal(seat_access(self.seats[0])->jwks_state, ACCESS_OFF);
    ledger_world_close(&self);
}

static void a_store_that_never_had_keys_lets_nobody_in(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 3);
    ledger_world_start(&self);
    ledger_world_until(&self, seats_are_ready, 5000);
    assert_int_equal(key_table_count(seat_access(self.seats[0])->keys), 0);
    ledger_world_close(&self);
}

static void open_edges_have_no_ledger(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 4);
    self.config.auth = AUTH_OPEN;
    ledger_world_start(&self);
    ledger_world_run_ms(&self, 2000);
    assert_int_equal(seat_access(self.seats[1])->keys_state, ACCESS_OFF);
    assert_null(seat_limiter(self.seats[1]));
    struct store_usage usage = {.requests = 1};
    seat_note_usage(self.seats[1], &usage);
    ledger_world_close(&self);
}

/* ---- changes ---- */

static bool alice_is_revoked_everywhere(struct ledger_world *self)
{
    for (size_t seat = 0; seat < SEATS; seat++)
        if (!seat_key(self, seat, "alice")->is_revoked)
            return false;
    return true;
}

static void a_revoked_key_is_known_as_such_within_a_second(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct ledger_world self;
        ledger_world_begin(&self, seed);
        ledger_world_run_ms(&self, random_below(world_random(self.world), 1000));
        revoke_key(&self, "alice");
        assert_true(ledger_world_until(&self, alice_is_revoked_everywhere, 2000) < 1000);
        ledger_world_close(&self);
    }
}

static bool bob_is_known(struct ledger_world *self)
{
    return seat_key(self, 0, "bob") && seat_key(self, 1, "bob");
}

static void only_what_changed_is_read(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 5);
    const struct key *before = seat_key(&self, 0, "alice");
    put_key(&self, "bob");
    ledger_world_until(&self, bob_is_known, 1000);
    assert_ptr_equal(seat_key(&self, 0, "alice"), before);
    ledger_world_close(&self);
}

static void both_secrets_of_a_rotated_key_are_known_until_the_old_one_ends(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 16);
    rotate_key(&self, "alice", "alice2", 60000);
    ledger_world_run_ms(&self, 1000);
    assert_string_equal(seat_key(&self, 1, "alice2")->name, "alice");
    assert_string_equal(seat_key(&self, 1, "alice")->name, "alice");
    ledger_world_run_ms(&self, 60000);
    assert_non_null(seat_key(&self, 1, "alice2"));
    assert_null(seat_key(&self, 1, "alice"));
    ledger_world_close(&self);
}

static void a_seat_keeps_its_snapshot_until_it_hears_of_another(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 6);
    const struct key_table *before = seat_access(self.seats[1])->keys;
    ledger_world_run_ms(&self, 5000);
    assert_ptr_equal(seat_access(self.seats[1])->keys, before);
    ledger_world_close(&self);
}

static void more_keys_than_allowed_stay_unknown_and_that_is_told(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 7);
    self.config.keys.most = 1;
    ledger_world_open_office(&self);
    put_key(&self, "alice");
    put_key(&self, "bob");
    ledger_world_start(&self);
    ledger_world_until(&self, seats_are_ready, 5000);
    assert_non_null(seat_key(&self, 0, "alice"));
    assert_null(seat_key(&self, 0, "bob"));
    ledger_world_run_ms(&self, 3000);
    assert_int_equal(ledger_world_logged(&self, "keys_too_many"), 1);
    ledger_world_close(&self);
}

/* ---- a store that is gone, broken, or unexpectedly empty ---- */

static bool both_are_unavailable(struct ledger_world *self)
{
    return seat_access(self->seats[0])->keys_state == ACCESS_UNAVAILABLE &&
           seat_access(self->seats[1])->keys_state == ACCESS_UNAVAILABLE;
}

static void a_store_that_cannot_be_opened_is_unavailable_until_it_can(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 8);
    self.config.data_dir = "elsewhere";
    ledger_world_start(&self);
    ledger_world_until(&self, both_are_unavailable, 5000);
    ledger_world_run_ms(&self, 60000);
    assert_int_equal(ledger_world_logged(&self, "store_failed"), 1);
    assert_int_equal(file_make_directory(self.loops[0], "elsewhere"), 0);
    ledger_world_until(&self, seats_are_ready, 6000);
    assert_int_equal(ledger_world_logged(&self, "store_works"), 1);
    ledger_world_close(&self);
}

static void damage(struct ledger_world *self, const char *path)
{
    struct file *file;
    assert_int_equal(file_open(&file, self->loops[0], path, FILE_WRITE), 0);
    assert_int_equal(file_write(file, 0, BYTES("this is no store of anything")), 28);
    file_close(file);
}

static void a_damaged_store_is_unavailable_and_left_as_it_is(void **state)
{
    struct ledger_world self;
    struct buffer text = {0};
    (void)state;
    ledger_world_open(&self, 9);
    damage(&self, STORE_PATH);
    ledger_world_start(&self);
    ledger_world_until(&self, both_are_unavailable, 5000);
    ledger_world_run_ms(&self, 10000);
    assert_int_equal(file_read_whole(self.loops[0], STORE_PATH, 4096, &text), 0);
    assert_true(bytes_equal(buffer_bytes(&text), BYTES("this is no store of anything")));
    buffer_clear(&text);
    ledger_world_close(&self);
}

static void while_the_disk_fails_what_was_known_stays_in_force(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 10);
    put_key(&self, "bob");
    world_fault_set(self.world, FAULT_DISK_ERROR, 1000000);
    ledger_world_run_ms(&self, 30000);
    assert_true(seats_are_ready(&self));
    assert_non_null(seat_key(&self, 1, "alice"));
    assert_int_equal(ledger_world_logged(&self, "store_failed"), 1);
    world_faults_stop(self.world);
    ledger_world_until(&self, bob_is_known, 6000);
    ledger_world_close(&self);
}

static void a_file_that_is_moved_away_is_not_made_again_and_found_when_it_is_back(void **state)
{
    struct ledger_world self;
    struct buffer text = {0};
    (void)state;
    ledger_world_begin(&self, 13);
    ledger_world_close_office(&self);
    assert_int_equal(file_rename(self.loops[0], STORE_PATH, "data/away"), 0);
    ledger_world_run_ms(&self, 10000);
    assert_non_null(seat_key(&self, 0, "alice"));
    assert_int_equal(ledger_world_logged(&self, "was removed or replaced"), 1);
    assert_int_equal(ledger_world_logged(&self, "store_failed"), 1);
    assert_int_equal(file_read_whole(self.loops[0], STORE_PATH, 1, &text), -ENOENT);
    assert_int_equal(file_rename(self.loops[0], "data/away", STORE_PATH), 0);
    ledger_world_open_office(&self);
    revoke_key(&self, "alice");
    ledger_world_until(&self, alice_is_revoked_everywhere, 6000);
    ledger_world_close(&self);
}

static void remove_store(struct ledger_world *self)
{
    ledger_world_close_office(self);
    assert_int_equal(file_remove(self->loops[0], STORE_PATH), 0);
    assert_int_equal(file_remove(self->loops[0], STORE_PATH "-wal"), 0);
}

static void a_file_that_is_removed_is_not_made_again(void **state)
{
    struct ledger_world self;
    struct buffer text = {0};
    (void)state;
    ledger_world_begin(&self, 14);
    remove_store(&self);
    ledger_world_run_ms(&self, 10000);
    assert_non_null(seat_key(&self, 0, "alice"));
    assert_int_equal(file_read_whole(self.loops[0], STORE_PATH, 1, &text), -ENOENT);
    ledger_world_close(&self);
}

static bool only_bob_is_known(struct ledger_world *self)
{
    return bob_is_known(self) && !seat_key(self, 0, "alice") && !seat_key(self, 1, "alice");
}

/* A backup knows less than what it takes the place of: it is read from its beginning. */
static void of_another_file_in_its_place_all_is_read(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 15);
    for (unsigned i = 0; i < 5; i++)
        put_key(&self, "alice");
    ledger_world_run_ms(&self, 1000);
    remove_store(&self);
    ledger_world_run_ms(&self, 1000);
    ledger_world_open_office(&self);
    put_key(&self, "bob");
    ledger_world_until(&self, only_bob_is_known, 6000);
    ledger_world_close(&self);
}

static void lose_all_keys(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(STORE_PATH, &db, SQLITE_OPEN_READWRITE, "sim"), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM key", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void keys_that_vanish_stay_in_force(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_begin(&self, 11);
    lose_all_keys();
    ledger_world_run_ms(&self, 10000);
    assert_non_null(seat_key(&self, 0, "alice"));
    assert_int_equal(ledger_world_logged(&self, "has no keys any more"), 1);
    put_key(&self, "bob");
    ledger_world_until(&self, bob_is_known, 10000);
    ledger_world_close(&self);
}

static void a_store_without_its_keys_is_unavailable_at_the_start(void **state)
{
    struct ledger_world self;
    (void)state;
    ledger_world_open(&self, 12);
    ledger_world_open_office(&self);
    put_key(&self, "alice");
    lose_all_keys();
    ledger_world_start(&self);
    ledger_world_until(&self, both_are_unavailable, 5000);
    ledger_world_close(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_reach_every_seat),
        cmocka_unit_test(before_the_first_reading_nobody_is_judged),
        cmocka_unit_test(a_store_that_never_had_keys_lets_nobody_in),
        cmocka_unit_test(open_edges_have_no_ledger),
        cmocka_unit_test(a_revoked_key_is_known_as_such_within_a_second),
        cmocka_unit_test(only_what_changed_is_read),
        cmocka_unit_test(both_secrets_of_a_rotated_key_are_known_until_the_old_one_ends),
        cmocka_unit_test(a_seat_keeps_its_snapshot_until_it_hears_of_another),
        cmocka_unit_test(more_keys_than_allowed_stay_unknown_and_that_is_told),
        cmocka_unit_test(a_store_that_cannot_be_opened_is_unavailable_until_it_can),
        cmocka_unit_test(a_damaged_store_is_unavailable_and_left_as_it_is),
        cmocka_unit_test(while_the_disk_fails_what_was_known_stays_in_force),
        cmocka_unit_test(a_file_that_is_moved_away_is_not_made_again_and_found_when_it_is_back),
        cmocka_unit_test(a_file_that_is_removed_is_not_made_again),
        cmocka_unit_test(of_another_file_in_its_place_all_is_read),
        cmocka_unit_test(keys_that_vanish_stay_in_force),
        cmocka_unit_test(a_store_without_its_keys_is_unavailable_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
