/* SPDX-License-Identifier: Apache-2.0
 *
 * loop - the one seam to the world: turns, time, posted work, entropy, threads, signals.
 *
 * Two bodies implement this room, chosen where a program is linked: loop/uv (libuv, the real
 * world) and loop/sim (virtual time, simulated network and disk; see loop/sim/world.h).
 *
 * One turn: what the world reports (streams, listeners, resolved names, finished jobs, messages,
 * signals), then due timers, then posted tasks. Neither clock moves within a turn.
 * Nothing in this room calls back from inside the call that arms it.
 *
 * Units    monotonic nanoseconds; wall time in milliseconds since 1970.
 * Threads  every function belongs to the loop's own thread, except where it says otherwise.
 * Errors   0 or -errno.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/list.h"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

struct loop;

/* The real body only: a loop on the calling thread. Simulated loops come from a world. */
int loop_open(struct loop **ret_loop);
/* Turns until loop_stop(). */
void loop_run(struct loop *loop);
/* The present turn is the last one. */
void loop_stop(struct loop *loop);
/* Everything opened on the loop must have been closed; NULL is fine. */
void loop_close(struct loop *loop);

uint64_t loop_now_ns(const struct loop *loop);
uint64_t loop_wall_ms(const struct loop *loop);
/* Unpredictable bytes (in a world: from its seed). Aborts where the system has none. */
void loop_entropy(struct loop *loop, void *ret_bytes, size_t size);
/* The processors this process may use; at least 1. */
unsigned loop_cpu_count(void);

/* A task is embedded in what it works on. It runs once, behind one of this turn's events or at its
 * end, however often it was posted. What a task posts, itself included, runs in a later round of
 * the same turn; after some rounds (loop_body.h) the rest waits for the next turn. */
struct task {
    struct list link;
    void (*run)(struct task *task);
};

static inline void task_init(struct task *task, void (*run)(struct task *task))
{
    *task = (struct task){.run = run};
}

void loop_post(struct loop *loop, struct task *task);
/* A task that is not posted is left alone. */
void loop_cancel(struct loop *loop, struct task *task);

/* A turn's scratch memory: 64 KiB to read into, shared by all streams of the loop and worth
 * nothing after the callback that used it has returned. */
#define LOOP_SCRATCH_BYTES 65536
char *loop_scratch(struct loop *loop);

/* A further loop: on a thread of its own, in a world as one more member of the schedule.
 * start() runs on it first; when it has been stopped and its loop has returned, on_ended() runs on
 * the parent, perhaps before the last messages that the child sent. *child is copied. */
struct loop_child {
    void (*start)(struct loop *loop, void *user);
    void (*on_ended)(void *user); /* on the parent's loop */
    void *user;
    const char *name; /* of the thread; at most 15 bytes */
};
int loop_spawn(struct loop *parent, const struct loop_child *child);

/* SIGTERM, SIGINT, SIGHUP ... on the main loop. In a world: world_signal(). */
struct signal_watch;
int signal_watch_open(struct signal_watch **ret_watch, struct loop *loop, int signal_number,
                      void (*on_signal)(void *user), void *user);
void signal_watch_close(struct signal_watch *watch);

#endif
