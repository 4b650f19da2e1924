/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/timer.h"

#include <assert.h>

#include "loop/loop_body.h"

/* An entry's key is never later than due_ns. Pushing a timer back leaves the entry where it is;
 * when the old time comes, loop_run_timers() finds that it is not due yet and moves it. A timer
 * that is pushed back with each request thus costs one move per period, not one per request. */

static int timer_place(struct timer *timer)
{
    struct loop *loop = timer->loop;
    uint64_t next_ns = loop_next_timer_ns(loop);

    int r = heap_insert(&loop->timers, &timer->entry, timer->due_ns);
    if (r < 0)
        return r;
    if (timer->due_ns < next_ns)
        loop_body_wake(loop);
    return 0;
}

int timer_start(struct timer *timer, uint64_t due_ns)
{
    uint64_t before_ns = timer->due_ns;
    uint64_t floor_ns = timer->loop->timer_floor_ns;
    timer->due_ns = due_ns < floor_ns ? floor_ns : due_ns;

    if (heap_contains(&timer->entry) && timer->entry.key <= timer->due_ns)
        return 0;
    heap_remove(&timer->loop->timers, &timer->entry);
    int r = timer_place(timer);
    if (r < 0)
        timer->due_ns = before_ns;
    return r;
}

void timer_stop(struct timer *timer)
{
    timer->due_ns = 0;
    if (timer->loop) /* else never initialised: a zeroed owner may stop it all the same */
        heap_remove(&timer->loop->timers, &timer->entry);
}

uint64_t loop_next_timer_ns(const struct loop *loop)
{
    const struct heap_entry *least = heap_least(&loop->timers);
    return least ? least->key : LOOP_NEVER_NS;
}

static void timer_reach(struct timer *timer, uint64_t now_ns)
{
    heap_remove(&timer->loop->timers, &timer->entry);
    if (timer->due_ns > now_ns) {
        int r = timer_place(timer); /* into the room that it has just left */
        assert(r == 0);
        (void)r;
        return;
    }
    timer->due_ns = 0;
    timer->fire(timer);
}

void loop_run_timers(struct loop *loop, uint64_t now_ns)
{
    loop->timer_floor_ns = now_ns + 1;
    while (loop_next_timer_ns(loop) <= now_ns)
        timer_reach(CONTAINER_OF(heap_least(&loop->timers), struct timer, entry), now_ns);
}
