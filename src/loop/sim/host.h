/* SPDX-License-Identifier: Apache-2.0
 *
 * host - a machine of a world: one IP address, one disk, what listens on it. It outlives the
 * processes (nodes) that run on it; at most one runs at a time. Between hosts lie paths, which may
 * be blocked in either direction. Only files of loop/sim include it.
 *
 * Memory   hosts are the world's, until it is closed.
 * Errors   -ENOBUFS beyond WORLD_HOSTS.
 */
#ifndef LOOP_SIM_HOST_H
#define LOOP_SIM_HOST_H

#include "loop/sim/world_body.h"

#define HOST_NAME_BYTES 32

struct host {
    struct world *world;
    char name[HOST_NAME_BYTES];
    struct address ip; /* port 0 */
    size_t index;      /* in world->hosts */
    bool is_powered;
    struct world_node *node; /* what runs on it; may be NULL */
    struct list listening;   /* listen sockets */
    uint16_t next_port;      /* to give to those who ask for none */
    struct disk *disk;
    int64_t wall_offset_ms;
    uint64_t distance_ns;                     /* added to each packet that comes or goes */
    uint64_t path_blocked_until[WORLD_HOSTS]; /* from here to the host of that index */
};

/* The host of that name, made if there is none; -EADDRINUSE if the name or the address belongs to
 * another one. */
int host_open(struct host **ret_host, struct world *world, const char *name, const char *ip);
/* NULL: nobody has that address. Loopback addresses and unix sockets are the asking host's own. */
struct host *host_find(struct host *asking, const struct address *address);
uint16_t host_take_port(struct host *host);
/* Can a packet pass now? */
bool host_path_is_open(const struct host *from, const struct host *to);
void host_block_path(struct host *from, const struct host *to, uint64_t until_ns);
void hosts_heal(struct world *world);
void hosts_clear(struct world *world);

#endif
