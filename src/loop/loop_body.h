/* SPDX-License-Identifier: Apache-2.0
 *
 * loop_body - the part of a loop that both bodies have in common: posted tasks, timers, scratch.
 * Only files of this room include it.
 *
 * The struct stands first in each body's own. A body's turn is: what the world reports, perhaps
 * with loop_run_tasks() between, then loop_run_timers(), then loop_run_tasks().
 *
 * Threads  the loop's own.
 * Errors   loop_init(): -ENOMEM.
 */
#ifndef LOOP_LOOP_BODY_H
#define LOOP_LOOP_BODY_H

#include "base/heap.h"
#include "base/list.h"
#include "loop/loop.h"

#define LOOP_NEVER_NS UINT64_MAX

struct loop {
    struct list tasks;       /* posted, in order */
    struct heap timers;      /* by the time they were first started for; see timer.c */
    uint64_t timer_floor_ns; /* no timer starts for earlier: what starts while timers fire waits
                                for the next turn, so that a turn ends */
    char *scratch;
};

int loop_init(struct loop *loop);
/* Timers and tasks that are left are forgotten. NULL-safe on half-built loops. */
void loop_clear(struct loop *loop);

/* The time at which loop_run_timers() has something to do; LOOP_NEVER_NS: no timer. It may be
 * earlier than any timer is due, never later. */
uint64_t loop_next_timer_ns(const struct loop *loop);
/* Fires what is due; a timer that was pushed back moves to its new place instead. */
void loop_run_timers(struct loop *loop, uint64_t now_ns);

bool loop_has_tasks(const struct loop *loop);
/* Runs what is posted now, then what these tasks posted, and so on: one machine's news reaches the
 * other in the same turn, without another look at the world in between. Past the last round the
 * rest waits for the next turn, so that two tasks that post each other starve nobody. */
#define LOOP_TASK_ROUNDS 8
void loop_run_tasks(struct loop *loop);

/* The body's: a task was posted, or loop_next_timer_ns() became earlier. A body that looks for
 * itself before it waits does nothing here. */
void loop_body_wake(struct loop *loop);

#endif
