/* SPDX-License-Identifier: Apache-2.0
 *
 * fault - how often faults fire, and those that befall what merely lives: once a second there is an
 * occasion for each connection and each path.
 */
#include "loop/sim/connection.h"
#include "loop/sim/host.h"
#include "loop/sim/world_body.h"

#define MILLION 1000000
#define LEAST_PARTITION_NS (10 * NS_PER_MS)
#define MOST_PARTITION_NS (10 * NS_PER_S)

const char *const world_fault_names[FAULT_KINDS] = {
    [FAULT_SHORT_READ] = "short-read",
    [FAULT_SHORT_WRITE] = "short-write",
    [FAULT_SPURIOUS_EVENT] = "spurious-event",
    [FAULT_SEGMENTATION] = "segmentation",
    [FAULT_LATENCY] = "latency",
    [FAULT_CONNECT_REFUSED] = "connect-refused",
    [FAULT_CONNECT_BLACKHOLE] = "connect-blackhole",
    [FAULT_BACKLOG_FULL] = "backlog-full",
    [FAULT_RESET] = "reset",
    [FAULT_HALF_OPEN] = "half-open",
    [FAULT_PARTITION] = "partition",
    [FAULT_EMFILE] = "emfile",
    [FAULT_RESOLVE] = "resolve",
    [FAULT_SLOW_JOB] = "slow-job",
    [FAULT_SLOW_MAILBOX] = "slow-mailbox",
    [FAULT_DISK_FULL] = "disk-full",
    [FAULT_DISK_ERROR] = "disk-error",
};

bool fault_fires(struct world *world, enum world_fault fault)
{
    uint32_t per_million = world->fault_per_million[fault];
    if (per_million == 0 || !random_chance(&world->chance, per_million, MILLION))
        return false;
    world->fault_counts[fault]++;
    world_trace(world, world_fault_names[fault], fault, world->fault_counts[fault]);
    return true;
}

static void befall_connections(struct world *world)
{
    LIST_EACH(link, &world->connections)
    {
        struct connection *connection = CONTAINER_OF(link, struct connection, link);
        if (!connection_is_established(connection))
            continue;
        if (fault_fires(world, FAULT_RESET))
            connection_break(connection);
        if (fault_fires(world, FAULT_HALF_OPEN))
            connection->is_lost = true;
    }
}

static void befall_paths(struct world *world)
{
    if (world->fault_per_million[FAULT_PARTITION] == 0)
        return;
    for (size_t from = 0; from < world->host_count; from++) {
        for (size_t to = 0; to < world->host_count; to++) {
            if (from == to || !fault_fires(world, FAULT_PARTITION))
                continue;
            uint64_t lasts_ns = world_draw_magnitude(world, LEAST_PARTITION_NS, MOST_PARTITION_NS);
            host_block_path(world->hosts[from], world->hosts[to], world->now_ns + lasts_ns);
        }
    }
}

static void pass_second(struct event *event)
{
    struct world *world = CONTAINER_OF(event, struct world, second);
    befall_connections(world);
    befall_paths(world);
    fault_watch_lives(world);
}

void fault_watch_lives(struct world *world)
{
    const uint32_t *per_million = world->fault_per_million;
    bool has_such_faults =
        per_million[FAULT_RESET] || per_million[FAULT_HALF_OPEN] || per_million[FAULT_PARTITION];
    if (!has_such_faults || list_is_empty(&world->connections) ||
        event_is_scheduled(&world->second))
        return;
    world->second.happen = pass_second;
    /* A second on average, so that not all mishaps fall on whole seconds. */
    uint64_t wait_ns = world_draw(world, NS_PER_S / 2, NS_PER_S + NS_PER_S / 2);
    event_schedule(world, &world->second, world->now_ns + wait_ns);
}

void world_fault_set(struct world *world, enum world_fault fault, uint32_t per_million)
{
    world->fault_per_million[fault] = per_million;
    fault_watch_lives(world);
}

void world_faults_stop(struct world *world)
{
    for (size_t i = 0; i < FAULT_KINDS; i++)
        world->fault_per_million[i] = 0;
    event_cancel(world, &world->second);
    hosts_heal(world);
    world_trace(world, "faults stop", 0, 0);
}

uint64_t world_fault_count(const struct world *world, enum world_fault fault)
{
    return world->fault_counts[fault];
}
