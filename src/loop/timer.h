/* SPDX-License-Identifier: Apache-2.0
 *
 * timer - a call at a later time. Embedded, 48 bytes, and cheap to push back: moving a timer to a
 * later time only notes it; the heap learns when the old time comes.
 *
 * Units    monotonic nanoseconds.
 * Memory   the caller embeds the struct; stop it before its memory goes.
 * Threads  belongs to the loop.
 * Errors   timer_start(): -ENOMEM on the first start; restarting a started or fired timer whose
 *          entry is still known never fails.
 */
#ifndef LOOP_TIMER_H
#define LOOP_TIMER_H

#include "base/heap.h"
#include "loop/loop.h"

struct timer {
    struct heap_entry entry;
    uint64_t due_ns; /* 0: stopped */
    void (*fire)(struct timer *timer);
    struct loop *loop;
};

static inline void timer_init(struct timer *timer, struct loop *loop,
                              void (*fire)(struct timer *timer))
{
    *timer = (struct timer){.fire = fire, .loop = loop};
}

/* Fires once, in the first turn whose time is not before due_ns. Starting again moves it. */
int timer_start(struct timer *timer, uint64_t due_ns);
void timer_stop(struct timer *timer);

static inline bool timer_is_started(const struct timer *timer)
{
    return timer->due_ns != 0;
}

#endif
