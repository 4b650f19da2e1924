/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/sim/disk.h"

#define FIRST_EPHEMERAL_PORT 32768

static bool same_ip(const struct address *a, const struct address *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

static struct host *host_make(struct world *world, const char *name, const struct address *ip)
{
    struct host *host = kernel_alloc(world, sizeof *host);
    host->world = world;
    (void)snprintf(host->name, sizeof host->name, "%s", name);
    host->ip = *ip;
    host->is_powered = true;
    host->next_port = FIRST_EPHEMERAL_PORT;
    host->disk = disk_new(host);
    list_init(&host->listening);
    host->index = world->host_count;
    world->hosts[world->host_count++] = host;
    world_trace_name(world, "host", host->index, name);
    return host;
}

int host_open(struct host **ret_host, struct world *world, const char *name, const char *ip)
{
    struct address address;
    int r = address_parse_ip(bytes_from_cstr(ip), 0, &address);
    if (r < 0 || strlen(name) >= HOST_NAME_BYTES)
        return -EINVAL;
    for (size_t i = 0; i < world->host_count; i++) {
        struct host *host = world->hosts[i];
        bool name_fits = strcmp(host->name, name) == 0, ip_fits = same_ip(&host->ip, &address);
        if (name_fits && ip_fits) {
            *ret_host = host;
            return 0;
        }
        if (name_fits || ip_fits)
            return -EADDRINUSE;
    }
    if (world->host_count == WORLD_HOSTS)
        return -ENOBUFS;
    *ret_host = host_make(world, name, &address);
    return 0;
}

struct host *host_find(struct host *asking, const struct address *address)
{
    if (address_is_loopback(address))
        return asking;
    struct world *world = asking->world;
    for (size_t i = 0; i < world->host_count; i++) {
        if (same_ip(&world->hosts[i]->ip, address))
            return world->hosts[i];
    }
    return NULL;
}

uint16_t host_take_port(struct host *host)
{
    if (host->next_port < FIRST_EPHEMERAL_PORT)
        host->next_port = FIRST_EPHEMERAL_PORT;
    return host->next_port++;
}

bool host_path_is_open(const struct host *from, const struct host *to)
{
    return to->is_powered && from->path_blocked_until[to->index] <= from->world->now_ns;
}

void host_block_path(struct host *from, const struct host *to, uint64_t until_ns)
{
    world_trace(from->world, until_ns ? "path blocked" : "path open", from->index, to->index);
    from->path_blocked_until[to->index] = until_ns;
}

void hosts_heal(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        memset(world->hosts[i]->path_blocked_until, 0, sizeof world->hosts[i]->path_blocked_until);
}

void hosts_clear(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++) {
        disk_free(world->hosts[i]->disk);
        free(world->hosts[i]);
    }
    world->host_count = 0;
}
