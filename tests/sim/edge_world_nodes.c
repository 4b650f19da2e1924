/* SPDX-License-Identifier: Apache-2.0
 *
 * The nodes of an edge world: how they are opened, and what they must not leave behind.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"
#include "edge_world_state.h"

/* Fast enough that the largest plain answer takes seconds, slow enough to be caught in the middle.
 */
static const struct engine_profile profiles[] = {
    {.name = "at-once", .default_tokens = 16},
    {.name = "steady",
     .ttft_us = 20000,
     .prefill_us_per_word = 50,
     .itl_us = 300,
     .default_tokens = 16},
    {.name = "large-events", .ttft_us = 20000, .first_event_bytes = 40000, .default_tokens = 16},
};

void edge_world_must(int r, const char *what)
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
    edge_world_must(world_node_open(&engine->node, w->world, name, ip), "engine node");
    edge_world_must(world_name(w->world, name, ip), "engine name");
    struct address address;
    edge_world_must(address_parse_ip(bytes_from_cstr(ip), 8000, &address), "engine address");
    struct loop *loop = world_node_loop(engine->node);
    edge_world_must(listen_socket_open(&engine->socket, loop, &address, 128), "engine socket");
    uint64_t profile = random_chance(&w->random, 1, 8) ? 2 : random_below(&w->random, 2);
    w->events_are_small &= profiles[profile].first_event_bytes == 0;
    struct engine_options options = {
        .profile = &profiles[profile],
        .seed = random_u64(&w->random),
    };
    world_models_set_engine(&w->models, i, &options);
    edge_world_must(engine_open(&engine->engine, loop, engine->socket, &options), "engine");
}

static void open_clients(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->clients; i++) {
        char name[24], ip[24];
        (void)snprintf(name, sizeof name, "client%u", i);
        (void)snprintf(ip, sizeof ip, "10.0.2.%u", i + 1);
        edge_world_must(world_node_open(&w->clients[i].node, w->world, name, ip), "client node");
    }
}

/* ---- the edge ---- */

static void on_log(void *sink, struct bytes line)
{
    struct edge_world *w = sink;
    oracle_note_line(&w->oracle, line);
    customers_note_line(&w->customers, line);
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

#define TEXT_OF(number) #number
#define MS(option, number) "--timeouts." option "=" TEXT_OF(number) "ms"

static struct edge_config *load_config(struct edge_world *w)
{
    char workers[32], window[48], kept[32];
    (void)snprintf(workers, sizeof workers, "--workers=%u", w->result->workers);
    (void)snprintf(window, sizeof window, "--limits.write_window=%lluKiB",
                   (unsigned long long)w->window_bytes / 1024);
    (void)snprintf(kept, sizeof kept, "--core_keep_idle=%u",
                   random_chance(&w->random, 1, 4) ? 1U : 64U);
    const char *arguments[] = {
        "--listen=10.0.0.1:8080",
        "--insecure-open", /* without `auth: keys` that needs to be said */
        workers,
        window,
        kept,
        MS("total", WORLD_TOTAL_MS),
        MS("first_byte", WORLD_FIRST_BYTE_MS),
        MS("token_idle", WORLD_TOKEN_IDLE_MS),
        MS("ping", WORLD_PING_MS),
        MS("drain", WORLD_DRAIN_MS),
        MS("write", WORLD_WRITE_MS),
        "--timeouts.core_keep_idle=4s",
        "--timeouts.resolve_refresh=5s",
    };
    struct buffer why = {0}, yaml = {0};
    world_models_configure(&w->models, &yaml);
    customers_configure(&w->customers, &yaml);
    struct config_input input = {.file_name = "world.yaml",
                                 .file_text = buffer_bytes(&yaml),
                                 .arguments = (char **)(uintptr_t)arguments,
                                 .argument_count = sizeof arguments / sizeof *arguments};
    struct edge_config *config;
    if (config_load_edge(&config, &input, &why) < 0) {
        (void)fprintf(stderr, "%.*s\n", (int)why.length, buffer_bytes(&why).at);
        abort();
    }
    buffer_clear(&yaml);
    return config;
}

static void open_edge(struct edge_world *w)
{
    edge_world_must(world_node_open(&w->edge_node, w->world, "edge", "10.0.0.1"), "edge node");
    customers_open(&w->customers, world_node_loop(w->edge_node));
    struct edge_config *config = load_config(w);
    w->oracle.retry_percent = (unsigned)config->retry.budget_percent;
    w->oracle.retry_burst = w->result->workers * (unsigned)config->retry.budget_burst;
    const struct edge_options options = {.config = config,
                                         .log_write = on_log,
                                         .log_sink = w,
                                         .on_ready = on_ready,
                                         .on_stopped = on_stopped,
                                         .user = w,
                                         .store_vfs = CUSTOMERS_VFS};
    struct buffer why = {0};
    edge_world_must(edge_open(&w->edge, world_node_loop(w->edge_node), &options, &why), "edge");
    edge_config_unref(config);
}

void edge_world_open(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->engines; i++)
        open_engine(w, i);
    open_edge(w);
    open_clients(w);
}

/* ---- what is left ---- */

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
    if (sum > 0)
        edge_world_violation(w, bytes_from_cstr(line));
}

static void close_engine(struct edge_world *w, struct engine_node *engine)
{
    struct engine_counts counts;
    engine_count(engine->engine, &counts);
    w->result->engine_faults |= counts.faults_hit;
    if (w->faults.network_is_sound && counts.running > 0)
        edge_world_violation(w, BYTES("an engine still works for an edge that has stopped"));
    engine_close(engine->engine);
    listen_socket_close(engine->socket);
}

void edge_world_close(struct edge_world *w)
{
    for (unsigned i = 0; i < w->result->clients; i++)
        client_clear(&w->clients[i].client);
    /* The last that the edge said is still on its way. */
    world_run_until(w->world, world_now_ns(w->world) + 100 * NS_PER_MS);
    for (unsigned i = 0; i < w->result->engines; i++)
        close_engine(w, &w->engines[i]);
    world_run_until(w->world, world_now_ns(w->world) + NS_PER_S);
    check_holdings(w, w->edge_node, "the edge");
    for (unsigned i = 0; i < w->result->engines; i++)
        check_holdings(w, w->engines[i].node, "an engine");

    for (unsigned i = 0; i < w->result->clients; i++)
        world_node_close(w->clients[i].node);
    for (unsigned i = 0; i < w->result->engines; i++)
        world_node_close(w->engines[i].node);
    world_node_close(w->edge_node);
}
