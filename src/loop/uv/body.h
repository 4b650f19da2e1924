/* SPDX-License-Identifier: Apache-2.0
 *
 * body - the real loop over libuv. One turn is one iteration of uv_run(): what its poll phase
 * reports, with tasks behind each stream's event, then, in its check phase, timers and tasks.
 *
 * Only files of loop/uv include it.
 */
#ifndef LOOP_UV_BODY_H
#define LOOP_UV_BODY_H

#include <stdatomic.h>
#include <uv.h>

#include "loop/job.h"
#include "loop/loop_body.h"
#include "loop/mailbox.h"

struct body {
    struct loop loop;
    uv_loop_t uv;

    uv_prepare_t before_wait;
    uv_check_t after_wait;
    uint64_t now_ns; /* of this turn; 0: nobody has asked yet */

    unsigned events; /* of streams, ever; wraps */

    uv_timer_t alarm;  /* the one timer that libuv knows of */
    uint64_t alarm_ns; /* what it is set for; LOOP_NEVER_NS: not set */

    atomic_uint accepted_streams; /* open ones; the loop counts, listeners of others compare */

    struct mailbox *notes; /* what threads of this room tell the loop: struct note */

    struct list jobs; /* the first one is being run */
    size_t job_count;
    uv_work_t job_work;
};

/* A message from a thread of this room to the loop: run() is called there. */
struct note {
    struct message message;
    void (*run)(struct note *note);
};

static inline struct body *body_of(const struct loop *loop)
{
    /* Away with const: asking for the time is what reads the clock, once a turn. */
    return (struct body *)(uintptr_t)loop;
}

#endif
