/* SPDX-License-Identifier: Apache-2.0
 *
 * node - a process on a host: its loops and what it holds. Only files of loop/sim include it.
 *
 * Memory   from world_node_open() to world_node_close(); a killed node is an empty shell.
 */
#ifndef LOOP_SIM_NODE_H
#define LOOP_SIM_NODE_H

#include "loop/sim/host.h"
#include "loop/sim/sim_loop.h"

struct world_node {
    struct world *world;
    struct host *host;
    bool is_dead;
    struct sim_loop *main_loop;
    struct list loops;
    struct list sockets; /* ends of connections that this process holds */
    struct list listen_sockets;
    struct list signal_watches;
    struct random entropy;
    size_t descriptors;             /* of streams, listen sockets, files */
    size_t descriptor_limit;        /* 0: none */
    struct world_holdings holdings; /* timers, tasks and jobs are counted when asked for */
};

static inline struct world_node *node_of(struct loop *loop)
{
    return sim_loop_of(loop)->node;
}

/* 0, or why no further descriptor can be had: -ESHUTDOWN, -EMFILE. */
int node_has_descriptor(const struct world_node *node);
/* The same, as an occasion for FAULT_EMFILE. */
int node_may_open_file(struct world_node *node);

#endif
