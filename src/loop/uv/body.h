/* SPDX-License-Identifier: Apache-2.0
 *
 * body - the real loop: streams on an epoll of its own, everything else (listeners, signals,
 * mailboxes, jobs) on libuv's, whose descriptor is one more that the epoll watches.
 *
 * One turn: streams' events, with tasks behind a few of them; streams that have more to tell though
 * epoll tells it once; libuv, if it has something; timers; tasks.
 *
 * Only files of loop/uv include it.
 */
#ifndef LOOP_UV_BODY_H
#define LOOP_UV_BODY_H

#include <stdatomic.h>
#include <sys/epoll.h>
#include <uv.h>

#include "loop/job.h"
#include "loop/loop_body.h"
#include "loop/mailbox.h"

struct body {
    struct loop loop;
    uv_loop_t uv;

    bool uv_is_stirred; /* libuv has news for itself, which it looks at when it is run */
    bool is_stopped;
    uint64_t turns;           /* ever */
    uint64_t now_ns, wall_ms; /* of this turn; 0: nobody has asked yet */

    int epoll;          /* streams, by address; NULL: libuv */
    struct list eager;  /* streams to be told in the next turn, whatever epoll says */
    struct list closed; /* streams whose memory goes at the turn's end */

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

/* After a handle of libuv was started: it asks the system for events only when it is run. */
static inline void body_stir(struct loop *loop)
{
    body_of(loop)->uv_is_stirred = true;
}

#endif
