/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "loop/sim/connection.h"
#include "loop/sim/host.h"
#include "loop/sim/world_body.h"

/* The low bits of an event's key are drawn: events of the same nanosecond happen in an order that
 * the seed decides. The rest holds 2^56 ns, more than two years. */
#define TIE_BITS 8

int world_open(struct world **ret_world, uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        return -ENOMEM;
    world->now_ns = WORLD_START_NS;
    world->trace_hash = seed;
    heap_init(&world->events);
    random_init(&world->random, seed);
    random_init(&world->chance, hash_mix(seed, 1));
    list_init(&world->names);
    list_init(&world->connections);
    world->network = (struct world_network){.least_latency_ns = 50 * NS_PER_US,
                                            .most_latency_ns = 500 * NS_PER_US,
                                            .bytes_per_s = UINT64_C(1250000000)};
    *ret_world = world;
    return 0;
}

void world_close(struct world *world)
{
    if (!world)
        return;
    connections_clear(world);
    world_names_clear(world);
    hosts_clear(world);
    heap_clear(&world->events);
    free(world);
}

struct random *world_random(struct world *world)
{
    return &world->random;
}

uint64_t world_now_ns(const struct world *world)
{
    return world->now_ns;
}

void world_memory_hook(struct world *world, void (*hook)(bool exempt))
{
    world->memory_hook = hook;
}

void world_network_set(struct world *world, const struct world_network *network)
{
    world->network = *network;
}

static void memory_is_exempt(const struct world *world, bool exempt)
{
    if (world->memory_hook)
        world->memory_hook(exempt);
}

void *kernel_alloc(struct world *world, size_t size)
{
    memory_is_exempt(world, true);
    void *memory = calloc(1, size);
    memory_is_exempt(world, false);
    if (!memory)
        abort();
    return memory;
}

void *kernel_grow(struct world *world, void *memory, size_t size)
{
    memory_is_exempt(world, true);
    void *grown = realloc(memory, size);
    memory_is_exempt(world, false);
    if (!grown)
        abort();
    return grown;
}

void event_schedule(struct world *world, struct event *event, uint64_t at_ns)
{
    heap_remove(&world->events, &event->entry);
    uint64_t tie = random_u64(&world->chance) >> (64 - TIE_BITS);
    uint64_t due_ns = at_ns < world->now_ns ? world->now_ns : at_ns;
    if (due_ns > UINT64_MAX >> TIE_BITS)
        due_ns = UINT64_MAX >> TIE_BITS;

    memory_is_exempt(world, true);
    int r = heap_insert(&world->events, &event->entry, due_ns << TIE_BITS | tie);
    memory_is_exempt(world, false);
    if (r < 0)
        abort();
}

void event_cancel(struct world *world, struct event *event)
{
    heap_remove(&world->events, &event->entry);
}

uint64_t event_due_ns(const struct event *event)
{
    return event->entry.key >> TIE_BITS;
}

uint64_t world_draw(struct world *world, uint64_t least, uint64_t most)
{
    return random_between(&world->chance, least, most);
}

uint64_t world_draw_magnitude(struct world *world, uint64_t least, uint64_t most)
{
    uint64_t doublings = 0;
    while (least << doublings < most / 2)
        doublings++;
    uint64_t from = least << random_below(&world->chance, doublings + 1);
    return random_between(&world->chance, from, from * 2 < most ? from * 2 : most);
}

/* True if an event happened: the next one, unless it lies behind until_ns. */
static bool world_advance(struct world *world, uint64_t until_ns)
{
    struct heap_entry *entry = heap_least(&world->events);
    if (!entry)
        return false;
    struct event *event = CONTAINER_OF(entry, struct event, entry);
    if (event_due_ns(event) > until_ns)
        return false;
    world->now_ns = event_due_ns(event);
    heap_remove(&world->events, entry);
    event->happen(event);
    return true;
}

bool world_run_until(struct world *world, uint64_t until_ns)
{
    while (world_advance(world, until_ns))
        continue;
    bool work_is_left = heap_least(&world->events) != NULL;
    if (world->now_ns < until_ns && until_ns != UINT64_MAX)
        world->now_ns = until_ns;
    return work_is_left;
}

bool world_step(struct world *world)
{
    uint64_t turns = world->turns;
    while (world->turns == turns) {
        if (!world_advance(world, UINT64_MAX))
            return false;
    }
    return true;
}

const struct loop *world_running(const struct world *world)
{
    return world->running;
}

uint64_t world_trace_hash(const struct world *world)
{
    return world->trace_hash;
}

void world_trace_mix(struct world *world, uint64_t value)
{
    world->trace_hash = hash_mix(world->trace_hash, value);
}

void world_trace_print(struct world *world, bool wanted)
{
    world->trace_printed = wanted;
}

void world_trace_name(struct world *world, const char *what, uint64_t number, const char *name)
{
    if (world->trace_printed)
        (void)fprintf(stderr, "%s %" PRIu64 " is %s\n", what, number, name);
}

void world_trace(struct world *world, const char *what, uint64_t who, uint64_t amount)
{
    uint64_t fact[] = {world->now_ns, who, amount};
    uint64_t hash = hash_bytes(bytes_from_cstr(what), world->trace_hash);
    world->trace_hash = hash_bytes(bytes_of((const char *)fact, sizeof fact), hash);
    if (world->trace_printed)
        (void)fprintf(stderr, "%6" PRIu64 ".%09" PRIu64 "  %-16s %4" PRIu64 "  %" PRIu64 "\n",
                      world->now_ns / NS_PER_S, world->now_ns % NS_PER_S, what, who, amount);
}
