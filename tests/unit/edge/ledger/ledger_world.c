/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/edge/ledger/ledger_world.h"

#include "base/hash.h"
#include "loop/file.h"
#include "tests/failing_memory.h"
#include "tests/test.h"

#define STOP_MS 10000

/* ---- the node ---- */

static void boot(struct ledger_world *self)
{
    assert_int_equal(world_node_open(&self->node, self->world, "edge", "10.0.0.1"), 0);
    self->loops[0] = world_node_loop(self->node);
    self->loops[1] = NULL;
    assert_int_equal(sqlite_vfs_open(&self->vfs, self->loops[0], "sim"), 0);
}

static void halt(struct ledger_world *self)
{
    ledger_world_close_office(self);
    sqlite_vfs_close(self->vfs);
    world_node_close(self->node);
}

void ledger_world_open(struct ledger_world *self, uint64_t seed)
{
    *self = (struct ledger_world){0};
    self->config = (struct edge_config){
        .node_name = "edge-1",
        .data_dir = "data",
        .auth = AUTH_KEYS,
        .log_level = LOG_INFO,
        .keys = {.poll_ms = 250, .most = 1000},
        .limits = {.accounts = 1000, .usage_rows = 16},
        .budgets = {.chunk_nusd = CHUNK_NUSD},
        .timeouts = {.resolve_refresh_ms = 60000, .connect_ms = 1000},
    };
    memory_budget_init(&self->memory, 0);
    assert_int_equal(world_open(&self->world, seed), 0);
    boot(self);
    assert_int_equal(file_make_directory(self->loops[0], "data"), 0);
    assert_int_equal(file_sync_directory(self->loops[0], "."), 0);
}

static void on_log(void *sink, struct bytes line)
{
    struct ledger_world *self = sink;
    failing_memory_spare(true);
    assert_int_equal(buffer_append(&self->log, line), 0);
    failing_memory_spare(false);
}

unsigned ledger_world_logged(const struct ledger_world *self, const char *text)
{
    unsigned count = 0;
    struct bytes rest = buffer_bytes(&self->log);
    for (ptrdiff_t at; (at = bytes_find(rest, bytes_from_cstr(text))) >= 0; count++)
        rest = bytes_after(rest, (size_t)at + 1);
    return count;
}

/* ---- the ledger ---- */

static void start_child(struct loop *loop, void *user)
{
    struct ledger_world *self = user;
    failing_memory_spare(true);
    self->loops[1] = loop;
    assert_int_equal(seat_open(&self->seats[1], self->ledger, loop), 0);
    failing_memory_spare(false);
}

static void on_child_ended(void *user)
{
    ((struct ledger_world *)user)->ended++;
}

static bool has_both_seats(struct ledger_world *self)
{
    return self->seats[0] && self->seats[1];
}

int ledger_world_try(struct ledger_world *self)
{
    const struct ledger_options options = {.config = &self->config,
                                           .seats = SEATS,
                                           .log_write = on_log,
                                           .log_sink = self,
                                           .memory = &self->memory,
                                           .store_vfs = "sim"};
    struct buffer why = {0};
    return ledger_open(&self->ledger, self->loops[0], &options, &why);
}

void ledger_world_take_seats(struct ledger_world *self)
{
    const struct loop_child child = {
        .start = start_child, .on_ended = on_child_ended, .user = self, .name = "worker"};
    assert_int_equal(seat_open(&self->seats[0], self->ledger, self->loops[0]), 0);
    self->first_state = seat_access(self->seats[0])->keys_state;
    assert_int_equal(loop_spawn(self->loops[0], &child), 0);
    ledger_world_until(self, has_both_seats, 1000);
}

void ledger_world_start(struct ledger_world *self)
{
    assert_int_equal(ledger_world_try(self), 0);
    ledger_world_take_seats(self);
}

static void close_seats(struct ledger_world *self)
{
    for (size_t i = 0; i < SEATS; i++) {
        seat_close(self->seats[i]);
        self->seats[i] = NULL;
    }
}

static void on_stopped(void *user)
{
    ((struct ledger_world *)user)->stopped++;
}

static bool has_stopped(struct ledger_world *self)
{
    return self->stopped > 0 && self->ended > 0;
}

void ledger_world_stop(struct ledger_world *self)
{
    close_seats(self);
    loop_stop(self->loops[1]);
    self->loops[1] = NULL;
    self->stopped = self->ended = 0;
    ledger_stop(self->ledger, world_now_ns(self->world) + STOP_MS * NS_PER_MS, on_stopped, self);
    ledger_world_until(self, has_stopped, 2 * STOP_MS);
    assert_int_equal(self->stopped, 1);
    ledger_close(self->ledger);
    self->ledger = NULL;
}

void ledger_world_crash(struct ledger_world *self, bool power_loss)
{
    world_node_kill(self->node, power_loss);
    close_seats(self);
    ledger_close(self->ledger);
    self->ledger = NULL;
    halt(self);
    boot(self);
}

static void expect_nothing_held(struct ledger_world *self)
{
    struct world_holdings held;
    world_run_until(self->world, world_now_ns(self->world) + NS_PER_S);
    world_node_holdings(self->node, &held);
    assert_int_equal(held.streams + held.listeners + held.timers + held.tasks + held.jobs +
                         held.mailboxes + held.files + held.names + held.loops,
                     0);
    assert_int_equal(memory_budget_used(&self->memory), 0);
}

void ledger_world_close(struct ledger_world *self)
{
    if (self->ledger)
        ledger_world_stop(self);
    ledger_world_close_office(self);
    expect_nothing_held(self);
    halt(self);
    world_close(self->world);
    buffer_clear(&self->log);
}

/* ---- time ---- */

void ledger_world_run_ms(struct ledger_world *self, uint64_t ms)
{
    if (self->spares_memory)
        failing_memory_spare(false);
    world_run_until(self->world, world_now_ns(self->world) + ms * NS_PER_MS);
    if (self->spares_memory)
        failing_memory_spare(true);
}

uint64_t ledger_world_until(struct ledger_world *self, ledger_world_is *is, uint64_t most_ms)
{
    uint64_t began_ns = world_now_ns(self->world);
    while (!is(self)) {
        if (world_now_ns(self->world) - began_ns > most_ms * NS_PER_MS)
            fail_msg("it never came to that; the log:\n%.*s", (int)self->log.length,
                     buffer_bytes(&self->log).at);
        ledger_world_run_ms(self, 1);
    }
    return (world_now_ns(self->world) - began_ns) / NS_PER_MS;
}

bool seats_are_ready(struct ledger_world *self)
{
    for (size_t i = 0; i < SEATS; i++)
        if (seat_access(self->seats[i])->keys_state != ACCESS_READY)
            return false;
    return true;
}

void ledger_world_begin(struct ledger_world *self, uint64_t seed)
{
    ledger_world_open(self, seed);
    ledger_world_open_office(self);
    put_key(self, "alice");
    ledger_world_start(self);
    ledger_world_until(self, seats_are_ready, 5000);
}

/* ---- the office ---- */

#define must(self, call)                                                                           \
    do {                                                                                           \
        if ((call) != STORE_OK)                                                                    \
            fail_msg("the office: %s", store_sentence((self)->office));                            \
    } while (0)

void ledger_world_open_office(struct ledger_world *self)
{
    const struct store_options options = {.path = STORE_PATH, .vfs = "sim"};
    must(self, store_open(&self->office, self->loops[0], &options));
}

void ledger_world_close_office(struct ledger_world *self)
{
    store_close(self->office);
    self->office = NULL;
}

static void digest_of(const char *name, uint8_t ret_digest[STORE_DIGEST_BYTES])
{
    for (uint64_t i = 0; i < STORE_DIGEST_BYTES; i++)
        ret_digest[i] = (uint8_t)hash_bytes(bytes_from_cstr(name), i);
}

struct store_key row_of_key(const char *name)
{
    struct store_key key = {.name = bytes_from_cstr(name),
                            .tenant = BYTES("acme"),
                            .shown = BYTES("..."),
                            .models = BYTES("*"),
                            .routes = BYTES("*"),
                            .service_class = BYTES("standard"),
                            .limits = {.day_nusd = 50 * CHUNK_NUSD}};
    digest_of(name, key.digest);
    return key;
}

void put_key(struct ledger_world *self, const char *name)
{
    struct store_key key = row_of_key(name);
    uint64_t id;
    must(self, store_key_put(self->office, &key, STORE_PUT, &id));
}

void revoke_key(struct ledger_world *self, const char *name)
{
    must(self, store_key_revoke(self->office, bytes_from_cstr(name), loop_wall_ms(self->loops[0])));
}

void rotate_key(struct ledger_world *self, const char *name, const char *secret,
                uint64_t overlap_ms)
{
    struct store_rotation rotation = {.name = bytes_from_cstr(name),
                                      .shown = BYTES("..."),
                                      .old_until_ms = loop_wall_ms(self->loops[0]) + overlap_ms};
    digest_of(secret, rotation.digest);
    must(self, store_key_rotate(self->office, &rotation));
}

struct budget_search {
    uint64_t account;
    struct store_budget found;
};

static bool on_budget(void *user, const struct store_budget *budget)
{
    struct budget_search *search = user;
    if (budget->account == search->account && budget->period == STORE_DAY)
        search->found = *budget;
    return true;
}

struct store_budget stored_budget(struct ledger_world *self, uint64_t account)
{
    struct budget_search search = {.account = account};
    must(self, store_budget_load(self->office, 0, on_budget, &search));
    return search.found;
}

/* ---- the seats ---- */

const struct key *seat_key(struct ledger_world *self, size_t seat, const char *secret)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    const struct access *access = seat_access(self->seats[seat]);
    digest_of(secret, digest);
    return access->keys ? key_table_find(access->keys, digest, loop_wall_ms(self->loops[0])) : NULL;
}

static struct limit_time time_of(struct ledger_world *self)
{
    return (struct limit_time){world_now_ns(self->world), loop_wall_ms(self->loops[0])};
}

static void reserve(struct customer *customer, uint64_t nusd)
{
    struct limit_refusal refusal;
    const struct limit_estimate estimate = {.likely.nusd = nusd};
    customer->verdict = limit_reserve(&customer->admission, time_of(customer->self), &estimate,
                                      &customer->reservation, &refusal);
}

static void on_told(struct seat_wait *wait, enum wait_outcome outcome)
{
    struct customer *customer = CONTAINER_OF(wait, struct customer, wait);
    if (outcome == WAIT_FAILED)
        customer->told_failed++;
    else
        customer->told_again++;
}

void customer_init(struct customer *customer, struct ledger_world *self, size_t seat)
{
    const struct key *key = seat_key(self, seat, "alice");
    assert_non_null(key);
    *customer = (struct customer){.self = self, .seat = seat, .wait.on_told = on_told};
    customer->subject =
        (struct limit_subject){.key = {.account = key->id, .limits.day_nusd = key->limits.day_nusd},
                               .tenant = {.account = key->tenant_id}};
    struct limit_refusal refusal;
    assert_int_equal(limit_admit(seat_limiter(self->seats[seat]), &customer->subject, time_of(self),
                                 &customer->admission, &refusal),
                     LIMIT_GRANTED);
}

void customer_ask(struct customer *customer, uint64_t nusd)
{
    struct seat *seat = customer->self->seats[customer->seat];
    for (unsigned told = 0; told < 10; told++) {
        reserve(customer, nusd);
        if (customer->verdict != LIMIT_WANTS_DRAW)
            return;
        unsigned before = customer->told_again;
        seat_wait_draw(seat, &customer->wait);
        for (unsigned ms = 0; ms < 20000 && list_is_linked(&customer->wait.link); ms++)
            ledger_world_run_ms(customer->self, 1);
        assert_false(list_is_linked(&customer->wait.link)); /* it is told in any case */
        if (customer->told_again == before)
            return;
    }
    fail_msg("told to look again, and again");
}

void customer_settle(struct customer *customer, uint64_t nusd)
{
    limit_settle(&customer->reservation, time_of(customer->self),
                 (struct limit_cost){.nusd = nusd});
    limit_leave(&customer->admission, time_of(customer->self));
}
