/* SPDX-License-Identifier: Apache-2.0 */
#include "edge_world.h"

#include <stdio.h>

#include "edge_world_state.h"
#include "openai/usage_strip.h"

#define QUESTIONS 200       /* of all clients, under faults */
#define LAST_QUESTIONS 3    /* of each client, when the faults are over */
#define PARTING_QUESTIONS 4 /* of each client, while the edge drains */
/* What the network may add for a client to the edge's total deadline. */
#define PATIENCE_MS (WORLD_TOTAL_MS + 5000)
/* What draining may take: the drain time, the last words, and the workers' messages. */
#define STOP_MS (WORLD_DRAIN_MS + 1000 + 4000)
#define VIOLATIONS_LIMIT 20
#define LARGEST_TOKENS 10000

void edge_world_violation(struct edge_world *w, struct bytes why)
{
    double now_s = (double)world_now_ns(w->world) / NS_PER_S;
    if (w->violations++ < VIOLATIONS_LIMIT)
        (void)buffer_append_format(&w->result->violations, "%.6f  %.*s\n", now_s, (int)why.length,
                                   why.at);
}

static void check(struct edge_world *w, bool holds, const char *sentence)
{
    if (!holds)
        edge_world_violation(w, bytes_from_cstr(sentence));
}

/* ---- what clients tell ---- */

static void on_violation(void *user, struct bytes why)
{
    edge_world_violation(user, why);
}

static void on_client_violation(struct client *client, struct bytes why)
{
    edge_world_violation(client->user, why);
}

/* Only the network can keep a client from hearing of the end, and how it came. An event that is too
 * large for the window cannot be completed, nor can one that a slow reader has in part. */
static bool is_told(const struct edge_world *w, const struct client *client, enum outcome outcome)
{
    bool is_excused = !question_is_stream(&client->open[0]) || !w->events_are_small ||
                      client->times.is_read_slowly;
    return outcome != OVERDUE && (outcome != GOT_BROKEN || is_excused);
}

/* Whether this may become of a question now. */
static bool is_expected(const struct edge_world *w, const struct client *client,
                        enum outcome outcome)
{
    switch (w->part) {
    case PART_FAULTS:
        if (w->faults.is_fault_free)
            return client_is_answered(client, outcome);
        return !w->faults.network_is_sound || is_told(w, client, outcome);
    case PART_PEACE:
        return client_is_answered(client, outcome);
    case PART_DRAIN: /* what has begun is finished; what has not may be sent away */
        return outcome == GOT_NOTHING || outcome == TURNED_AWAY ||
               client_is_answered(client, outcome);
    }
    return false;
}

static void on_outcome(struct client *client, enum outcome outcome)
{
    struct edge_world *w = client->user;
    const struct question *question = &client->open[0];
    unsigned index = client->asked - client->open_count;
    w->result->outcomes[outcome]++;
    w->result->questions++;
    customers_note_answer(&w->customers, question, outcome == GOT_ANSWER);
    world_trace_mix(w->world, ((uint64_t)client->plan.number << 32) + index);
    world_trace_mix(w->world, (uint64_t)outcome);

    char line[400];
    struct bytes body = buffer_bytes(&client->reply.body);
    (void)snprintf(line, sizeof line, "%s (kind %d): %s: status %u: %.*s", question->id,
                   (int)question->kind, outcome_names[outcome], client->reply.status,
                   (int)(body.length < 250 ? body.length : 250), body.at);
    check(w, is_expected(w, client, outcome), line);
    if (client->reply.state == REPLY_COMPLETE && outcome == GOT_ANSWER &&
        oracle_lines_of(&w->oracle, client->plan.number, index) != 1) {
        edge_world_violation(w, BYTES("this answer is not in the log:"));
        edge_world_violation(w, bytes_from_cstr(line));
    }
}

/* ---- time ---- */

/* Beside what questions need by their size: heads, buffers of connections, slabs; and each worker's
 * copy of each engine's list of models. The edge may be ahead of what a client has read. */
static uint64_t memory_limit(const struct edge_world *w)
{
    uint64_t limit = (uint64_t)w->result->workers * w->result->engines * 8192;
    for (unsigned i = 0; i < w->result->clients; i++) {
        const struct client *client = &w->clients[i].client;
        limit += client->open_count > 0 ? 32768 + w->window_bytes : 16384;
        if (w->customers.are_asked && client->open_count > 0)
            limit += sizeof(struct usage_strip) + 4096;
        for (unsigned j = 0; j < client->open_count; j++)
            limit += 3 * client->open[j].body.length;
    }
    return limit;
}

static void look(struct edge_world *w)
{
    customers_look(&w->customers, world_now_ns(w->world));
    struct oracle_view view = {.now_ns = world_now_ns(w->world),
                               .memory_limit_bytes = memory_limit(w)};
    edge_count(w->edge, &view.edge);
    for (unsigned i = 0; i < w->result->clients; i++)
        view.waiting += w->clients[i].client.open_count > 0;
    for (unsigned i = 0; i < w->result->engines; i++) {
        struct engine_counts counts;
        engine_count(w->engines[i].engine, &counts);
        view.running += counts.running;
    }
    oracle_look(&w->oracle, &view, w->faults.network_is_sound);
}

static bool run_while(struct edge_world *w, uint64_t for_ms, bool (*is_true)(struct edge_world *))
{
    uint64_t until_ns = world_now_ns(w->world) + for_ms * NS_PER_MS;
    while (is_true(w) && world_now_ns(w->world) < until_ns && world_step(w->world))
        look(w);
    return !is_true(w);
}

static void run_for(struct edge_world *w, uint64_t ms)
{
    world_run_until(w->world, world_now_ns(w->world) + ms * NS_PER_MS);
    look(w);
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

/* ---- a life ---- */

/* Who has a budget waits for the disk, too. */
static bool is_held_up_by_edge_alone(struct edge_world *w, unsigned client)
{
    const struct customer *customer = customers_of(&w->customers, client);
    bool waits_for_disk = customer && customer->purse && !w->faults.disk_is_sound;
    return w->faults.network_is_sound && !waits_for_disk;
}

static void start_clients(struct edge_world *w, enum part part, unsigned questions)
{
    struct address edge;
    edge_world_must(address_parse(BYTES("10.0.0.1:8080"), &edge), "edge address");
    bool is_peace = part == PART_PEACE;
    w->part = part;
    for (unsigned i = 0; i < w->result->clients; i++) {
        struct client_node *client = &w->clients[i];
        const struct client_plan plan = {
            .number = (unsigned)part * CLIENTS_LIMIT + i,
            .questions = questions,
            .is_steady = is_peace,
            .patience_ms = PATIENCE_MS,
            .thinks_ms = is_peace ? 20 : 200,
            .world = {.network_is_sound = is_held_up_by_edge_alone(w, i),
                      .events_are_small = w->events_are_small,
                      .engines_are_fast = part != PART_FAULTS || w->faults.engines_are_fast},
            .question = {.only_answers = is_peace,
                         .large_tokens = LARGEST_TOKENS - (unsigned)random_below(&w->random, 4000),
                         .long_tokens = 200 + (unsigned)random_below(&w->random, 500),
                         .models = &w->models,
                         .customer = customers_of(&w->customers, i),
                         .is_hardly_asked = is_peace},
        };
        client->client.on_outcome = on_outcome;
        client->client.on_violation = on_client_violation;
        client->client.user = w;
        client_start(&client->client, world_node_loop(client->node), &edge, &plan,
                     random_u64(&w->random));
    }
}

/* The workers' messages are slow from the beginning, since most are sent there. */
static void set_slow_mailboxes(struct edge_world *w)
{
    world_fault_set(w->world, FAULT_SLOW_MAILBOX, w->faults.world[FAULT_SLOW_MAILBOX]);
}

static void live_through_faults(struct edge_world *w)
{
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        world_fault_set(w->world, (enum world_fault)kind, w->faults.world[kind]);
    for (unsigned i = 0; i < w->result->engines; i++)
        engine_set_faults(w->engines[i].engine, &w->faults.engine);
    start_clients(w, PART_FAULTS, QUESTIONS / w->result->clients);
    check(w, run_while(w, 3600 * 1000, is_asking), "questions are still open after an hour");

    world_faults_stop(w->world);
    const struct engine_faults none = {0};
    for (unsigned i = 0; i < w->result->engines; i++)
        engine_set_faults(w->engines[i].engine, &none);
}

static void note_tokens(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->engines; i++) {
        struct engine_counts counts;
        engine_count(w->engines[i].engine, &counts);
        w->engines[i].tokens = counts.tokens;
    }
}

static void check_cores(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->engines; i++) {
        struct engine_counts counts;
        struct edge_core core;
        engine_count(w->engines[i].engine, &counts);
        if (!edge_core(w->edge, i, &core))
            continue;
        check(w, !core.is_ejected || counts.tokens == w->engines[i].tokens,
              "a core that works is ejected");
        check(w, core.in_flight == 0, "a call is counted in flight for ever");
    }
}

/* By now ejections have ended, and connections that broke in silence were given up. */
static void live_in_peace(struct edge_world *w)
{
    run_for(w, 61 * 1000);
    note_tokens(w);
    start_clients(w, PART_PEACE, LAST_QUESTIONS);
    check(w, run_while(w, 600 * 1000, is_asking), "questions are still open after the faults");
    run_for(w, 100);
    check_cores(w);
}

static uint64_t tokens_made(struct edge_world *w)
{
    uint64_t tokens = 0;
    for (unsigned i = 0; i < w->result->engines; i++) {
        struct engine_counts counts;
        engine_count(w->engines[i].engine, &counts);
        tokens += counts.tokens;
    }
    return tokens;
}

static void drain(struct edge_world *w)
{
    start_clients(w, PART_DRAIN, PARTING_QUESTIONS);
    run_for(w, random_below(&w->random, 500));
    set_slow_mailboxes(w);
    edge_drain(w->edge);
    check(w, run_while(w, STOP_MS, is_not_stopped), "the edge did not stop");
    check(w, run_while(w, 60 * 1000, is_asking), "questions are open though the edge has stopped");

    struct oracle_view view = {.now_ns = world_now_ns(w->world)};
    edge_count(w->edge, &view.edge);
    oracle_conclude(&w->oracle, &view);
    w->result->retries = view.edge.retries;
    if (!w->is_stopped)
        return;
    edge_close(w->edge);
    customers_conclude(&w->customers, w->faults.is_fault_free ? tokens_made(w) : 0);
    customers_close(&w->customers);
}

/* By numbers of their own, so that the rest of a seed is the same without them. */
static void draw_customers(struct edge_world *w, uint64_t seed)
{
    struct random random;
    random_init(&random, ~seed);
    w->customers.on_violation = on_violation;
    w->customers.user = w;
    w->customers.largest = LARGEST_TOKENS;
    customers_draw(&w->customers, &random, w->result->clients, &w->faults);
}

void edge_world_run(uint64_t seed, bool is_verbose, struct edge_world_result *ret_result)
{
    struct edge_world w = {.result = ret_result, .is_verbose = is_verbose};
    *ret_result = (struct edge_world_result){0};
    random_init(&w.random, seed);
    edge_world_must(world_open(&w.world, seed), "world");
    world_trace_print(w.world, is_verbose);
    fault_plan_draw(&w.faults, &w.random);
    ret_result->is_fault_free = w.faults.is_fault_free;
    ret_result->workers = random_chance(&w.random, 1, 2) ? 1 : 3;
    ret_result->engines = 1 + (unsigned)random_below(&w.random, ENGINES_LIMIT);
    world_models_draw(&w.models, &w.random, ret_result->engines);
    ret_result->clients = 1 + (unsigned)random_below(&w.random, CLIENTS_LIMIT);
    draw_customers(&w, seed);
    w.events_are_small = random_chance(&w.random, 1, 2);
    w.window_bytes = w.events_are_small ? 32768 : 4096;
    oracle_init(&w.oracle, on_violation, &w);

    set_slow_mailboxes(&w);
    edge_world_open(&w);
    check(&w, run_while(&w, 10000, is_not_ready), "the edge did not come up");
    live_through_faults(&w);
    live_in_peace(&w);
    drain(&w);
    for (int kind = 0; kind < FAULT_KINDS; kind++)
        ret_result->world_faults[kind] = world_fault_count(w.world, (enum world_fault)kind);
    edge_world_close(&w);
    ret_result->hash = world_trace_hash(w.world);
    world_close(w.world);
}
