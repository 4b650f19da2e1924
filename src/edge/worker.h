/* SPDX-License-Identifier: Apache-2.0
 *
 * worker - one loop of the edge: its servers, its connections to the cores, its memory, and what
 * exchanges and calls need of it. Only files of this room include it.
 *
 * Memory   belongs to struct edge; freed by worker_close() when nothing is alive in it.
 * Threads  the worker's loop, but for `shared` (immutable, or atomic) and the counters (written by
 *          the loop, read by anybody).
 * Errors   worker_open(): -errno.
 */
#ifndef EDGE_WORKER_H
#define EDGE_WORKER_H

#include "base/block_pool.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/random.h"
#include "config/edge_config.h"
#include "edge/edge.h"
#include "http/client.h"
#include "http/server.h"
#include "loop/timer.h"
#include "route/core_table.h"
#include "route/retry_budget.h"

struct estimator;
struct ledger;

/* What all workers share and none changes; lives as long as the edge. */
struct edge_shared {
    struct edge_config *config;
    struct listen_socket **sockets;
    size_t socket_count;
    struct tls_context *server_tls; /* NULL: plain */
    struct tls_context **core_tls;  /* by core; NULL: plain */
    log_sink_fn *log_write;
    void *log_sink;
    /* These change, atomically or under locks of their own. */
    struct core_table *cores;
    struct memory_budget *memory;
    struct ledger *ledger;
    struct estimator *estimator; /* of what requests will take; NULL with `auth: open` */
};

/* Written with relaxed order by one loop: a reader may be late by a little, never torn. */
struct worker_counters {
    _Atomic uint64_t exchanges, calls;                                     /* alive */
    _Atomic uint64_t exchanges_ended, calls_started, retries, errors_sent; /* ever */
};

static inline void counter_add(_Atomic uint64_t *counter, int64_t by)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + (uint64_t)by, memory_order_relaxed);
}

/* A core as one worker reaches it. */
struct upstream {
    struct http_origin *origin;
    struct buffer authority; /* the Host field */
};

struct catalogue;
struct gate;
struct seat;

struct worker {
    struct loop *loop;
    const struct edge_shared *shared;
    struct log log;
    struct random random;
    struct block_pool blocks; /* arenas of exchanges and calls */
    struct block_pool slabs;  /* answer logs */
    struct retry_budget retries;
    struct http_server **servers; /* by listen socket */
    size_t servers_undrained;
    struct upstream *upstreams; /* by core */
    struct catalogue *catalogue;
    struct seat *seat;     /* at the ledger */
    struct gate *gate;     /* NULL: `auth: open` */
    struct list exchanges; /* alive */
    struct worker_counters counters;
    struct timer drain_timer;
    bool is_cutting; /* the drain time is over */
    struct task drained_task;
    struct timer tidy_timer; /* gives idle memory back */
    enum { WORKER_RUNS, WORKER_DRAINS, WORKER_DRAINED } state;
    void (*on_drained)(struct worker *worker);
};

static inline const struct edge_config *worker_config(const struct worker *worker)
{
    return worker->shared->config;
}

int worker_open(struct worker *worker, struct loop *loop, const struct edge_shared *shared);
/* Lets exchanges end; past timeouts.drain, or when called again, ends them with an error.
 * on_drained() follows, from a later turn. */
void worker_drain(struct worker *worker, void (*on_drained)(struct worker *worker));
/* An exchange or a call has ended: looks whether draining is over, and lets memory go in a while.
 */
void worker_note_ended(struct worker *worker);
/* Takes zeroed and half-opened workers. */
void worker_close(struct worker *worker);

#endif
