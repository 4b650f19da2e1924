/* SPDX-License-Identifier: Apache-2.0
 *
 * edge - the gateway near the users: started the same way by the program, the demo, tests and
 * simulated worlds.
 *
 * Opens the listeners, spawns the workers (each a loop of its own; with one worker the main loop
 * does the work), and passes requests to cores.
 *
 * Memory   the edge is the caller's until on_stopped() has come and edge_close() was called.
 * Threads  all functions: the main loop's.
 * Errors   edge_open(): 0, or -errno with a sentence in ret_why that says what to do.
 */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "base/buffer.h"
#include "config/edge_config.h"
#include "loop/address.h"
#include "loop/loop.h"

struct edge;

struct edge_options {
    struct edge_config *config; /* a reference is taken */
    log_sink_fn *log_write;     /* called from every worker */
    void *log_sink;
    const char *store_vfs;          /* SQLite's name of the disk; NULL: the system's */
    void (*on_ready)(void *user);   /* all workers listen; not if edge_drain() came first */
    void (*on_stopped)(void *user); /* after edge_drain(): nothing is left */
    void *user;
};

int edge_open(struct edge **ret_edge, struct loop *loop, const struct edge_options *options,
              struct buffer *ret_why);
/* The address of listener i, with the port that was picked; false: there is none, or no more. */
bool edge_address(const struct edge *edge, size_t i, struct address *ret_address);
/* Stops accepting: who comes from now on is refused. Lets exchanges end within timeouts.drain, then
 * ends the rest with an error. A second call ends them now. */
void edge_drain(struct edge *edge);
void edge_close(struct edge *edge);

/* Sums over the workers; exact when nothing happens. */
struct edge_counts {
    uint64_t exchanges, calls;                                     /* alive now */
    uint64_t exchanges_ended, calls_started, retries, errors_sent; /* ever */
    uint64_t memory_bytes;                                         /* charged to memory.limit now */
};
void edge_count(const struct edge *edge, struct edge_counts *ret_counts);

/* A core as the workers see it together. */
struct edge_core {
    const char *name;
    uint32_t in_flight; /* calls; exact when nothing happens */
    bool is_ejected;    /* or back on probation: nothing has worked since */
};
/* False: there is no core i. */
bool edge_core(const struct edge *edge, size_t i, struct edge_core *ret_core);

#endif
