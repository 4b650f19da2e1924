/* SPDX-License-Identifier: Apache-2.0
 *
 * world - many nodes in one process, one thread and virtual time: the simulated body of loop/.
 *
 * A node is a process: its loops (main and spawned ones), its disk, its file descriptors, one IP
 * address. A scheduler takes the next event by (virtual time, seeded tie-break); each event is one
 * turn of one loop. The same seed and the same program give the same events, and the same hash.
 *
 * Network  byte queues with capacity; latency, bandwidth, random segmentation, short reads and
 *          writes, spurious events, FIN, RST, half-open peers, blackholes, one-way partitions,
 *          full backlogs, EMFILE; closing with unread data sends RST.
 * Disk     page cache and durable image; a crash keeps any subset of unsynced 512-byte sectors;
 *          ENOSPC, EIO, failed syncs; renames durable after the directory is synced.
 * Jobs and mailboxes come after seeded delays.
 *
 * Threads  one world, one thread.
 * Errors   0 or -errno.
 */
#ifndef LOOP_SIM_WORLD_H
#define LOOP_SIM_WORLD_H

#include "base/random.h"
#include "loop/address.h"
#include "loop/loop.h"

struct world;
struct world_node;

/* Fault kinds that a world can be told to have; each counts how often it fired. */
enum world_fault {
    FAULT_SHORT_READ,
    FAULT_SHORT_WRITE,
    FAULT_SPURIOUS_EVENT,
    FAULT_SEGMENTATION, /* bytes arrive in random pieces, down to one byte */
    FAULT_LATENCY,      /* spikes up to seconds */
    FAULT_CONNECT_REFUSED,
    FAULT_CONNECT_BLACKHOLE,
    FAULT_BACKLOG_FULL,
    FAULT_RESET,     /* an established connection breaks */
    FAULT_HALF_OPEN, /* the peer vanishes silently */
    FAULT_PARTITION, /* one direction between two nodes is lost for a while */
    FAULT_EMFILE,
    FAULT_RESOLVE, /* look-ups fail, or come late */
    FAULT_SLOW_JOB,
    FAULT_SLOW_MAILBOX,
    FAULT_DISK_FULL,
    FAULT_DISK_ERROR,
    FAULT_KINDS
};

extern const char *const world_fault_names[FAULT_KINDS];

int world_open(struct world **ret_world, uint64_t seed);
void world_close(struct world *world);
struct random *world_random(struct world *world);
uint64_t world_now_ns(const struct world *world);

/* How likely each kind is, in millionths of its occasions (per read, per connect, per second of a
 * connection's life ...); 0, the default: never. */
void world_fault_set(struct world *world, enum world_fault fault, uint32_t per_million);
void world_faults_stop(struct world *world); /* all to 0, and partitions heal */
uint64_t world_fault_count(const struct world *world, enum world_fault fault);

/* A node and its main loop; ip such as "10.0.0.1". Names resolve to nodes: world_name(). */
int world_node_open(struct world_node **ret_node, struct world *world, const char *name,
                    const char *ip);
struct loop *world_node_loop(struct world_node *node);
int world_name(struct world *world, const char *host, const char *ip);
void world_signal(struct world_node *node, int signal_number);
/* SIGKILL: streams reset or (power loss) vanish, listeners are gone, unsynced disk writes may be
 * lost. From then on calls on the node's objects reach nothing and no event comes, so that the
 * caller can free the dead program by its own close functions. The same name can be opened again,
 * on the same disk. */
void world_node_kill(struct world_node *node, bool power_loss);
/* What the node still holds: 0 everywhere after a clean shutdown. */
struct world_holdings {
    size_t streams, listeners, timers, tasks, jobs, mailboxes, files, names, loops;
};
void world_node_holdings(const struct world_node *node, struct world_holdings *ret_holdings);
void world_node_close(struct world_node *node);

/* Runs events until none is left or the time is reached; false: nothing left to do. */
bool world_run_until(struct world *world, uint64_t until_ns);
/* One event; false: nothing left to do. */
bool world_step(struct world *world);
/* Over every event so far. Programs under test may mix in their own observations. */
uint64_t world_trace_hash(const struct world *world);
void world_trace_mix(struct world *world, uint64_t value);
/* Prints each event to standard error. */
void world_trace_print(struct world *world, bool wanted);

#endif
