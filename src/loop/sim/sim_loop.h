/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_loop - a loop as a member of a world's schedule, and its sources: whatever may have something
 * to report in a turn. Only files of loop/sim include it.
 *
 * One turn: each source that is ready reports once; then due timers, then posted tasks. The loop is
 * then busy for some virtual microseconds, so that what never rests still lets time pass.
 *
 * Memory   loops are their node's, until it is closed; sources are embedded.
 * Threads  one world, one thread.
 */
#ifndef LOOP_SIM_SIM_LOOP_H
#define LOOP_SIM_SIM_LOOP_H

#include "loop/loop_body.h"
#include "loop/sim/world_body.h"

struct sim_loop;

struct source {
    struct list link; /* in a list of its loop's, while there is something to report */
    struct sim_loop *loop;
    void (*report)(struct source *source);
};

enum sim_loop_state {
    LOOP_LIVE,
    LOOP_STOPPING, /* by loop_stop(); the present turn is the last one */
    LOOP_ENDED,    /* stopped, or its node is dead: no turn comes */
};

struct sim_loop {
    struct loop base;
    struct list link; /* in its node's loops */
    struct world_node *node;
    struct world *world;
    uint64_t number; /* for the trace */
    enum sim_loop_state state;
    bool in_turn;
    struct event turn;
    uint64_t busy_until_ns;
    struct list ready; /* reports in the next turn */
    struct list batch; /* still to report in this turn */

    /* the job lane; see sim_job.c */
    struct list jobs, done_jobs;
    size_t job_count;
    struct event job_ends;
    struct source jobs_done;

    /* of a spawned loop */
    struct loop_child child;
    struct source start, ended;
    struct event joined; /* its thread has ended, and `ended` is for the parent to hear */
};

static inline struct sim_loop *sim_loop_of(struct loop *loop)
{
    return CONTAINER_OF(loop, struct sim_loop, base);
}

static inline const struct sim_loop *sim_loop_of_const(const struct loop *loop)
{
    return CONTAINER_OF(loop, const struct sim_loop, base);
}

int sim_loop_new(struct sim_loop **ret_loop, struct world_node *node);
/* No turn comes any more, and nothing is ready. */
void sim_loop_end(struct sim_loop *loop);
void sim_loop_free(struct sim_loop *loop);

/* The source reports in the loop's next turn; once, however often it is called. */
void source_ready(struct source *source);
/* The source reports once more in the present turn. Only from its report(). */
void source_again(struct source *source);
void source_cancel(struct source *source);

static inline void source_init(struct source *source, struct sim_loop *loop,
                               void (*report)(struct source *source))
{
    *source = (struct source){.loop = loop, .report = report};
}

#endif
