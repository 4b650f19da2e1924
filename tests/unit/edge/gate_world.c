/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/edge/gate_world.h"

#include <stdio.h>

#include "keys/secret_key.h"

/* The seat that gates are opened with here is the world itself. */

static struct gate_world *world_of(const struct seat *seat)
{
    return (struct gate_world *)(uintptr_t)seat;
}

const struct access *seat_access(const struct seat *seat)
{
    return &world_of(seat)->access;
}

bool seat_wait_jwks(struct seat *seat, struct seat_wait *wait)
{
    return wait && world_of(seat)->jwks_asked++ == 0;
}

void seat_wait_access(struct seat *seat, struct seat_wait *wait)
{
    assert_null(wait->link.next);
    world_of(seat)->access_asked++;
}

void seat_leave(struct seat_wait *wait)
{
    wait->link = (struct list){0};
}

void gate_world_open(struct gate_world *world, enum auth_mode auth)
{
    *world = (struct gate_world){
        .config = {.auth = auth,
                   .timeouts = {.draw_ms = 2000},
                   .keys = {.bad_per_minute = 60,
                            .bad_burst = 2,
                            .bad_addresses = 64,
                            .bad_delay_ms = 1000,
                            .bad_delayed = 2}},
        .access = {.keys_state = ACCESS_READY, .keys = key_table_new(1)},
    };
    assert_int_equal(world_open(&world->world, 1), 0);
    assert_int_equal(world_node_open(&world->node, world->world, "edge", "10.0.0.1"), 0);
    world->loop = world_node_loop(world->node);
    memory_budget_init(&world->budget, 0);
    block_pool_init(&world->blocks, 4096, 1, &world->budget);
    struct seat *seat = (struct seat *)(void *)world;
    assert_int_equal(gate_open(&world->gate, seat, world->loop, &world->config), 0);
}

void gate_world_close(struct gate_world *world)
{
    gate_close(world->gate);
    key_table_release(world->access.keys);
    assert_int_equal(world->blocks.live_blocks, 0);
    block_pool_clear(&world->blocks);
    world_node_close(world->node);
    world_close(world->world);
}

void gate_world_wait_ms(struct gate_world *world, uint64_t ms)
{
    world_run_until(world->world, world_now_ns(world->world) + ms * NS_PER_MS);
}

void gate_world_add(struct gate_world *world, struct key key)
{
    struct secret_hasher *hasher;
    char secret[64];
    int length = snprintf(secret, sizeof secret, "secret-%s", key.name);
    assert_int_equal(secret_hasher_open(&hasher), 0);
    assert_int_equal(secret_key_digest(hasher, bytes_of(secret, (size_t)length), key.digest), 0);
    secret_hasher_close(hasher);
    key.tenant = key.tenant ? key.tenant : "default";
    key.labels = "";
    assert_int_equal(key_table_put(world->access.keys, &key), 0);
}

/* ---- requests ---- */

static int peer(const struct http_exchange *http, struct address *ret_address)
{
    *ret_address = CONTAINER_OF(http, struct asking, http)->peer;
    return 0;
}

static const struct http_transport transport = {.peer = peer};

void asking_begin(struct gate_world *world, struct asking *asking, const char *ip,
                  struct http_field field)
{
    *asking = (struct asking){.field = field};
    asking->http.transport = &transport;
    asking->http.head.fields = (struct http_fields){&asking->field, field.name.at ? 1 : 0};
    arena_init(&asking->http.arena, &world->blocks);
    assert_int_equal(address_parse_ip(bytes_from_cstr(ip), 1, &asking->peer), 0);
}

enum gate_verdict asking_ask(struct gate_world *world, struct asking *asking)
{
    return gate_ask(world->gate, &asking->visitor, &asking->http);
}

void asking_end(struct asking *asking)
{
    gate_forget(&asking->visitor);
    arena_clear(&asking->http.arena);
}

enum gate_verdict gate_world_ask(struct gate_world *world, struct http_field field,
                                 struct visitor *ret_visitor)
{
    struct asking asking;
    asking_begin(world, &asking, "10.0.0.9", field);
    enum gate_verdict verdict = asking_ask(world, &asking);
    *ret_visitor = asking.visitor;
    asking_end(&asking);
    return verdict;
}
