/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/node.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/sim/connection.h"
#include "loop/sim/disk.h"
#include "loop/sim/sim_listener.h"

static int node_init(struct world_node *node, struct world *world, struct host *host)
{
    node->world = world;
    node->host = host;
    list_init(&node->loops);
    list_init(&node->sockets);
    list_init(&node->listen_sockets);
    list_init(&node->signal_watches);
    random_init(&node->entropy, world_draw(world, 0, UINT64_MAX));
    return sim_loop_new(&node->main_loop, node);
}

int world_node_open(struct world_node **ret_node, struct world *world, const char *name,
                    const char *ip)
{
    struct host *host;
    int r = host_open(&host, world, name, ip);
    if (r < 0)
        return r;
    if (host->node)
        return -EEXIST;
    struct world_node *node = calloc(1, sizeof *node);
    if (!node)
        return -ENOMEM;
    r = node_init(node, world, host);
    if (r < 0) {
        free(node);
        return r;
    }
    host->node = node;
    host->is_powered = true;
    disk_power_on(host->disk);
    *ret_node = node;
    return 0;
}

struct loop *world_node_loop(struct world_node *node)
{
    return &node->main_loop->base;
}

int node_has_descriptor(const struct world_node *node)
{
    if (node->is_dead)
        return -ESHUTDOWN;
    bool is_full = node->descriptor_limit && node->descriptors >= node->descriptor_limit;
    return is_full ? -EMFILE : 0;
}

int node_may_open_file(struct world_node *node)
{
    int r = node_has_descriptor(node);
    if (r == 0 && fault_fires(node->world, FAULT_EMFILE))
        r = -EMFILE;
    return r;
}

void world_node_kill(struct world_node *node, bool power_loss)
{
    if (node->is_dead)
        return;
    world_trace(node->world, power_loss ? "power loss" : "kill", node->host->index, 0);
    node->is_dead = true;
    node->host->node = NULL;
    node->host->is_powered = !power_loss;
    LIST_EACH(link, &node->loops)
    sim_loop_end(CONTAINER_OF(link, struct sim_loop, link));
    sim_listen_sockets_abandon(node);
    sockets_abandon(node, power_loss);
    disk_release_locks(node->host->disk);
    if (power_loss)
        disk_lose_power(node->host->disk);
}

void world_node_close(struct world_node *node)
{
    if (!node)
        return;
    world_node_kill(node, false);
    LIST_EACH_SAFE(link, &node->loops)
    sim_loop_free(CONTAINER_OF(link, struct sim_loop, link));
    free(node);
}

static size_t list_length(const struct list *head)
{
    size_t length = 0;
    LIST_EACH(link, head)
    length++;
    return length;
}

void world_node_holdings(const struct world_node *node, struct world_holdings *ret_holdings)
{
    *ret_holdings = node->holdings;
    LIST_EACH(link, &node->loops)
    {
        const struct sim_loop *loop = CONTAINER_OF(link, struct sim_loop, link);
        ret_holdings->timers += loop->base.timers.count;
        ret_holdings->tasks += list_length(&loop->base.tasks);
        ret_holdings->jobs += node->is_dead ? 0 : loop->job_count;
    }
}

void world_node_limit_files(struct world_node *node, size_t limit)
{
    node->descriptor_limit = limit;
}

void world_node_limit_disk(struct world_node *node, uint64_t bytes)
{
    disk_set_limit(node->host->disk, bytes);
}

void world_node_kill_at_write(struct world_node *node, uint64_t writes)
{
    disk_fail_at_write(node->host->disk, writes);
}

void world_node_set_distance(struct world_node *node, uint64_t ns)
{
    node->host->distance_ns = ns;
}

void world_node_shift_clock(struct world_node *node, int64_t ms)
{
    node->host->wall_offset_ms = ms;
}

void world_block_path(struct world_node *from, struct world_node *to, uint64_t until_ns)
{
    host_block_path(from->host, to->host, until_ns);
}
