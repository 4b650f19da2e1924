/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/worker.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "base/id.h"
#include "edge/access/gate.h"
#include "edge/exchange/exchange.h"
#include "edge/models/catalogue.h"

#define ARENA_BLOCK_BYTES 4096
#define SLAB_BYTES 16384
#define ARENA_SPANS_KEPT 4
#define SLAB_SPANS_KEPT 8
/* How long after the last exchange ended idle memory is given back. */
#define TIDY_AFTER_NS (5 * NS_PER_S)
/* What a client may still take to read its last error after the drain time. */
#define LAST_WORDS_NS NS_PER_S

static uint64_t wall_ms(void *clock)
{
    return loop_wall_ms(clock);
}

static void on_request(void *user, struct http_exchange *http)
{
    exchange_start(user, http);
}

/* What the server refuses before there is an exchange still has the API's shape and a name. */
static void on_refusal(void *user, struct http_refusal *refusal)
{
    struct worker *worker = user;
    struct id id;
    id_generate(&id, "req_", &worker->random);
    const struct openai_error error = {.status = refusal->status, .message = refusal->reason};
    counter_add(&worker->counters.errors_sent, 1);
    if (openai_error_write(refusal->body, &error) < 0)
        buffer_clear(refusal->body);
    /* Without room for the fields the answer goes without them. */
    if (buffer_append_format(refusal->fields,
                             "content-type: application/json\r\nx-request-id: %s\r\n", id.text) < 0)
        buffer_clear(refusal->fields);
}

static void on_trouble(void *user, int error)
{
    struct worker *worker = user;
    LOG_EVENT(&worker->log, LOG_WARN, "accept_paused",
              LOG_T("why", bytes_from_cstr(strerror(-error))));
}

static void check_drained(struct worker *worker)
{
    bool is_quiet = worker->servers_undrained == 0 &&
                    atomic_load_explicit(&worker->counters.exchanges, memory_order_relaxed) == 0 &&
                    atomic_load_explicit(&worker->counters.calls, memory_order_relaxed) == 0;
    if (worker->state != WORKER_DRAINS || !is_quiet)
        return;
    worker->state = WORKER_DRAINED;
    timer_stop(&worker->drain_timer);
    loop_post(worker->loop, &worker->drained_task);
}

static void on_server_drained(void *user)
{
    struct worker *worker = user;
    if (worker->servers_undrained > 0)
        worker->servers_undrained--;
    check_drained(worker);
}

/* Takes half-opened ones. */
static void close_desks(struct worker *worker)
{
    catalogue_close(worker->catalogue);
    gate_close(worker->gate);
    seat_close(worker->seat);
    worker->catalogue = NULL;
    worker->gate = NULL;
    worker->seat = NULL;
}

static void tell_drained(struct task *task)
{
    struct worker *worker = CONTAINER_OF(task, struct worker, drained_task);
    close_desks(worker); /* nobody is left to ask there */
    worker->on_drained(worker);
}

/* Blocks in the middle of the heap go back to the system as well, which free() alone would keep. */
static void give_memory_back(struct timer *timer)
{
    struct worker *worker = CONTAINER_OF(timer, struct worker, tidy_timer);
    block_pool_trim(&worker->blocks);
    block_pool_trim(&worker->slabs);
    malloc_trim(0);
}

void worker_note_ended(struct worker *worker)
{
    check_drained(worker);
    if (worker->state == WORKER_RUNS)
        timer_start(&worker->tidy_timer, loop_now_ns(worker->loop) + TIDY_AFTER_NS);
}

static void close_servers(struct worker *worker)
{
    for (size_t i = 0; worker->servers && i < worker->shared->socket_count; i++) {
        http_server_close(worker->servers[i]);
        worker->servers[i] = NULL;
    }
    worker->servers_undrained = 0;
}

/* First the exchanges are told to end with an error; a moment later the connections go. */
static void on_drain_timer(struct timer *timer)
{
    struct worker *worker = CONTAINER_OF(timer, struct worker, drain_timer);
    if (worker->is_cutting) {
        close_servers(worker);
        check_drained(worker);
        return;
    }
    worker->is_cutting = true;
    LIST_EACH(link, &worker->exchanges)
    exchange_wake(CONTAINER_OF(link, struct exchange, link), WAKE_SHUTDOWN);
    timer_start(&worker->drain_timer, loop_now_ns(worker->loop) + LAST_WORDS_NS);
}

void worker_drain(struct worker *worker, void (*on_drained)(struct worker *worker))
{
    uint64_t now_ns = loop_now_ns(worker->loop);
    if (worker->state == WORKER_DRAINS)
        timer_start(&worker->drain_timer, now_ns);
    if (worker->state != WORKER_RUNS)
        return;
    worker->state = WORKER_DRAINS;
    worker->on_drained = on_drained;
    timer_stop(&worker->tidy_timer);
    timer_start(&worker->drain_timer,
                now_ns + worker_config(worker)->timeouts.drain_ms * NS_PER_MS);
    worker->servers_undrained = worker->shared->socket_count;
    for (size_t i = 0; i < worker->shared->socket_count; i++)
        http_server_drain(worker->servers[i]);
    check_drained(worker);
}

/* What a server lets in; a route may take less. */
static uint64_t largest_body(const struct edge_config *config)
{
    uint64_t largest = config->limits.body_bytes;
    for (size_t i = 0; i < config->route_count; i++)
        if (config->routes[i].body_bytes > largest)
            largest = config->routes[i].body_bytes;
    return largest;
}

static int open_servers(struct worker *worker)
{
    const struct edge_shared *shared = worker->shared;
    const struct edge_config *config = shared->config;
    const struct http_server_options options = {
        .limits = {.head_bytes = config->limits.head_bytes,
                   .field_count = config->limits.field_count,
                   .body_bytes = largest_body(config),
                   .gzip_ratio = (unsigned)config->limits.gzip_ratio,
                   .connections = config->limits.connections},
        .deadlines = {.handshake_ms = config->timeouts.handshake_ms,
                      .head_ms = config->timeouts.head_ms,
                      .body_ms = config->timeouts.body_ms,
                      .idle_ms = config->timeouts.idle_ms,
                      .write_ms = config->timeouts.write_ms},
        .blocks = &worker->blocks,
        .budget = shared->memory,
        .tls = shared->server_tls,
        .on_request = on_request,
        .on_refusal = on_refusal,
        .on_drained = on_server_drained,
        .on_trouble = on_trouble,
        .user = worker,
    };
    worker->servers = calloc(shared->socket_count, sizeof(struct http_server *));
    if (!worker->servers)
        return -ENOMEM;
    for (size_t i = 0; i < shared->socket_count; i++) {
        int r = http_server_open(&worker->servers[i], worker->loop, shared->sockets[i], &options);
        if (r < 0)
            return r;
    }
    return 0;
}

/* "host" or "host:port" where the port is not the scheme's own; a unix socket is "localhost". */
static int write_authority(struct buffer *authority, const struct core_url *url)
{
    if (bytes_start_with(bytes_from_cstr(url->host), BYTES("unix:")))
        return buffer_append(authority, BYTES("localhost"));
    int r = buffer_append(authority, bytes_from_cstr(url->host));
    if (r == 0 && url->port != (url->tls ? 443 : 80))
        r = buffer_append_format(authority, ":%u", url->port);
    return r;
}

static int open_upstream(struct worker *worker, size_t i)
{
    const struct edge_config *config = worker_config(worker);
    const struct core_url *url = &config->cores[i].url;
    const struct http_origin_options options = {
        .host = bytes_from_cstr(url->host),
        .port = url->port,
        .tls = worker->shared->core_tls[i],
        .resolve_refresh_ms = config->timeouts.resolve_refresh_ms,
        .connect_timeout_ms = config->timeouts.connect_ms,
        .keep_idle_ms = config->timeouts.core_keep_idle_ms,
        .keep_idle_connections = config->core_keep_idle,
        .head_bytes = config->limits.head_bytes,
        .field_count = config->limits.field_count,
        .blocks = &worker->blocks,
        .budget = worker->shared->memory,
    };
    int r = write_authority(&worker->upstreams[i].authority, url);
    return r < 0 ? r : http_origin_open(&worker->upstreams[i].origin, worker->loop, &options);
}

static int open_upstreams(struct worker *worker)
{
    size_t count = worker_config(worker)->core_count;
    worker->upstreams = calloc(count, sizeof *worker->upstreams);
    if (!worker->upstreams)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int r = open_upstream(worker, i);
        if (r < 0)
            return r;
    }
    return 0;
}

static void close_upstreams(struct worker *worker)
{
    for (size_t i = 0; worker->upstreams && i < worker_config(worker)->core_count; i++) {
        http_origin_close(worker->upstreams[i].origin);
        buffer_clear(&worker->upstreams[i].authority);
    }
    free(worker->upstreams);
}

static void seed_random(struct worker *worker)
{
    uint64_t seed;
    loop_entropy(worker->loop, &seed, sizeof seed);
    random_init(&worker->random, seed);
}

/* Where exchanges ask: who has a model, who may ask for it. */
static int open_desks(struct worker *worker)
{
    int r = catalogue_open(&worker->catalogue, worker);
    if (r == 0)
        r = seat_open(&worker->seat, worker->shared->ledger, worker->loop);
    return r < 0 ? r : gate_open(&worker->gate, worker->seat, worker->loop, worker_config(worker));
}

int worker_open(struct worker *worker, struct loop *loop, const struct edge_shared *shared)
{
    const struct edge_config *config = shared->config;
    worker->loop = loop;
    worker->shared = shared;
    worker->log = (struct log){.least = config->log_level,
                               .node = config->node_name,
                               .write = shared->log_write,
                               .sink = shared->log_sink,
                               .wall_ms = wall_ms,
                               .clock = loop};
    list_init(&worker->exchanges);
    seed_random(worker);
    block_pool_init(&worker->blocks, ARENA_BLOCK_BYTES, ARENA_SPANS_KEPT, shared->memory);
    block_pool_init(&worker->slabs, SLAB_BYTES, SLAB_SPANS_KEPT, shared->memory);
    retry_budget_init(&worker->retries, (uint32_t)config->retry.budget_percent,
                      (uint32_t)config->retry.budget_burst);
    timer_init(&worker->drain_timer, loop, on_drain_timer);
    timer_init(&worker->tidy_timer, loop, give_memory_back);
    task_init(&worker->drained_task, tell_drained);
    int r = open_upstreams(worker);
    if (r == 0)
        r = open_desks(worker);
    return r < 0 ? r : open_servers(worker);
}

void worker_close(struct worker *worker)
{
    if (!worker->loop)
        return; /* never opened */
    assert(list_is_empty(&worker->exchanges));
    close_servers(worker);
    free(worker->servers);
    close_desks(worker);
    close_upstreams(worker);
    timer_stop(&worker->drain_timer);
    timer_stop(&worker->tidy_timer);
    loop_cancel(worker->loop, &worker->drained_task);
    block_pool_clear(&worker->blocks);
    block_pool_clear(&worker->slabs);
    worker->loop = NULL;
}
