/* SPDX-License-Identifier: Apache-2.0
 *
 * every_allocation - each allocation that an edge makes fails once: the first, the second ... until
 * a run in which none is left to fail; then everything from the n-th on, for a while. Whatever
 * fails, the client gets the right answer, an honest error or a broken connection; the next request
 * is answered; and nothing is left behind.
 *
 * What libraries allocate inside themselves does not fail here, nor what stands for the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/block_pool.h"
#include "client.h"
#include "config/load.h"
#include "customers.h"
#include "edge/edge.h"
#include "loop/sim/world.h"
#include "sim/engine/engine.h"

#define ALLOCATIONS_LIMIT 3000 /* a scenario that needs more never ends */
#define SETTLE_NS (62 * NS_PER_S)
/* How long everything fails, where it is not one allocation alone. */
#define DROUGHT_NS (5 * NS_PER_S)

/* The allocator that fails. */

static struct {
    const struct world *world;
    const struct loop *edge_loop; /* only what runs in its turns fails */
    uint64_t seen, fails_at;      /* the allocation that fails, from 1 on; 0: none */
    uint64_t drought_ends_ns;     /* with fails_on */
    bool fails_on, is_exempt, always;
} allocator;

static bool must_fail(void)
{
    bool is_edge = allocator.always || (allocator.world && allocator.edge_loop &&
                                        world_running(allocator.world) == allocator.edge_loop);
    if (!is_edge || allocator.is_exempt || allocator.fails_at == 0)
        return false;
    allocator.seen++;
    return allocator.seen == allocator.fails_at ||
           (allocator.fails_on && allocator.seen > allocator.fails_at &&
            world_now_ns(allocator.world) < allocator.drought_ends_ns);
}

void *__real_block_pool_take(struct block_pool *pool);
void *__wrap_block_pool_take(struct block_pool *pool);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);

/* Blocks come from spans, so that malloc is asked seldom; each block may be refused all the same.
 */
void *__wrap_block_pool_take(struct block_pool *pool)
{
    return must_fail() ? NULL : __real_block_pool_take(pool);
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return must_fail() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return must_fail() ? NULL : __real_reallocarray(memory, count, size);
}

static void exempt(bool is_exempt)
{
    allocator.is_exempt = is_exempt;
}

/* One run. */

struct scenario {
    const char *name;
    enum question_kind kind;
    const char *model;                 /* NULL: "sim" */
    struct engine_faults first_engine; /* the second one is sound */
    unsigned engines;
    bool wants_key;
    enum customer_kind customer; /* then */
};

static const struct scenario scenarios[] = {
    {.name = "plain", .kind = ASK_PLAIN, .engines = 1},
    {.name = "stream", .kind = ASK_STREAM, .engines = 1},
    {.name = "large", .kind = ASK_LARGE, .engines = 1},
    {.name = "nonsense", .kind = ASK_NONSENSE, .engines = 1},
    {.name = "nowhere", .kind = ASK_NOWHERE, .engines = 1},
    {.name = "models", .kind = ASK_MODELS, .engines = 1},
    {.name = "one model", .kind = ASK_ONE_MODEL, .model = "rare", .engines = 2},
    {.name = "missing", .kind = ASK_MISSING, .engines = 2},
    {.name = "embedding", .kind = ASK_EMBEDDING, .engines = 1},
    {.name = "echo", .kind = ASK_ECHO, .engines = 1},
    {.name = "response", .kind = ASK_RESPONSE, .engines = 1},
    {.name = "prompt", .kind = ASK_PROMPT, .engines = 2},
    {.name = "alias", .kind = ASK_PLAIN, .model = "fast", .engines = 2},
    {.name = "stream of an alias", .kind = ASK_STREAM, .model = "fast", .engines = 1},
    {.name = "retry", .kind = ASK_PLAIN, .engines = 2, .first_engine = {.refuse = 1000000}},
    {.name = "cut",
     .kind = ASK_STREAM,
     .engines = 1,
     .first_engine = {.die_mid_stream = 1000000, .after_tokens = 3}},
    {.name = "rubbish", .kind = ASK_PLAIN, .engines = 1, .first_engine = {.garbage_head = 1000000}},
    {.name = "key", .kind = ASK_PLAIN, .engines = 1, .wants_key = true, .customer = CUSTOMER_POOR},
    {.name = "stream with a key",
     .kind = ASK_STREAM,
     .engines = 1,
     .wants_key = true,
     .customer = CUSTOMER_SHARING},
    {.name = "key that may not",
     .kind = ASK_EMBEDDING,
     .engines = 1,
     .wants_key = true,
     .customer = CUSTOMER_NARROW},
    {.name = "models with a key",
     .kind = ASK_MODELS,
     .engines = 1,
     .wants_key = true,
     .customer = CUSTOMER_RICH},
    {.name = "retry with a key",
     .kind = ASK_PLAIN,
     .engines = 2,
     .first_engine = {.die_mid_stream = 1000000, .after_tokens = 3},
     .wants_key = true,
     .customer = CUSTOMER_RICH},
};

struct run {
    const struct scenario *scenario;
    struct world_models models;
    struct customers customers;
    struct world *world;
    struct world_node *edge_node, *client_node, *engine_nodes[2];
    struct listen_socket *sockets[2];
    struct engine *engines[2];
    struct edge *edge;
    struct client client;
    enum outcome outcome;
    bool is_ready, is_stopped;
    unsigned violations;
};

static void complain(struct run *run, const char *what, struct bytes detail)
{
    (void)printf("%s, allocation %llu%s: %s %.*s\n", run->scenario->name,
                 (unsigned long long)allocator.fails_at, allocator.fails_on ? " and on" : "", what,
                 (int)detail.length, detail.at);
    run->violations++;
}

static void require(struct run *run, bool holds, const char *what)
{
    if (!holds)
        complain(run, what, BYTES(""));
}

static void must(int r, const char *what)
{
    if (r < 0) {
        (void)fprintf(stderr, "the test itself: %s: %d\n", what, r);
        abort();
    }
}

static void on_outcome(struct client *client, enum outcome outcome)
{
    ((struct run *)client->user)->outcome = outcome;
}

static void on_violation(struct client *client, struct bytes why)
{
    complain(client->user, "a wrong answer:", why);
}

static void drop_line(void *sink, struct bytes line)
{
}

static void on_ready(void *user)
{
    ((struct run *)user)->is_ready = true;
}

static void on_stopped(void *user)
{
    ((struct run *)user)->is_stopped = true;
}

static void open_engines(struct run *run)
{
    static const struct engine_profile profile = {.name = "at-once", .default_tokens = 8};
    for (unsigned i = 0; i < run->scenario->engines; i++) {
        char name[16], ip[16];
        (void)snprintf(name, sizeof name, "engine%u", i % 10);
        (void)snprintf(ip, sizeof ip, "10.0.1.%u", i % 10 + 1);
        struct address address;
        must(world_node_open(&run->engine_nodes[i], run->world, name, ip), "engine node");
        must(world_name(run->world, name, ip), "engine name");
        must(address_parse_ip(bytes_from_cstr(ip), 8000, &address), "engine address");
        struct loop *loop = world_node_loop(run->engine_nodes[i]);
        must(listen_socket_open(&run->sockets[i], loop, &address, 16), "engine socket");
        struct engine_options options = {.profile = &profile, .seed = 1};
        world_models_set_engine(&run->models, i, &options);
        if (i == 0)
            options.faults = run->scenario->first_engine;
        must(engine_open(&run->engines[i], loop, run->sockets[i], &options), "engine");
    }
}

/* As many models, and ways in which cores differ, as one world can have. */
static void set_models(struct run *run)
{
    unsigned engines = run->scenario->engines;
    run->models = (struct world_models){.engines = engines,
                                        .are_many = true,
                                        .rare = 1,
                                        .fast = (1U << engines) - 1,
                                        .with_key = 1,
                                        .refusing = engines > 1 ? 1 : 0,
                                        .with_inference = 1};
    world_models_name(&run->models);
}

/* The one whose key the client has, and another one, who is asked for when all is over. */
static void open_customers(struct run *run)
{
    const struct purse purse = {.tokens = 1000000};
    run->customers = (struct customers){
        .are_asked = run->scenario->wants_key,
        .count = 2,
        .of = {{.kind = run->scenario->customer, .name = "first", .secret = "secret-of-the-first"},
               {.kind = CUSTOMER_RICH, .name = "second", .secret = "secret-of-the-second"}},
        .purses = {purse, purse},
    };
    run->customers.of[0].purse = &run->customers.purses[0];
    customers_open(&run->customers, world_node_loop(run->edge_node));
}

static struct edge_config *load_config(const struct run *run)
{
    char *arguments[] = {
        (char[]){"--listen=10.0.0.1:8080"},
        (char[]){"--insecure-open"},
        (char[]){"--workers=1"},
        (char[]){"--limits.write_window=32KiB"},
        (char[]){"--timeouts.first_byte=5s"},
    };
    struct buffer why = {0}, yaml = {0};
    world_models_configure(&run->models, &yaml);
    customers_configure(&run->customers, &yaml);
    const struct config_input input = {.file_name = "world.yaml",
                                       .file_text = buffer_bytes(&yaml),
                                       .arguments = arguments,
                                       .argument_count = sizeof arguments / sizeof *arguments};
    struct edge_config *config = NULL;
    must(config_load_edge(&config, &input, &why), "configuration");
    buffer_clear(&yaml);
    return config;
}

static int open_edge(struct run *run, struct edge_config *config)
{
    struct buffer why = {0};
    const struct edge_options options = {.config = config,
                                         .log_write = drop_line,
                                         .on_ready = on_ready,
                                         .on_stopped = on_stopped,
                                         .user = run,
                                         .store_vfs = CUSTOMERS_VFS};
    int r = edge_open(&run->edge, world_node_loop(run->edge_node), &options, &why);
    buffer_clear(&why);
    return r;
}

static void run_until_true(struct run *run, const bool *is_true)
{
    uint64_t until_ns = world_now_ns(run->world) + 120 * NS_PER_S;
    while (!*is_true && world_now_ns(run->world) < until_ns && world_step(run->world))
        continue;
}

/* One question by a client of its own; false: it was not answered rightly. */
static bool ask(struct run *run, enum question_kind kind, unsigned number)
{
    struct address edge;
    must(address_parse(BYTES("10.0.0.1:8080"), &edge), "edge address");
    const struct client_plan plan = {
        .number = number,
        .questions = 1,
        .is_steady = true,
        .patience_ms = 60000,
        .question = {.asks_only = kind + 1,
                     .large_tokens = 6000,
                     .models = &run->models,
                     .customer = customers_of(&run->customers, number - 1),
                     .model = run->scenario->model ? run->scenario->model : "sim"}};
    run->client.user = run;
    run->client.on_outcome = on_outcome;
    run->client.on_violation = on_violation;
    run->outcome = OVERDUE;
    client_start(&run->client, world_node_loop(run->client_node), &edge, &plan, number);
    uint64_t until_ns = world_now_ns(run->world) + 120 * NS_PER_S;
    while (!client_is_finished(&run->client) && world_now_ns(run->world) < until_ns &&
           world_step(run->world))
        continue;
    client_clear(&run->client);
    return run->outcome == GOT_ANSWER;
}

static void check_left(struct run *run)
{
    struct edge_counts counts;
    edge_count(run->edge, &counts);
    require(run, counts.exchanges == 0, "exchanges are left");
    require(run, counts.calls == 0, "calls are left");
    require(run, counts.memory_bytes == 0, "memory is still charged");
}

static void check_holdings(struct run *run)
{
    struct world_holdings held;
    world_node_holdings(run->edge_node, &held);
    require(run, held.streams + held.listeners + held.timers + held.tasks + held.names == 0,
            "the edge's node still holds something");
}

static void use_edge(struct run *run)
{
    const struct engine_faults none = {0};
    run_until_true(run, &run->is_ready);
    if (run->scenario->wants_key) /* they are read first */
        world_run_until(run->world, world_now_ns(run->world) + NS_PER_S);
    allocator.drought_ends_ns = world_now_ns(run->world) + DROUGHT_NS;
    allocator.edge_loop = world_node_loop(run->edge_node);
    (void)ask(run, run->scenario->kind, 1);
    require(run, run->outcome != OVERDUE, "the client waited for ever");
    allocator.edge_loop = NULL;

    engine_set_faults(run->engines[0], &none);
    world_run_until(run->world, world_now_ns(run->world) + SETTLE_NS);
    require(run, ask(run, ASK_PLAIN, 2), "the next request was not answered");
    edge_drain(run->edge);
    run_until_true(run, &run->is_stopped);
    require(run, run->is_stopped, "the edge did not stop");
    check_left(run);
    if (run->is_stopped)
        edge_close(run->edge);
}

/* Returns false when there was no n-th allocation to fail. */
static bool run_once(const struct scenario *scenario, uint64_t n, bool fails_on,
                     unsigned *violations)
{
    struct run run = {.scenario = scenario};
    must(world_open(&run.world, 1), "world");
    world_memory_hook(run.world, exempt);
    set_models(&run);
    open_engines(&run);
    must(world_node_open(&run.edge_node, run.world, "edge", "10.0.0.1"), "edge node");
    open_customers(&run);
    must(world_node_open(&run.client_node, run.world, "client", "10.0.2.1"), "client node");
    struct edge_config *config = load_config(&run);
    must(open_edge(&run, config), "edge");
    edge_config_unref(config);

    allocator.world = run.world;
    allocator.seen = 0;
    allocator.fails_at = n;
    allocator.fails_on = fails_on;
    use_edge(&run);
    uint64_t seen = allocator.seen;
    allocator.fails_at = 0;

    customers_close(&run.customers);
    check_holdings(&run);
    for (unsigned i = 0; i < scenario->engines; i++) {
        engine_close(run.engines[i]);
        listen_socket_close(run.sockets[i]);
        world_node_close(run.engine_nodes[i]);
    }
    world_node_close(run.client_node);
    world_node_close(run.edge_node);
    world_close(run.world);
    allocator.world = NULL;
    *violations += run.violations;
    return seen >= n;
}

/* The constructors: opening an edge fails with -ENOMEM and leaves nothing, for every n. */
static uint64_t fail_opening(const struct scenario *opening, unsigned *violations)
{
    for (uint64_t n = 1; n < ALLOCATIONS_LIMIT; n++) {
        struct run run = {.scenario = opening};
        must(world_open(&run.world, 1), "world");
        world_memory_hook(run.world, exempt);
        must(world_node_open(&run.edge_node, run.world, "edge", "10.0.0.1"), "edge node");
        open_customers(&run);
        set_models(&run);
        struct edge_config *config = load_config(&run);
        allocator.seen = 0;
        allocator.fails_at = n;
        allocator.fails_on = false;
        allocator.always = true;
        int r = open_edge(&run, config);
        allocator.always = false;
        bool has_failed = allocator.seen >= n;
        allocator.fails_at = 0;
        if (has_failed)
            require(&run, r == -ENOMEM, "opening did not say that it has no memory");
        else
            must(r, "edge");
        if (r == 0) {
            edge_drain(run.edge);
            run_until_true(&run, &run.is_stopped);
            edge_close(run.edge);
        }
        edge_config_unref(config);
        customers_close(&run.customers);
        check_holdings(&run);
        world_node_close(run.edge_node);
        world_close(run.world);
        *violations += run.violations;
        if (!has_failed)
            return n - 1;
    }
    return 0;
}

int main(void)
{
    static const struct scenario openings[] = {
        {.name = "opening", .engines = 1},
        {.name = "opening with keys", .engines = 1, .wants_key = true, .customer = CUSTOMER_RICH},
    };
    unsigned violations = 0;
    uint64_t points = 0;
    for (size_t i = 0; i < 2; i++) {
        uint64_t count = fail_opening(&openings[i], &violations);
        (void)printf("%s: %llu allocations\n", openings[i].name, (unsigned long long)count);
        points += count;
    }
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        for (int fails_on = 0; fails_on < 2; fails_on++) {
            uint64_t n = 1;
            while (n < ALLOCATIONS_LIMIT && run_once(&scenarios[i], n, fails_on, &violations))
                n++;
            (void)printf("%s%s: %llu allocations\n", scenarios[i].name,
                         fails_on ? ", all from there on" : "", (unsigned long long)n - 1);
            points += n - 1;
            violations +=
                n < 5 || n == ALLOCATIONS_LIMIT; /* a test that fails nothing proves nothing */
        }
    (void)printf("%llu points; %s\n", (unsigned long long)points,
                 violations ? "not all held" : "all held");
    return violations ? 1 : 0;
}
