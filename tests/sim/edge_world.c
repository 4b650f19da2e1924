/* SPDX-License-Identifier: Apache-2.0 */
#include "edge_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "config/load.h"
#include "edge/edge.h"
#include "sim/engine.h"

#define ENGINES_LIMIT 3
#define CLIENTS_LIMIT 8
#define QUESTIONS 200
#define LAST_QUESTIONS 3 /* of each client, when the faults are over */
/* The edge's total deadline, and what the network may add for a client. */
#define TOTAL_MS 20000
#define PATIENCE_MS 25000
#define WRITE_MS 10000
#define VIOLATIONS_LIMIT 20

const char *const engine_fault_names[ENGINE_FAULT_KINDS] = {
    "refuse",        "die_mid_stream", "end_mid_stream", "stall",     "stall_before_head",
    "garbage_head",  "garbage_body",   "error_500",      "error_503", "error_429",
    "error_in_band", "wrong_length",   "slow",
};

/* Fast enough that the largest plain answer takes seconds, slow enough to be caught in the middle.
 */
static const struct engine_profile profiles[] = {
    {.name = "at-once", .default_tokens = 16},
    {.name = "steady",
     .ttft_us = 20000,
     .prefill_us_per_word = 50,
     .itl_us = 300,
     .default_tokens = 16},
};

struct engine_node {
    struct world_node *node;
    struct listen_socket *socket;
    struct engine *engine;
};

struct client_node {
    struct world_node *node;
    struct client client;
};

struct edge_world {
    struct world *world;
    struct random random; /* of the plan; the world has its own */
    struct edge_world_result *result;
    unsigned violations;
    bool expects_answers, expects_in_time, is_verbose;

    struct world_node *edge_node;
    struct edge *edge;
    bool is_ready, is_stopped;
    struct engine_node engines[ENGINES_LIMIT];
    struct client_node clients[CLIENTS_LIMIT];
};

static void violation(struct edge_world *w, struct bytes why)
{
    if (w->violations++ < VIOLATIONS_LIMIT)
        (void)buffer_append_format(&w->result->violations, "%.*s\n", (int)why.length, why.at);
}

static void check(struct edge_world *w, bool holds, const char *sentence)
{
    if (!holds)
        violation(w, bytes_from_cstr(sentence));
}

static void on_violation(struct client *client, struct bytes why)
{
    violation(client->user, why);
}

static void on_outcome(struct client *client, enum outcome outcome)
{
    struct edge_world *w = client->user;
    w->result->outcomes[outcome]++;
    w->result->questions++;
    world_trace_mix(w->world, ((uint64_t)client->plan.number << 32) + client->asked);
    world_trace_mix(w->world, (uint64_t)outcome);
    char line[400];
    struct bytes body = buffer_bytes(&client->reply.body);
    (void)snprintf(line, sizeof line, "%s (kind %d): %s: status %u: %.*s", client->question.id,
                   (int)client->question.kind, outcome_names[outcome], client->reply.status,
                   (int)(body.length < 250 ? body.length : 250), body.at);
    bool must_be_refused =
        client->question.kind == ASK_NONSENSE || client->question.kind == ASK_NOWHERE;
    if (w->expects_answers && outcome != LEFT &&
        outcome != (must_be_refused ? GOT_REFUSAL : GOT_ANSWER))
        violation(w, bytes_from_cstr(line));
    else if (w->expects_in_time && outcome == OVERDUE)
        violation(w, bytes_from_cstr(line));
}

/* The edge's own word on how long an exchange took, whatever its client saw: the deadline, and
 * what a client that does not read its last words may take. */
static void check_duration(struct edge_world *w, struct bytes line)
{
    ptrdiff_t at = bytes_find(line, BYTES("\"us\":"));
    uint64_t us;
    if (at < 0)
        return;
    struct bytes rest = bytes_after(line, (size_t)at + 5);
    if (bytes_read_u64(bytes_cut(&rest, '}'), &us) && us > (TOTAL_MS + WRITE_MS + 1000) * 1000)
        violation(w, line);
}

static void on_log(void *sink, struct bytes line)
{
    struct edge_world *w = sink;
    check_duration(w, line);
    if (w->is_verbose)
        (void)fprintf(stderr, "%.*s", (int)line.length, line.at);
    for (size_t i = 0; i < line.length; i++)
        world_trace_mix(w->world, (unsigned char)line.at[i]);
}

static void on_ready(void *user)
{
    ((struct edge_world *)user)->is_ready = true;
}

static void on_stopped(void *user)
{
    ((struct edge_world *)user)->is_stopped = true;
}

static bool run_while(struct edge_world *w, uint64_t for_ms, bool (*is_true)(struct edge_world *))
{
    uint64_t until_ns = world_now_ns(w->world) + for_ms * NS_PER_MS;
    while (is_true(w) && world_now_ns(w->world) < until_ns)
        if (!world_step(w->world))
            break;
    return !is_true(w);
}

static bool is_not_ready(struct edge_world *w)
{
    return !w->is_ready;
}

static bool is_not_stopped(struct edge_world *w)
{
    return !w->is_stopped;
}

static bool is_asking(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->clients; i++)
        if (!client_is_finished(&w->clients[i].client))
            return true;
    return false;
}

static void must(int r, const char *what)
{
    if (r < 0) {
        (void)fprintf(stderr, "the world itself: %s: %d\n", what, r);
        abort();
    }
}

static void open_engine(struct edge_world *w, unsigned i)
{
    struct engine_node *engine = &w->engines[i];
    char name[24], ip[24];
    (void)snprintf(name, sizeof name, "engine%u", i);
    (void)snprintf(ip, sizeof ip, "10.0.1.%u", i + 1);
    must(world_node_open(&engine->node, w->world, name, ip), "engine node");
    must(world_name(w->world, name, ip), "engine name");
    struct address address;
    must(address_parse_ip(bytes_from_cstr(ip), 8000, &address), "engine address");
    struct loop *loop = world_node_loop(engine->node);
    must(listen_socket_open(&engine->socket, loop, &address, 128), "engine socket");
    const struct engine_options options = {
        .profile = &profiles[random_below(&w->random, 2)],
        .seed = random_u64(&w->random),
    };
    must(engine_open(&engine->engine, loop, engine->socket, &options), "engine");
}

static void open_edge(struct edge_world *w)
{
    must(world_node_open(&w->edge_node, w->world, "edge", "10.0.0.1"), "edge node");
    char workers[32];
    (void)snprintf(workers, sizeof workers, "--workers=%u", w->result->workers);
    const char *arguments[] = {
        "--listen=10.0.0.1:8080",
        "--insecure-open",
        workers,
        "--timeouts.total=20s",
        "--timeouts.first_byte=6s",
        "--timeouts.token_idle=3s",
        "--timeouts.ping=1s",
        "--timeouts.connect=2s",
        "--timeouts.drain=5s",
        "--timeouts.write=10s",
        "--timeouts.core_keep_idle=4s",
        "--timeouts.resolve_refresh=5s",
        "--limits.write_window=32KiB",
        "--core=a=http://engine0:8000", /* as many as there are engines */
        "--core=b=http://engine1:8000",
        "--core=c=http://engine2:8000",
    };
    size_t count = sizeof arguments / sizeof *arguments - (ENGINES_LIMIT - w->result->engines);
    struct config_input input = {.arguments = (char **)(uintptr_t)arguments,
                                 .argument_count = count};
    struct buffer why = {0};
    struct edge_config *config;
    if (config_load_edge(&config, &input, &why) < 0) {
        (void)fprintf(stderr, "%.*s\n", (int)why.length, buffer_bytes(&why).at);
        abort();
    }
    const struct edge_options options = {.config = config,
                                         .log_write = on_log,
                                         .log_sink = w,
                                         .on_ready = on_ready,
                                         .on_stopped = on_stopped,
                                         .user = w};
    must(edge_open(&w->edge, world_node_loop(w->edge_node), &options, &why), "edge");
    edge_config_unref(config);
    check(w, run_while(w, 10000, is_not_ready), "the edge did not come up");
}

static void start_clients(struct edge_world *w, unsigned questions, bool is_last)
{
    struct address edge;
    must(address_parse(BYTES("10.0.0.1:8080"), &edge), "edge address");
    for (unsigned i = 0; i < w->result->clients; i++) {
        struct client_node *client = &w->clients[i];
        const struct client_plan plan = {
            .number = i + (is_last ? 100 : 0),
            .questions = questions,
            .is_steady = is_last,
            .only_answers = is_last,
            .patience_ms = PATIENCE_MS,
            .thinks_ms = is_last ? 20 : 200,
            .large_tokens = 6000 + (unsigned)random_below(&w->random, 4000),
        };
        client->client.on_outcome = on_outcome;
        client->client.on_violation = on_violation;
        client->client.user = w;
        client_start(&client->client, world_node_loop(client->node), &edge, &plan,
                     random_u64(&w->random));
    }
}

static void open_clients(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->clients; i++) {
        char name[24], ip[24];
        (void)snprintf(name, sizeof name, "client%u", i);
        (void)snprintf(ip, sizeof ip, "10.0.2.%u", i + 1);
        must(world_node_open(&w->clients[i].node, w->world, name, ip), "client node");
    }
}

/* The most each kind may be set to, in millionths: what seldom has an occasion fires often. Jobs
 * and disks stay out of it as long as an edge uses neither; tests/unit/loop/sim proves those. */
static const uint32_t most_per_million[FAULT_KINDS] = {
    [FAULT_SHORT_READ] = 300000,
    [FAULT_SHORT_WRITE] = 300000,
    [FAULT_SPURIOUS_EVENT] = 300000,
    [FAULT_SEGMENTATION] = 300000,
    [FAULT_LATENCY] = 20000,
    [FAULT_CONNECT_REFUSED] = 200000,
    [FAULT_CONNECT_BLACKHOLE] = 100000,
    [FAULT_BACKLOG_FULL] = 300000,
    [FAULT_RESET] = 50000,
    [FAULT_HALF_OPEN] = 30000,
    [FAULT_PARTITION] = 10000,
    [FAULT_EMFILE] = 100000,
    [FAULT_RESOLVE] = 700000,
    [FAULT_SLOW_MAILBOX] = 500000,
};

bool edge_world_meets(enum world_fault fault)
{
    return most_per_million[fault] > 0;
}

/* Each kind is off, or on with a rate of its own: most bugs need few kinds, but some need two. */
static void draw_world_faults(struct edge_world *w)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        if (most_per_million[kind] > 0 && random_chance(&w->random, 1, 3))
            world_fault_set(w->world, (enum world_fault)kind,
                            (uint32_t)random_between(&w->random, most_per_million[kind] / 10,
                                                     most_per_million[kind]));
}

static void draw_engine_faults(struct edge_world *w)
{
    struct engine_faults faults = {.after_tokens = (uint32_t)random_below(&w->random, 12)};
    for (int kind = 0; kind < ENGINE_FAULT_KINDS; kind++) {
        if (!random_chance(&w->random, 1, 3))
            continue;
        w->result->engine_faults[kind] = true;
        (void)engine_fault_set(&faults, bytes_from_cstr(engine_fault_names[kind]),
                               (uint32_t)random_between(&w->random, 10000, 200000));
    }
    for (unsigned i = 0; i < w->result->engines; i++)
        engine_set_faults(w->engines[i].engine, &faults);
}

/* Workers talk to each other at the beginning and at the end only, so their faults begin at once.
 */
static void draw_faults(struct edge_world *w)
{
    if (w->result->is_fault_free)
        return;
    bool has_world_faults = random_chance(&w->random, 2, 3);
    if (has_world_faults)
        draw_world_faults(w);
    if (!has_world_faults || random_chance(&w->random, 1, 2))
        draw_engine_faults(w);
    /* Only the network can keep a client from hearing of the end. */
    w->expects_in_time = !has_world_faults;
}

static void stop_faults(struct edge_world *w)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        w->result->world_faults[kind] = world_fault_count(w->world, (enum world_fault)kind);
    world_faults_stop(w->world);
    const struct engine_faults none = {0};
    for (unsigned i = 0; i < w->result->engines; i++)
        engine_set_faults(w->engines[i].engine, &none);
}

static void check_holdings(struct edge_world *w, struct world_node *node, const char *name)
{
    struct world_holdings held;
    world_node_holdings(node, &held);
    size_t sum = held.streams + held.listeners + held.timers + held.tasks + held.jobs +
                 held.mailboxes + held.files + held.names;
    char line[160];
    (void)snprintf(line, sizeof line,
                   "%s still holds streams %zu listeners %zu timers %zu tasks %zu jobs %zu "
                   "mailboxes %zu files %zu names %zu",
                   name, held.streams, held.listeners, held.timers, held.tasks, held.jobs,
                   held.mailboxes, held.files, held.names);
    check(w, sum == 0, line);
}

static void stop_edge(struct edge_world *w)
{
    struct edge_counts counts;
    edge_drain(w->edge);
    check(w, run_while(w, 60000, is_not_stopped), "the edge did not stop");
    edge_count(w->edge, &counts);
    w->result->retries = counts.retries;
    check(w, counts.exchanges == 0, "exchanges are left");
    check(w, counts.calls == 0, "calls are left");
    check(w, counts.memory_bytes == 0, "memory is still charged");
    if (w->is_stopped)
        edge_close(w->edge);
}

static void close_rest(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->clients; i++)
        client_clear(&w->clients[i].client);
    for (unsigned i = 0; i < w->result->engines; i++) {
        engine_close(w->engines[i].engine);
        listen_socket_close(w->engines[i].socket);
    }
    world_run_until(w->world, world_now_ns(w->world) + NS_PER_S);
    check_holdings(w, w->edge_node, "the edge");
    for (unsigned i = 0; i < w->result->engines; i++)
        check_holdings(w, w->engines[i].node, "an engine");
}

static void live_through(struct edge_world *w)
{
    draw_faults(w);
    w->expects_answers = w->result->is_fault_free;
    start_clients(w, QUESTIONS / w->result->clients, false);
    check(w, run_while(w, 3600 * 1000, is_asking), "questions are still open after an hour");

    stop_faults(w);
    w->expects_answers = w->expects_in_time = true;
    /* Ejections end, connections that broke in silence are given up. */
    world_run_until(w->world, world_now_ns(w->world) + 61 * NS_PER_S);
    start_clients(w, LAST_QUESTIONS, true);
    check(w, run_while(w, 600 * 1000, is_asking), "questions are still open after the faults");
}

void edge_world_run(uint64_t seed, bool is_verbose, struct edge_world_result *ret_result)
{
    struct edge_world w = {.result = ret_result, .is_verbose = is_verbose};
    *ret_result = (struct edge_world_result){0};
    random_init(&w.random, seed);
    must(world_open(&w.world, seed), "world");
    world_trace_print(w.world, is_verbose);
    ret_result->workers = random_chance(&w.random, 1, 2) ? 1 : 3;
    ret_result->engines = 1 + (unsigned)random_below(&w.random, ENGINES_LIMIT);
    ret_result->clients = 1 + (unsigned)random_below(&w.random, CLIENTS_LIMIT);

    ret_result->is_fault_free = random_chance(&w.random, 1, 10);

    for (unsigned i = 0; i < ret_result->engines; i++)
        open_engine(&w, i);
    if (!ret_result->is_fault_free && random_chance(&w.random, 1, 2))
        world_fault_set(w.world, FAULT_SLOW_MAILBOX, 500000);
    open_edge(&w);
    open_clients(&w);
    live_through(&w);
    stop_edge(&w);
    close_rest(&w);
    ret_result->hash = world_trace_hash(w.world);
    world_close(w.world);
}
