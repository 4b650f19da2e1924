/* SPDX-License-Identifier: Apache-2.0
 *
 * world_body - the scheduler of a world, as its own parts see it: events, chance, trace, memory.
 * Only files of loop/sim include it.
 *
 * An event is embedded in what it happens to; it is scheduled at most once at a time. Whatever
 * stands for the kernel (packets, disks, look-ups) happens in events of its own, between the turns
 * of loops.
 *
 * Units    virtual monotonic nanoseconds, below 2^56.
 * Memory   kernel_alloc() stands for the kernel's memory: it aborts when there is none, and asks
 *          the world's memory hook to leave it alone while a test makes allocations fail.
 * Threads  one world, one thread.
 */
#ifndef LOOP_SIM_WORLD_BODY_H
#define LOOP_SIM_WORLD_BODY_H

#include "base/heap.h"
#include "base/list.h"
#include "base/random.h"
#include "loop/sim/world.h"

#define WORLD_START_NS (1000 * NS_PER_S)
#define WORLD_START_WALL_MS UINT64_C(1767225600000) /* 2026-01-01 */

struct event {
    struct heap_entry entry;
    void (*happen)(struct event *event);
};

struct world {
    uint64_t now_ns;
    struct heap events;
    uint64_t turns;             /* of all loops so far */
    const struct loop *running; /* whose turn it is; NULL: between turns */
    struct random random;       /* the test's */
    struct random chance; /* the world's own, so that a test's draws do not shift its events */
    uint64_t trace_hash;
    bool trace_printed;
    void (*memory_hook)(bool exempt);
    uint32_t fault_per_million[FAULT_KINDS];
    uint64_t fault_counts[FAULT_KINDS];
    struct event second; /* when faults befall what merely lives; see fault.c */
    struct world_network network;
    struct host *hosts[WORLD_HOSTS];
    size_t host_count;
    struct list names;       /* what the resolver knows */
    struct list connections; /* in the order of their opening */
    uint64_t connection_count, loop_count;
};

static inline void event_init(struct event *event, void (*happen)(struct event *event))
{
    *event = (struct event){.happen = happen};
}

static inline bool event_is_scheduled(const struct event *event)
{
    return heap_contains(&event->entry);
}

/* Ties are broken by the seed. An event that is scheduled already moves. */
void event_schedule(struct world *world, struct event *event, uint64_t at_ns);
void event_cancel(struct world *world, struct event *event);
/* When a scheduled event will happen. */
uint64_t event_due_ns(const struct event *event);

/* Uniform in [least, most], drawn from the world's own generator. */
uint64_t world_draw(struct world *world, uint64_t least, uint64_t most);
/* Like world_draw(), but each order of magnitude is as likely as any other. */
uint64_t world_draw_magnitude(struct world *world, uint64_t least, uint64_t most);
/* An occasion for the fault; true: it fires, and is counted. */
bool fault_fires(struct world *world, enum world_fault fault);
/* All host names are forgotten; see sim_lookup.c. */
void world_names_clear(struct world *world);
/* Starts the seconds in which faults befall what merely lives, if there are such faults. */
void fault_watch_lives(struct world *world);

/* One event of the trace: what happened, to which number, how much. `what` must be a literal of
 * this program: its text is hashed, never its address. */
void world_trace(struct world *world, const char *what, uint64_t who, uint64_t amount);

/* Prints which name a number of the trace stands for, if the trace is printed. */
void world_trace_name(struct world *world, const char *what, uint64_t number, const char *name);

void *kernel_alloc(struct world *world, size_t size); /* zeroed; never NULL */
void *kernel_grow(struct world *world, void *memory, size_t size);

#endif
