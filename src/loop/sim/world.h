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
 * docs/simulation.md tells how to write a world and how to replay a seed.
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

#define WORLD_HOSTS 128 /* names of nodes in one world; -ENOBUFS beyond */

/* Fault kinds that a world can be told to have; each counts how often it fired. What stands behind
 * a kind is its occasion: each time, it may fire. */
enum world_fault {
    FAULT_SHORT_READ,        /* a read that could give more than one byte: it gives fewer */
    FAULT_SHORT_WRITE,       /* a write that could take more than one byte: it takes fewer */
    FAULT_SPURIOUS_EVENT,    /* a read that could give something: -EAGAIN, and on_readable() again;
                                a report to a stream: on_readable() follows for nothing */
    FAULT_SEGMENTATION,      /* a packet: a piece of 1 to 1460 bytes goes ahead of the rest,
                                which follows within 0.2 ms */
    FAULT_LATENCY,           /* a packet: 10 ms to 3 s late, and what follows behind it */
    FAULT_CONNECT_REFUSED,   /* a connect: refused by the peer's host */
    FAULT_CONNECT_BLACKHOLE, /* a connect: never answered (-ETIMEDOUT after 127 s) */
    FAULT_BACKLOG_FULL,      /* a SYN at a listener: dropped, sent again after 1, 2, 4 ... s */
    FAULT_RESET,             /* a second of an established connection: both ends get RST */
    FAULT_HALF_OPEN,         /* a second of an established connection: nothing passes any more */
    FAULT_PARTITION, /* a second of each ordered pair of hosts: that direction is lost for 10 ms to
                        10 s; TCP sends again after 200, 400 ... ms */
    FAULT_EMFILE,    /* a stream connected or accepted, a file opened: -EMFILE */
    FAULT_RESOLVE,   /* a look-up: fails, finds nothing, or comes 0.1 to 10 s late */
    FAULT_SLOW_JOB,  /* a job: takes 10 ms to 5 s */
    FAULT_SLOW_MAILBOX, /* a wake-up by messages: 1 ms to 1 s late */
    FAULT_DISK_FULL,    /* a write that makes a file larger: takes a part, or -ENOSPC */
    FAULT_DISK_ERROR,   /* a read, write, sync or directory operation: -EIO. What a failed sync
                           should have made durable never will be, though reads still show it */
    FAULT_KINDS
};

extern const char *const world_fault_names[FAULT_KINDS];

int world_open(struct world **ret_world, uint64_t seed);
/* All nodes must have been closed. */
void world_close(struct world *world);
/* For the test's own choices. */
struct random *world_random(struct world *world);
uint64_t world_now_ns(const struct world *world);
/* Called with true before, with false after each allocation that stands for the kernel's memory,
 * so that a test that makes allocations fail leaves these alone. */
void world_memory_hook(struct world *world, void (*hook)(bool exempt));

/* How likely each kind is, in millionths of its occasions; 0, the default: never. Kinds whose
 * occasion is a second keep a world going for as long as it has connections. */
void world_fault_set(struct world *world, enum world_fault fault, uint32_t per_million);
/* All to 0, and partitions heal. Connections that are broken or half-open stay so. */
void world_faults_stop(struct world *world);
uint64_t world_fault_count(const struct world *world, enum world_fault fault);

/* One way, between hosts; each connection draws its own latency from the range. */
struct world_network {
    uint64_t least_latency_ns, most_latency_ns; /* at first 50 us and 500 us */
    uint64_t bytes_per_s; /* of each connection and direction; at first 10 Gbit/s */
};
void world_network_set(struct world *world, const struct world_network *network);

/* A node and its main loop; ip such as "10.0.0.1". -EEXIST while a node of that name is alive,
 * -EADDRINUSE if another name has that address. */
int world_node_open(struct world_node **ret_node, struct world *world, const char *name,
                    const char *ip);
struct loop *world_node_loop(struct world_node *node);
/* One more address behind a host name, for resolver_name_open(). */
int world_name(struct world *world, const char *host, const char *ip);
/* The host name has no address any more: look-ups give -ENOENT. */
void world_name_forget(struct world *world, const char *host);
/* Reported by the node's watches of that signal; without one, a node dies of it. */
void world_signal(struct world_node *node, int signal_number);
/* SIGKILL: streams end by FIN or RST, as kernel and seed decide; listeners are gone; what was
 * written to files is still there. Power loss: streams vanish without a word until a node of that
 * name is opened again, and unsynced writes may be lost or torn. From then on calls on the node's
 * objects reach nothing (-ESHUTDOWN) and no event comes, so that the caller can free the dead
 * program by its own close functions. The same name can be opened again, on the same disk. Not
 * from inside one of the node's own callbacks. */
void world_node_kill(struct world_node *node, bool power_loss);
/* Power loss in the middle of a job: just before the node's next but `writes` file operation that
 * changes the disk. From there to the end of that job file operations give -EIO. */
void world_node_kill_at_write(struct world_node *node, uint64_t writes);
/* What the node still holds: 0 everywhere after a clean shutdown. */
struct world_holdings {
    size_t streams, listeners, timers, tasks, jobs, mailboxes, files;
    size_t names; /* look-ups under way */
    size_t loops; /* spawned and not ended */
};
void world_node_holdings(const struct world_node *node, struct world_holdings *ret_holdings);
/* The process ends; what it still holds is closed by the kernel. */
void world_node_close(struct world_node *node);

/* Knobs of one node. */
void world_node_limit_files(struct world_node *node, size_t limit);  /* descriptors; 0: no limit */
void world_node_limit_disk(struct world_node *node, uint64_t bytes); /* -ENOSPC; 0: no limit */
void world_node_set_distance(struct world_node *node, uint64_t ns);  /* added to each packet */
void world_node_shift_clock(struct world_node *node, int64_t ms);    /* the wall clock only */
/* No turn of the loop before then: a processor hog, SIGSTOP. */
void world_loop_stall(struct loop *loop, uint64_t until_ns);
/* Packets from one node's host to another's are lost until then; 0: they pass. */
void world_block_path(struct world_node *from, struct world_node *to, uint64_t until_ns);

/* Runs events until none is left or the time is reached, which it then is; false: nothing is left
 * to do. */
bool world_run_until(struct world *world, uint64_t until_ns);
/* One turn of one loop; false: nothing left to do. */
bool world_step(struct world *world);
/* The loop whose turn it is; NULL between turns. */
const struct loop *world_running(const struct world *world);
/* Over every event so far. Programs under test may mix in their own observations. */
uint64_t world_trace_hash(const struct world *world);
void world_trace_mix(struct world *world, uint64_t value);
/* Prints each event to standard error. */
void world_trace_print(struct world *world, bool wanted);

#endif
