/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/store/store_world.h"

#include <stdio.h>

#include "base/hash.h"
#include "loop/file.h"
#include "tests/test.h"

static void boot(struct store_world *self)
{
    assert_int_equal(world_node_open(&self->node, self->world, "edge", "10.0.0.1"), 0);
    assert_int_equal(sqlite_vfs_open(&self->vfs, world_node_loop(self->node), "sim"), 0);
}

void store_world_open(struct store_world *self, uint64_t seed)
{
    *self = (struct store_world){0};
    assert_int_equal(world_open(&self->world, seed), 0);
    boot(self);
    assert_int_equal(file_make_directory(world_node_loop(self->node), "data"), 0);
    assert_int_equal(file_sync_directory(world_node_loop(self->node), "."), 0);
}

enum store_status store_world_open_store(struct store_world *self)
{
    const struct store_options options = {.path = STORE_PATH, .vfs = "sim"};
    return store_open(&self->store, world_node_loop(self->node), &options);
}

void store_world_close_store(struct store_world *self)
{
    store_close(self->store);
    self->store = NULL;
}

static void halt(struct store_world *self)
{
    store_world_close_store(self);
    sqlite_vfs_close(self->vfs);
    world_node_close(self->node);
}

void store_world_crash(struct store_world *self, bool power_loss)
{
    world_node_kill(self->node, power_loss);
    halt(self);
    boot(self);
}

void store_world_close(struct store_world *self)
{
    halt(self);
    world_close(self->world);
}

void store_world_begin(struct store_world *self, uint64_t seed)
{
    store_world_open(self, seed);
    assert_stored(self->store, store_world_open_store(self));
}

void digest_of(const char *secret, uint8_t ret_digest[STORE_DIGEST_BYTES])
{
    for (uint64_t i = 0; i < STORE_DIGEST_BYTES; i++)
        ret_digest[i] = (uint8_t)hash_bytes(bytes_from_cstr(secret), i);
}

struct store_key key_named(const char *name)
{
    struct store_key key = {
        .name = bytes_from_cstr(name),
        .tenant = BYTES("team"),
        .shown = BYTES("ist_ab12..."),
        .models = BYTES("*"),
        .routes = BYTES("*"),
        .service_class = BYTES("standard"),
        .limits = {.requests_per_minute = 600, .month_nusd = 50000000000},
        .created_ms = NOW_MS,
    };
    digest_of(name, key.digest);
    return key;
}

uint64_t put_key(struct store *store, const char *name)
{
    struct store_key key = key_named(name);
    uint64_t id = 0;
    assert_stored(store, store_key_put(store, &key, STORE_ADD, &id));
    return id;
}

static bool copy_numbers(void *user, const struct store_key *key)
{
    struct store_key *copy = user;
    *copy = *key;
    copy->name = copy->tenant = copy->shown = copy->models = copy->routes = copy->regions =
        copy->service_class = copy->labels = BYTES("");
    return true;
}

struct store_key stored_key(struct store *store, const char *name)
{
    struct store_key key = {0};
    assert_stored(store, store_key_find(store, bytes_from_cstr(name), copy_numbers, &key));
    return key;
}

void assert_status_at(const struct store *store, enum store_status status, enum store_status wanted,
                      const char *file, int line)
{
    if (status == wanted)
        return;
    fprintf(stderr, "%s, wanted %s: %s\n", store_status_name(status), store_status_name(wanted),
            store_sentence(store));
    _fail(file, line);
}
