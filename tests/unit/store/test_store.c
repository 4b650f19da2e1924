/* SPDX-License-Identifier: Apache-2.0
 *
 * What store_open() makes of the files it finds, and what several changes at once promise.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "loop/file.h"
#include "tests/test.h"
#include "tests/unit/store/store_world.h"

#define ROOM_BYTES 400000

static struct loop *loop_of(struct store_world *world)
{
    return world_node_loop(world->node);
}

static void write_at(struct store_world *world, const char *path, uint64_t offset,
                     struct bytes bytes)
{
    struct file *file = NULL;
    assert_int_equal(file_open(&file, loop_of(world), path, FILE_WRITE), 0);
    assert_int_equal(file_write(file, offset, bytes), bytes.length);
    file_close(file);
}

static uint64_t size_of(struct store_world *world, const char *path)
{
    struct file *file = NULL;
    uint64_t size = 0;
    if (file_open(&file, loop_of(world), path, FILE_READ) < 0)
        return 0;
    assert_int_equal(file_size(file, &size), 0);
    file_close(file);
    return size;
}

/* As another program would. */
static void execute(const char *sql)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(sqlite3_open_v2(STORE_PATH, &db, flags, "sim"), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void assert_says(struct store_world *world, const char *words)
{
    if (!strstr(store_sentence(world->store), words))
        fail_msg("\"%s\" does not say \"%s\"", store_sentence(world->store), words);
}

/* Opening fails, says why and what to do, and has not touched the file. */
static void assert_left_alone(struct store_world *world, enum store_status wanted,
                              const char *words)
{
    uint64_t size = size_of(world, STORE_PATH);
    assert_status(world->store, store_world_open_store(world), wanted);
    assert_says(world, words);
    assert_says(world, STORE_PATH);
    store_world_close_store(world);
    assert_int_equal(size_of(world, STORE_PATH), size);
}

static void an_absent_file_is_made_unless_it_must_exist(void **state)
{
    struct store_world world;
    const struct store_options options = {.path = STORE_PATH, .vfs = "sim", .must_exist = true};
    store_world_open(&world, 1);
    assert_status(world.store, store_open(&world.store, loop_of(&world), &options),
                  STORE_NOT_FOUND);
    assert_says(&world, "data/isthmus.db does not exist");
    store_world_close_store(&world);
    assert_stored(world.store, store_world_open_store(&world));
    store_world_close_store(&world);
    assert_stored(world.store, store_open(&world.store, loop_of(&world), &options));
    store_world_close(&world);
}

static void an_absent_folder_is_told(void **state)
{
    struct store_world world;
    const struct store_options options = {.path = "elsewhere/isthmus.db", .vfs = "sim"};
    store_world_open(&world, 1);
    assert_status(world.store, store_open(&world.store, loop_of(&world), &options),
                  STORE_NOT_FOUND);
    assert_says(&world, "the folder of elsewhere/isthmus.db does not exist");
    store_world_close(&world);
}

static void a_path_is_only_a_path(void **state)
{
    struct store_world world;
    const struct store_options options = {.path = ":memory:", .vfs = "sim"};
    store_world_open(&world, 1);
    assert_stored(world.store, store_open(&world.store, loop_of(&world), &options));
    assert_true(size_of(&world, "./:memory:") > 0);
    store_world_close(&world);
}

static void what_is_not_ours_is_left_alone(void **state)
{
    struct store_world world;
    store_world_open(&world, 1);
    execute("CREATE TABLE songs (title TEXT)");
    assert_left_alone(&world, STORE_FOREIGN, "the database of another program");
    store_world_close(&world);

    store_world_open(&world, 1);
    execute("PRAGMA application_id = 7");
    assert_left_alone(&world, STORE_FOREIGN, "the database of another program");
    store_world_close(&world);

    store_world_open(&world, 1);
    char poem[2000];
    memset(poem, 'o', sizeof poem);
    write_at(&world, STORE_PATH, 0, bytes_of(poem, sizeof poem));
    assert_left_alone(&world, STORE_FOREIGN, "no store of Isthmus");
    store_world_close(&world);
}

static void a_newer_format_is_left_alone(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    store_world_close_store(&world);
    execute("PRAGMA user_version = 99");
    assert_left_alone(&world, STORE_NEWER, "its format is 99, this program knows up to 1");
    store_world_close(&world);
}

static void tables_without_what_belongs_into_them_are_damage(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    store_world_close_store(&world);
    execute("ALTER TABLE key DROP COLUMN shown");
    assert_left_alone(&world, STORE_CORRUPT, "restore a backup");
    store_world_close(&world);
}

static void a_page_of_noise_is_damage(void **state)
{
    struct store_world world;
    struct store_state at;
    struct store_visitor nobody = {NULL, NULL, NULL};
    char noise[4096];
    memset(noise, 0xa5, sizeof noise);
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    store_world_close_store(&world);
    for (uint64_t page = 1; page < size_of(&world, STORE_PATH) / sizeof noise; page++)
        write_at(&world, STORE_PATH, page * sizeof noise, bytes_of(noise, sizeof noise));
    assert_stored(world.store, store_world_open_store(&world));
    assert_status(world.store, store_key_load(world.store, 0, &nobody, &at), STORE_CORRUPT);
    assert_says(&world, "restore a backup");
    assert_status(world.store, store_check(world.store), STORE_CORRUPT);
    store_world_close(&world);
}

static void read_image(struct store_world *world, struct buffer *image)
{
    buffer_init(image, 0, NULL);
    assert_int_equal(file_read_whole(loop_of(world), STORE_PATH, SIZE_MAX, image), 0);
}

static void damage(struct store_world *world, const struct buffer *image)
{
    struct random *random = world_random(world->world);
    write_at(world, STORE_PATH, 0, buffer_bytes(image));
    for (uint64_t flips = random_between(random, 1, 20); flips > 0; flips--) {
        char byte = (char)random_u64(random);
        write_at(world, STORE_PATH, random_below(random, image->length), bytes_of(&byte, 1));
    }
}

static bool take_key(void *user, const struct store_key *key)
{
    (void)user;
    return key->name.length < 100000;
}

static bool take_budget(void *user, const struct store_budget *budget)
{
    (void)user;
    return budget->period == STORE_DAY || budget->period == STORE_MONTH;
}

static void use_all(struct store *store)
{
    struct store_state at;
    struct store_visitor visitor = {NULL, take_key, NULL};
    struct store_key key = key_named("late");
    struct store_budget budget = {.account = 1, .drawn_nusd = 1};
    uint64_t id = 0;
    (void)store_key_load(store, 0, &visitor, &at);
    (void)store_key_put(store, &key, STORE_PUT, &id);
    (void)store_key_revoke(store, BYTES("key 7"), NOW_MS);
    (void)store_budget_draw(store, &budget, 1);
    (void)store_budget_load(store, 0, take_budget, NULL);
    (void)store_check(store);
}

static void damage_anywhere_ends_no_process(void **state)
{
    struct store_world world;
    struct buffer image;
    unsigned opened = 0, refused = 0;
    store_world_begin(&world, 1);
    for (unsigned i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "key %u", i);
        put_key(world.store, name);
    }
    store_world_close_store(&world);
    read_image(&world, &image);
    for (unsigned round = 0; round < 200; round++) {
        damage(&world, &image);
        bool is_open = store_world_open_store(&world) == STORE_OK;
        if (is_open)
            use_all(world.store);
        opened += is_open;
        refused += !is_open;
        store_world_close_store(&world);
        (void)file_remove(loop_of(&world), STORE_PATH "-wal");
    }
    assert_true(opened > 0 && refused > 0);
    buffer_clear(&image);
    store_world_close(&world);
}

static void a_sound_store_passes_its_check(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    assert_stored(world.store, store_check(world.store));
    store_world_close(&world);
}

/* SQLite alone would make a new store, and drop the log with all that is in it. */
static void a_log_without_its_store_is_not_dropped(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    store_world_crash(&world, false);
    uint64_t size = size_of(&world, STORE_PATH "-wal");
    assert_true(size > 0);
    assert_int_equal(file_remove(loop_of(&world), STORE_PATH), 0);
    assert_status(world.store, store_world_open_store(&world), STORE_NOT_FOUND);
    store_world_close_store(&world);
    write_at(&world, STORE_PATH, 0, BYTES(""));
    assert_left_alone(&world, STORE_CORRUPT, "the file was lost");
    assert_int_equal(size_of(&world, STORE_PATH "-wal"), size);
    store_world_close(&world);
}

static void without_permission_to_write_it_says_so(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    store_world_close_store(&world);
    sqlite_vfs_set_read_only(world.vfs, true);
    assert_left_alone(&world, STORE_READ_ONLY, "needs to be allowed to write");
    store_world_close(&world);
}

static enum store_status put_until_it_fails(struct store *store, unsigned *ret_stored)
{
    enum store_status status = STORE_OK;
    for (*ret_stored = 0; status == STORE_OK; ++*ret_stored) {
        char name[32];
        uint64_t id = 0;
        snprintf(name, sizeof name, "key %u", *ret_stored);
        struct store_key key = key_named(name);
        status = store_key_put(store, &key, STORE_ADD, &id);
    }
    --*ret_stored;
    return status;
}

static void a_full_disk_keeps_what_is_there_and_may_be_emptied(void **state)
{
    struct store_world world;
    struct store_state at;
    struct store_visitor nobody = {NULL, NULL, NULL};
    unsigned stored = 0;
    store_world_begin(&world, 1);
    world_node_limit_disk(world.node, ROOM_BYTES);
    assert_status(world.store, put_until_it_fails(world.store, &stored), STORE_FULL);
    assert_says(&world, "make room");
    assert_stored(world.store, store_key_load(world.store, 0, &nobody, &at));
    assert_int_equal(at.keys, stored);
    assert_true(stored > 0);
    world_node_limit_disk(world.node, 0);
    put_key(world.store, "ann");
    assert_stored(world.store, store_check(world.store));
    store_world_close(&world);
}

static uint64_t count_keys(struct store *store)
{
    struct store_state at = {0};
    struct store_visitor nobody = {NULL, NULL, NULL};
    assert_stored(store, store_key_load(store, 0, &nobody, &at));
    assert_int_equal(at.keys, at.keys_ever);
    return at.keys;
}

static void a_batch_is_all_or_nothing(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    assert_stored(world.store, store_begin(world.store));
    put_key(world.store, "ann");
    put_key(world.store, "bob");
    store_rollback(world.store);
    assert_int_equal(count_keys(world.store), 0);

    assert_stored(world.store, store_begin(world.store));
    put_key(world.store, "ann");
    store_world_crash(&world, false);
    assert_stored(world.store, store_world_open_store(&world));
    assert_int_equal(count_keys(world.store), 0);

    assert_stored(world.store, store_begin(world.store));
    put_key(world.store, "ann");
    put_key(world.store, "bob");
    assert_stored(world.store, store_commit(world.store));
    store_world_crash(&world, true);
    assert_stored(world.store, store_world_open_store(&world));
    assert_int_equal(count_keys(world.store), 2);
    store_world_close(&world);
}

static void in_a_batch_what_fails_is_undone_alone(void **state)
{
    struct store_world world;
    struct store_key stranger = key_named("bob");
    uint64_t id = 0;
    store_world_begin(&world, 1);
    assert_stored(world.store, store_begin(world.store));
    put_key(world.store, "ann");
    digest_of("ann", stranger.digest); /* after its tenant was made */
    stranger.tenant = BYTES("strangers");
    assert_status(world.store, store_key_put(world.store, &stranger, STORE_ADD, &id), STORE_EXISTS);
    put_key(world.store, "eve");
    assert_stored(world.store, store_commit(world.store));
    assert_int_equal(count_keys(world.store), 2);
    assert_status(world.store, store_tenant_find(world.store, BYTES("strangers"), NULL, NULL),
                  STORE_NOT_FOUND);
    store_world_close(&world);
}

/* Else the second half of an import would be there without the first. */
static void a_batch_that_the_disk_undid_takes_no_more(void **state)
{
    struct store_world world;
    struct store_key key = key_named("late");
    unsigned stored = 0;
    uint64_t id = 0;
    store_world_begin(&world, 1);
    put_key(world.store, "before");
    assert_stored(world.store, store_begin(world.store));
    world_node_limit_disk(world.node, ROOM_BYTES);
    assert_status(world.store, put_until_it_fails(world.store, &stored), STORE_FULL);
    assert_true(stored > 0);
    world_node_limit_disk(world.node, 0);
    assert_status(world.store, store_key_put(world.store, &key, STORE_ADD, &id), STORE_FAILED);
    assert_says(&world, "all that was begun has been undone");
    assert_status(world.store, store_commit(world.store), STORE_FAILED);
    assert_int_equal(count_keys(world.store), 1);
    put_key(world.store, "after");
    assert_int_equal(count_keys(world.store), 2);
    store_world_close(&world);
}

static void a_change_by_another_connection_is_told_and_an_own_is_not(void **state)
{
    struct store_world world;
    const struct store_options options = {.path = STORE_PATH, .vfs = "sim"};
    struct store *tool = NULL;
    uint64_t first = 0, second = 0;
    store_world_begin(&world, 1);
    assert_stored(tool, store_open(&tool, loop_of(&world), &options));
    assert_stored(world.store, store_changes(world.store, &first));
    put_key(world.store, "ann");
    assert_stored(world.store, store_changes(world.store, &second));
    assert_int_equal(first, second);
    assert_stored(tool, store_key_revoke(tool, BYTES("ann"), NOW_MS));
    assert_stored(world.store, store_changes(world.store, &second));
    assert_int_not_equal(first, second);
    assert_int_equal(stored_key(world.store, "ann").revoked_ms, NOW_MS);
    store_close(tool);
    store_world_close(&world);
}

static void who_writes_for_too_long_is_told_to_others_who_still_read(void **state)
{
    struct store_world world;
    const struct store_options options = {.path = STORE_PATH, .vfs = "sim"};
    struct store *tool = NULL;
    store_world_begin(&world, 1);
    assert_stored(tool, store_open(&tool, loop_of(&world), &options));
    put_key(world.store, "ann");
    assert_stored(tool, store_begin(tool));
    assert_stored(tool, store_key_revoke(tool, BYTES("ann"), NOW_MS));
    assert_status(world.store, store_key_revoke(world.store, BYTES("ann"), NOW_MS), STORE_BUSY);
    assert_says(&world, "try again");
    assert_int_equal(stored_key(world.store, "ann").revoked_ms, 0);
    store_rollback(tool);
    assert_stored(world.store, store_key_revoke(world.store, BYTES("ann"), NOW_MS));
    store_close(tool);
    store_world_close(&world);
}

static void a_plain_process_end_loses_nothing(void **state)
{
    struct store_world world;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    store_world_crash(&world, false);
    assert_stored(world.store, store_world_open_store(&world));
    assert_int_equal(count_keys(world.store), 1);
    store_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absent_file_is_made_unless_it_must_exist),
        cmocka_unit_test(an_absent_folder_is_told),
        cmocka_unit_test(a_path_is_only_a_path),
        cmocka_unit_test(what_is_not_ours_is_left_alone),
        cmocka_unit_test(a_newer_format_is_left_alone),
        cmocka_unit_test(tables_without_what_belongs_into_them_are_damage),
        cmocka_unit_test(a_page_of_noise_is_damage),
        cmocka_unit_test(damage_anywhere_ends_no_process),
        cmocka_unit_test(a_sound_store_passes_its_check),
        cmocka_unit_test(a_log_without_its_store_is_not_dropped),
        cmocka_unit_test(without_permission_to_write_it_says_so),
        cmocka_unit_test(a_full_disk_keeps_what_is_there_and_may_be_emptied),
        cmocka_unit_test(a_batch_is_all_or_nothing),
        cmocka_unit_test(in_a_batch_what_fails_is_undone_alone),
        cmocka_unit_test(a_batch_that_the_disk_undid_takes_no_more),
        cmocka_unit_test(a_change_by_another_connection_is_told_and_an_own_is_not),
        cmocka_unit_test(who_writes_for_too_long_is_told_to_others_who_still_read),
        cmocka_unit_test(a_plain_process_end_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
