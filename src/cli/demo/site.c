/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo/site.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "config/load.h"
#include "config/printer.h"
#include "edge/edge.h"
#include "loop/listener.h"
#include "sim/engine/engine.h"

#define BACKLOG 128
#define PROFILE "h100-8b" /* an H100 that serves a model of 8 billion parameters */
/* As in life, where a load balancer asks a machine that goes away to be quick. */
#define DRAIN "5s"

const char *const demo_core_names[DEMO_CORES] = {"east", "west"};

struct core {
    struct address address;
    struct listen_socket *socket;
    struct engine *engine; /* NULL: it is dead */
    uint64_t seed;
    struct engine_counts lives; /* sums of its earlier lives */
    struct engine_counts seen;  /* with the present one, when it was last looked at */
    struct demo_rate token_rate;
};

struct demo_site {
    struct loop *loop;
    struct demo_site_options options;
    struct core cores[DEMO_CORES];
    struct edge_config *config;
    struct edge *edge;
    struct address edge_address;
};

/* ---- cores ---- */

static int core_start(struct core *core, struct loop *loop)
{
    struct engine_profile profile = {0};
    bool is_known = engine_profile_find(BYTES(PROFILE), &profile);
    assert(is_known);
    (void)is_known;
    const struct engine_options options = {.profile = &profile, .seed = core->seed};
    int r = listen_socket_open(&core->socket, loop, &core->address, BACKLOG);
    if (r < 0)
        return r;
    listen_socket_address(core->socket, &core->address);
    r = engine_open(&core->engine, loop, core->socket, &options);
    if (r < 0) {
        listen_socket_close(core->socket);
        core->socket = NULL;
    }
    return r;
}

/* The present life's counts on top of those before. */
static struct engine_counts core_counts(const struct core *core)
{
    struct engine_counts sum = core->lives, now = {0};
    if (core->engine)
        engine_count(core->engine, &now);
    sum.tokens += now.tokens;
    sum.cancelled += now.cancelled;
    return sum;
}

static void core_kill(struct core *core)
{
    if (!core->engine)
        return;
    core->lives = core_counts(core);
    engine_close(core->engine);
    listen_socket_close(core->socket);
    core->engine = NULL;
    core->socket = NULL;
}

/* ---- the edge ---- */

static void write_line(void *sink, struct bytes line)
{
    struct demo_site *site = sink;
    site->options.on_line(site->options.user, line);
}

static void on_ready(void *user)
{
    struct demo_site *site = user;
    edge_address(site->edge, 0, &site->edge_address);
    site->options.on_ready(site->options.user);
}

static void on_stopped(void *user)
{
    struct demo_site *site = user;
    site->options.on_stopped(site->options.user);
}

static int open_edge(struct demo_site *site, struct buffer *ret_why)
{
    const struct edge_options options = {
        .config = site->config,
        .log_write = write_line,
        .log_sink = site,
        .on_ready = on_ready,
        .on_stopped = on_stopped,
        .user = site,
    };
    return edge_open(&site->edge, site->loop, &options, ret_why);
}

/* The very configuration that one would give to `isthmus edge`. */
static int write_config(const struct demo_site *site, struct buffer *out)
{
    struct printer text = {.out = out};
    char address[ADDRESS_TEXT_BYTES];
    PRINT(&text, "listen: \"%s\"\nworkers: 1\ntimeouts: {drain: " DRAIN "}\ncores:\n",
          site->options.listen);
    for (size_t i = 0; i < DEMO_CORES; i++)
        PRINT(&text, "  %s: http://%s\n", demo_core_names[i],
              address_format(&site->cores[i].address, address));
    return text.status;
}

static int load_config(struct demo_site *site, struct buffer *ret_why)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    int r = write_config(site, &text);
    const struct config_input input = {.file_name = "demo", .file_text = buffer_bytes(&text)};
    if (r == 0)
        r = config_load_edge(&site->config, &input, ret_why);
    buffer_clear(&text);
    return r;
}

/* ---- the site ---- */

static int open_cores(struct demo_site *site)
{
    int r = 0;
    for (size_t i = 0; i < DEMO_CORES && r == 0; i++) {
        address_parse_ip(BYTES("127.0.0.1"), 0, &site->cores[i].address);
        site->cores[i].seed = site->options.seed + i;
        r = core_start(&site->cores[i], site->loop);
    }
    return r;
}

int demo_site_open(struct demo_site **ret_site, struct loop *loop,
                   const struct demo_site_options *options, struct buffer *ret_why)
{
    struct demo_site *site = calloc(1, sizeof *site);
    if (!site)
        return -ENOMEM;
    site->loop = loop;
    site->options = *options;
    int r = open_cores(site);
    if (r == 0)
        r = load_config(site, ret_why);
    if (r == 0)
        r = open_edge(site, ret_why);
    if (r < 0) {
        demo_site_close(site);
        return r;
    }
    *ret_site = site;
    return 0;
}

const struct address *demo_site_edge_address(const struct demo_site *site)
{
    return &site->edge_address;
}

void demo_site_kill(struct demo_site *site, size_t core)
{
    core_kill(&site->cores[core]);
}

int demo_site_revive(struct demo_site *site, size_t core)
{
    return site->cores[core].engine ? 0 : core_start(&site->cores[core], site->loop);
}

void demo_site_look(struct demo_site *site)
{
    uint64_t now_ns = loop_now_ns(site->loop);
    for (size_t i = 0; i < DEMO_CORES; i++) {
        struct core *core = &site->cores[i];
        struct engine_counts counts = core_counts(core);
        demo_rate_add(&core->token_rate, counts.tokens - core->seen.tokens, now_ns);
        core->seen = counts;
    }
}

void demo_site_core(const struct demo_site *site, size_t i, struct demo_core_facts *ret_facts)
{
    const struct core *core = &site->cores[i];
    struct edge_core seen = {0};
    edge_core(site->edge, i, &seen);
    *ret_facts = (struct demo_core_facts){
        .address = core->address,
        .is_up = core->engine,
        .is_avoided = seen.is_ejected,
        .in_flight = seen.in_flight,
        .tokens_per_s = demo_rate_per_s(&core->token_rate, loop_now_ns(site->loop)),
        .tokens = core->seen.tokens,
        .cancelled = core->seen.cancelled,
    };
}

void demo_site_drain(struct demo_site *site)
{
    edge_drain(site->edge);
}

void demo_site_close(struct demo_site *site)
{
    if (!site)
        return;
    edge_close(site->edge);
    edge_config_unref(site->config);
    for (size_t i = 0; i < DEMO_CORES; i++)
        core_kill(&site->cores[i]);
    free(site);
}
