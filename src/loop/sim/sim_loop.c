/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/sim_loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "loop/sim/node.h"
#include "loop/sim/sim_job.h"

#define LEAST_TURN_NS (1 * NS_PER_US)
#define MOST_TURN_NS (20 * NS_PER_US)
#define LEAST_JOIN_NS (100 * NS_PER_US)
#define MOST_JOIN_NS (1 * NS_PER_MS)

static uint64_t wanted_turn_ns(const struct sim_loop *loop)
{
    uint64_t wanted_ns = loop_next_timer_ns(&loop->base);
    if (loop_has_tasks(&loop->base) || !list_is_empty(&loop->ready))
        wanted_ns = loop->world->now_ns;
    return wanted_ns < loop->busy_until_ns ? loop->busy_until_ns : wanted_ns;
}

static void schedule_turn(struct sim_loop *loop)
{
    if (loop->in_turn || loop->state != LOOP_LIVE)
        return;
    uint64_t wanted_ns = wanted_turn_ns(loop);
    if (wanted_ns == LOOP_NEVER_NS)
        return;
    if (!event_is_scheduled(&loop->turn) || event_due_ns(&loop->turn) > wanted_ns)
        event_schedule(loop->world, &loop->turn, wanted_ns);
}

void loop_body_wake(struct loop *loop)
{
    schedule_turn(sim_loop_of(loop));
}

void source_ready(struct source *source)
{
    struct sim_loop *loop = source->loop;
    if (list_is_linked(&source->link) || loop->state == LOOP_ENDED)
        return;
    /* In no particular order: either end of the list, as the seed decides. */
    if (world_draw(loop->world, 0, 1))
        list_push_back(&loop->ready, &source->link);
    else
        list_push_front(&loop->ready, &source->link);
    schedule_turn(loop);
}

void source_again(struct source *source)
{
    if (!list_is_linked(&source->link))
        list_push_front(&source->loop->batch, &source->link);
}

void source_cancel(struct source *source)
{
    list_remove(&source->link);
}

static void report_sources(struct sim_loop *loop)
{
    struct list *link;
    while ((link = list_pop_front(&loop->ready)))
        list_push_back(&loop->batch, link);
    while ((link = list_pop_front(&loop->batch))) {
        struct source *source = CONTAINER_OF(link, struct source, link);
        source->report(source);
    }
}

static void loop_returns(struct sim_loop *loop)
{
    sim_loop_end(loop);
    if (!loop->ended.loop)
        return; /* a main loop has no parent to be told */
    uint64_t takes_ns = world_draw(loop->world, LEAST_JOIN_NS, MOST_JOIN_NS);
    event_schedule(loop->world, &loop->joined, loop->world->now_ns + takes_ns);
}

static void take_turn(struct event *event)
{
    struct sim_loop *loop = CONTAINER_OF(event, struct sim_loop, turn);
    struct world *world = loop->world;
    world->turns++;
    world_trace(world, "turn", loop->number, 0);

    loop->in_turn = true;
    world->running = &loop->base;
    report_sources(loop);
    loop_run_timers(&loop->base, world->now_ns);
    loop_run_tasks(&loop->base);
    loop->in_turn = false;
    world->running = NULL;

    uint64_t busy_until_ns = world->now_ns + world_draw(world, LEAST_TURN_NS, MOST_TURN_NS);
    if (loop->busy_until_ns < busy_until_ns)
        loop->busy_until_ns = busy_until_ns;
    if (loop->state == LOOP_STOPPING)
        loop_returns(loop);
    else
        schedule_turn(loop);
}

int sim_loop_new(struct sim_loop **ret_loop, struct world_node *node)
{
    struct sim_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return -ENOMEM;
    int r = loop_init(&loop->base);
    if (r < 0) {
        free(loop);
        return r;
    }
    loop->node = node;
    loop->world = node->world;
    loop->number = node->world->loop_count++;
    event_init(&loop->turn, take_turn);
    list_init(&loop->ready);
    list_init(&loop->batch);
    sim_jobs_init(loop);
    list_push_back(&node->loops, &loop->link);
    world_trace_name(node->world, "loop", loop->number, node->host->name);
    *ret_loop = loop;
    return 0;
}

void sim_loop_end(struct sim_loop *loop)
{
    loop->state = LOOP_ENDED;
    event_cancel(loop->world, &loop->turn);
    sim_jobs_end(loop);
    while (list_pop_front(&loop->ready) || list_pop_front(&loop->batch))
        continue;
}

void sim_loop_free(struct sim_loop *loop)
{
    event_cancel(loop->world, &loop->joined);
    list_remove(&loop->link);
    loop_clear(&loop->base);
    free(loop);
}

int loop_open(struct loop **ret_loop)
{
    (void)ret_loop;
    return -ENOSYS; /* a simulated loop comes from world_node_open() */
}

void loop_run(struct loop *loop)
{
    struct sim_loop *self = sim_loop_of(loop);
    while (self->state == LOOP_LIVE && world_step(self->world))
        continue;
}

void loop_stop(struct loop *loop)
{
    struct sim_loop *self = sim_loop_of(loop);
    if (self->state != LOOP_LIVE)
        return;
    self->state = LOOP_STOPPING;
    if (!self->in_turn) /* from outside: it has had its last turn */
        loop_returns(self);
}

void loop_close(struct loop *loop)
{
    (void)loop; /* its node's; see world_node_close() */
}

uint64_t loop_now_ns(const struct loop *loop)
{
    return sim_loop_of_const(loop)->world->now_ns;
}

uint64_t loop_wall_ms(const struct loop *loop)
{
    const struct sim_loop *self = sim_loop_of_const(loop);
    uint64_t passed_ms = (self->world->now_ns - WORLD_START_NS) / NS_PER_MS;
    return WORLD_START_WALL_MS + passed_ms + (uint64_t)self->node->host->wall_offset_ms;
}

void loop_entropy(struct loop *loop, void *ret_bytes, size_t size)
{
    struct random *entropy = &node_of(loop)->entropy;
    char *at = ret_bytes;
    for (size_t i = 0; i < size; i++)
        at[i] = (char)random_u64(entropy);
}

unsigned loop_cpu_count(void)
{
    return 1;
}

void world_loop_stall(struct loop *loop, uint64_t until_ns)
{
    struct sim_loop *self = sim_loop_of(loop);
    self->busy_until_ns = until_ns;
    event_cancel(self->world, &self->turn);
    schedule_turn(self);
}

static void join(struct event *event)
{
    source_ready(&CONTAINER_OF(event, struct sim_loop, joined)->ended);
}

static void report_start(struct source *source)
{
    struct sim_loop *loop = CONTAINER_OF(source, struct sim_loop, start);
    loop->child.start(&loop->base, loop->child.user);
}

static void report_ended(struct source *source)
{
    struct sim_loop *loop = CONTAINER_OF(source, struct sim_loop, ended);
    loop->node->holdings.loops--;
    if (loop->child.on_ended)
        loop->child.on_ended(loop->child.user);
}

int loop_spawn(struct loop *parent, const struct loop_child *child)
{
    struct world_node *node = node_of(parent);
    if (node->is_dead)
        return -ESHUTDOWN;
    struct sim_loop *loop;
    int r = sim_loop_new(&loop, node);
    if (r < 0)
        return r;
    loop->child = *child;
    source_init(&loop->start, loop, report_start);
    source_init(&loop->ended, sim_loop_of(parent), report_ended);
    event_init(&loop->joined, join);
    node->holdings.loops++;
    source_ready(&loop->start);
    return 0;
}
