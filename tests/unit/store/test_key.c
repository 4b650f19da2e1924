/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "tests/unit/store/store_world.h"

static bool note_texts(void *user, const struct store_key *key)
{
    assert_true(bytes_equal(key->name, BYTES("ann")));
    assert_true(bytes_equal(key->tenant, BYTES("team")));
    assert_true(bytes_equal(key->shown, BYTES("ist_ab12...")));
    assert_true(bytes_equal(key->models, BYTES("llama-*\ngpt-4o")));
    assert_true(bytes_equal(key->routes, BYTES("*")));
    assert_true(bytes_equal(key->regions, BYTES("eu")));
    assert_true(bytes_equal(key->service_class, BYTES("batch")));
    assert_true(bytes_equal(key->labels, BYTES("{\"who\":\"Zoë\"}")));
    ++*(unsigned *)user;
    return true;
}

static void what_was_put_is_found_byte_for_byte(void **state)
{
    struct store_world world;
    struct store_key key = key_named("ann");
    uint64_t id = 0;
    unsigned found = 0;
    key.models = BYTES("llama-*\ngpt-4o");
    key.regions = BYTES("eu");
    key.service_class = BYTES("batch");
    key.labels = BYTES("{\"who\":\"Zoë\"}");
    key.limits = (struct store_limits){1, 2, 3, 4, 5};
    key.expires_ms = NOW_MS + 1;
    store_world_begin(&world, 1);
    assert_stored(world.store, store_key_put(world.store, &key, STORE_ADD, &id));
    store_world_close_store(&world);
    assert_stored(world.store, store_world_open_store(&world));

    assert_stored(world.store, store_key_find(world.store, BYTES("ann"), note_texts, &found));
    assert_int_equal(found, 1);
    struct store_key stored = stored_key(world.store, "ann");
    assert_int_equal(stored.id, id);
    assert_memory_equal(stored.digest, key.digest, STORE_DIGEST_BYTES);
    assert_memory_equal(&stored.limits, &key.limits, sizeof key.limits);
    assert_int_equal(stored.created_ms, NOW_MS);
    assert_int_equal(stored.expires_ms, NOW_MS + 1);
    assert_int_equal(stored.revoked_ms, 0);
    assert_int_equal(stored.old_until_ms, 0);
    store_world_close(&world);
}

static void a_name_is_one_keys(void **state)
{
    struct store_world world;
    struct store_key other = key_named("ann");
    uint64_t id = 0;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    digest_of("another secret", other.digest);
    assert_status(world.store, store_key_put(world.store, &other, STORE_ADD, &id), STORE_EXISTS);
    assert_string_equal(store_sentence(world.store), "there is already a key \"ann\"");
    store_world_close(&world);
}

static void a_secret_is_one_keys_also_the_one_before(void **state)
{
    struct store_world world;
    struct store_key thief = key_named("bob");
    struct store_rotation rotation = {.name = BYTES("ann"), .old_until_ms = NOW_MS + 1000};
    uint64_t id = 0;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    digest_of("ann", thief.digest);
    assert_status(world.store, store_key_put(world.store, &thief, STORE_PUT, &id), STORE_EXISTS);
    assert_string_equal(store_sentence(world.store), "this secret is key \"ann\"'s");

    digest_of("ann's second", rotation.digest);
    assert_stored(world.store, store_key_rotate(world.store, &rotation));
    assert_status(world.store, store_key_put(world.store, &thief, STORE_PUT, &id), STORE_EXISTS);
    digest_of("ann's second", thief.digest);
    assert_status(world.store, store_key_put(world.store, &thief, STORE_PUT, &id), STORE_EXISTS);
    store_world_close(&world);
}

static void a_change_keeps_id_birth_and_revocation(void **state)
{
    struct store_world world;
    struct store_key key = key_named("ann");
    uint64_t id = 0;
    store_world_begin(&world, 1);
    assert_status(world.store, store_key_put(world.store, &key, STORE_CHANGE, &id),
                  STORE_NOT_FOUND);
    uint64_t first_id = put_key(world.store, "ann");
    key.id = 999;
    key.created_ms = 1;
    key.revoked_ms = 1;
    key.limits.concurrency = 7;
    assert_stored(world.store, store_key_put(world.store, &key, STORE_CHANGE, &id));
    struct store_key stored = stored_key(world.store, "ann");
    assert_int_equal(id, first_id);
    assert_int_equal(stored.id, first_id);
    assert_int_equal(stored.created_ms, NOW_MS);
    assert_int_equal(stored.revoked_ms, 0);
    assert_int_equal(stored.limits.concurrency, 7);
    store_world_close(&world);
}

static void a_revoked_key_stays_revoked(void **state)
{
    struct store_world world;
    struct store_key key = key_named("ann");
    struct store_rotation rotation = {.name = BYTES("ann")};
    uint64_t id = 0;
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    assert_stored(world.store, store_key_revoke(world.store, BYTES("ann"), NOW_MS));
    assert_int_equal(stored_key(world.store, "ann").revoked_ms, NOW_MS);
    assert_status(world.store, store_key_revoke(world.store, BYTES("ann"), NOW_MS + 1),
                  STORE_REVOKED);
    assert_status(world.store, store_key_put(world.store, &key, STORE_PUT, &id), STORE_REVOKED);
    assert_status(world.store, store_key_rotate(world.store, &rotation), STORE_REVOKED);
    assert_status(world.store, store_key_put(world.store, &key, STORE_ADD, &id), STORE_EXISTS);
    assert_int_equal(stored_key(world.store, "ann").revoked_ms, NOW_MS);
    assert_status(world.store, store_key_revoke(world.store, BYTES("bob"), NOW_MS),
                  STORE_NOT_FOUND);
    store_world_close(&world);
}

static void a_rotated_key_keeps_its_id_and_for_a_time_its_old_secret(void **state)
{
    struct store_world world;
    struct store_rotation rotation = {
        .name = BYTES("ann"), .shown = BYTES("ist_cd34..."), .old_until_ms = NOW_MS + 1000};
    uint8_t first[STORE_DIGEST_BYTES], none[STORE_DIGEST_BYTES] = {0};
    store_world_begin(&world, 1);
    uint64_t id = put_key(world.store, "ann");
    digest_of("ann", first);
    digest_of("second", rotation.digest);
    assert_stored(world.store, store_key_rotate(world.store, &rotation));
    struct store_key stored = stored_key(world.store, "ann");
    assert_int_equal(stored.id, id);
    assert_memory_equal(stored.digest, rotation.digest, STORE_DIGEST_BYTES);
    assert_memory_equal(stored.old_digest, first, STORE_DIGEST_BYTES);
    assert_int_equal(stored.old_until_ms, NOW_MS + 1000);
    assert_int_equal(stored.limits.requests_per_minute, 600);

    digest_of("third", rotation.digest);
    rotation.old_until_ms = 0;
    assert_stored(world.store, store_key_rotate(world.store, &rotation));
    stored = stored_key(world.store, "ann");
    assert_memory_equal(stored.digest, rotation.digest, STORE_DIGEST_BYTES);
    assert_memory_equal(stored.old_digest, none, STORE_DIGEST_BYTES);
    assert_status(world.store, store_key_rotate(world.store, &rotation), STORE_EXISTS);
    store_world_close(&world);
}

static void odd_names_are_refused_and_quotes_are_text(void **state)
{
    static const struct bytes bad[] = {
        {"", 0}, {"a\nb", 3}, {"a\0b", 3}, {"\xff", 1}, {"\x7f", 1}, {"\xc0\x80", 2},
    };
    static char long_name[STORE_NAME_BYTES + 1];
    struct store_world world;
    uint64_t id = 0;
    memset(long_name, 'x', sizeof long_name);
    store_world_begin(&world, 1);
    struct store_key key = key_named("ann");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        key.name = bad[i];
        assert_status(world.store, store_key_put(world.store, &key, STORE_ADD, &id), STORE_INVALID);
    }
    key.name = bytes_of(long_name, sizeof long_name);
    assert_status(world.store, store_key_put(world.store, &key, STORE_ADD, &id), STORE_INVALID);
    key.name = bytes_of(long_name, STORE_NAME_BYTES);
    assert_stored(world.store, store_key_put(world.store, &key, STORE_ADD, &id));

    put_key(world.store, "'; DROP TABLE key; --");
    put_key(world.store, "\" OR 1=1 --");
    assert_status(world.store, store_key_revoke(world.store, BYTES("' OR ''='"), NOW_MS),
                  STORE_NOT_FOUND);
    assert_int_equal(stored_key(world.store, "'; DROP TABLE key; --").revoked_ms, 0);
    store_world_close(&world);
}

static void tenants_have_limits_and_keys_make_those_they_miss(void **state)
{
    struct store_world world;
    struct store_tenant team = {.name = BYTES("team"), .limits = {.day_nusd = 9}};
    uint64_t team_id = 0, again = 0;
    store_world_begin(&world, 1);
    uint64_t ann = put_key(world.store, "ann");
    uint64_t made = stored_key(world.store, "ann").tenant_id;
    assert_true(made > 0 && made != ann);
    assert_stored(world.store, store_tenant_put(world.store, &team, &team_id));
    assert_int_equal(team_id, made);
    put_key(world.store, "bob");
    assert_int_equal(stored_key(world.store, "bob").tenant_id, made);
    team.limits.day_nusd = 10;
    assert_stored(world.store, store_tenant_put(world.store, &team, &again));
    assert_int_equal(again, made);
    team.name = BYTES("");
    assert_status(world.store, store_tenant_put(world.store, &team, &again), STORE_INVALID);
    store_world_close(&world);
}

/* What a load brought, in its order. */
struct loaded {
    unsigned tenants, keys, stop_at;
    uint64_t last_id, last_change, day_nusd;
};

static bool note_tenant(void *user, const struct store_tenant *tenant)
{
    struct loaded *loaded = user;
    assert_int_equal(loaded->keys, 0);
    loaded->tenants++;
    loaded->day_nusd = tenant->limits.day_nusd;
    return true;
}

static bool note_key(void *user, const struct store_key *key)
{
    struct loaded *loaded = user;
    assert_true(key->id > loaded->last_id);
    loaded->last_id = key->id;
    loaded->last_change = key->change;
    return ++loaded->keys != loaded->stop_at;
}

static struct loaded load(struct store *store, uint64_t since, struct store_state *ret_state)
{
    struct loaded loaded = {0};
    struct store_visitor visitor = {note_tenant, note_key, &loaded};
    assert_stored(store, store_key_load(store, since, &visitor, ret_state));
    return loaded;
}

static void a_load_brings_what_changed_since(void **state)
{
    struct store_world world;
    struct store_state at = {0};
    struct store_tenant team = {.name = BYTES("team"), .limits = {.day_nusd = 9}};
    uint64_t id = 0;
    store_world_begin(&world, 1);
    struct loaded loaded = load(world.store, 0, &at);
    assert_int_equal(loaded.tenants + loaded.keys + at.keys + at.keys_ever, 0);
    put_key(world.store, "ann");
    put_key(world.store, "bob");
    put_key(world.store, "eve");
    loaded = load(world.store, 0, &at);
    assert_int_equal(loaded.tenants, 1);
    assert_int_equal(loaded.keys, 3);
    assert_int_equal(at.keys, 3);
    assert_int_equal(at.keys_ever, 3);
    assert_int_equal(at.change, loaded.last_change);

    loaded = load(world.store, at.change, &at);
    assert_int_equal(loaded.tenants + loaded.keys, 0);
    assert_stored(world.store, store_key_revoke(world.store, BYTES("bob"), NOW_MS));
    loaded = load(world.store, at.change, &at);
    assert_int_equal(loaded.tenants, 0);
    assert_int_equal(loaded.keys, 1);
    assert_int_equal(loaded.last_id, stored_key(world.store, "bob").id);
    assert_stored(world.store, store_tenant_put(world.store, &team, &id));
    loaded = load(world.store, at.change, &at);
    assert_int_equal(loaded.tenants, 1);
    assert_int_equal(loaded.day_nusd, 9);
    assert_int_equal(loaded.keys, 0);
    store_world_close(&world);
}

static void a_load_can_be_stopped_and_the_store_goes_on(void **state)
{
    struct store_world world;
    struct store_state at = {0};
    struct loaded loaded = {.stop_at = 1};
    struct store_visitor visitor = {NULL, note_key, &loaded};
    store_world_begin(&world, 1);
    put_key(world.store, "ann");
    put_key(world.store, "bob");
    assert_status(world.store, store_key_load(world.store, 0, &visitor, &at), STORE_STOPPED);
    assert_int_equal(loaded.keys, 1);
    put_key(world.store, "eve");
    assert_int_equal(load(world.store, 0, &at).keys, 3);
    store_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_byte_for_byte),
        cmocka_unit_test(a_name_is_one_keys),
        cmocka_unit_test(a_secret_is_one_keys_also_the_one_before),
        cmocka_unit_test(a_change_keeps_id_birth_and_revocation),
        cmocka_unit_test(a_revoked_key_stays_revoked),
        cmocka_unit_test(a_rotated_key_keeps_its_id_and_for_a_time_its_old_secret),
        cmocka_unit_test(odd_names_are_refused_and_quotes_are_text),
        cmocka_unit_test(tenants_have_limits_and_keys_make_those_they_miss),
        cmocka_unit_test(a_load_brings_what_changed_since),
        cmocka_unit_test(a_load_can_be_stopped_and_the_store_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
