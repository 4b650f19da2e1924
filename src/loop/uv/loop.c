/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "loop/uv/body.h"
#include "loop/uv/raw_stream.h"

#define EVENTS_PER_WAIT 64
/* So many events of streams a round of tasks: one wake-up of a peer serves several sends, and what
 * the events brought is not held until the end of the turn. */
#define EVENTS_PER_ROUND 16

/* Milliseconds, not too short; -1: as long as it takes. */
static int wait_ms(struct body *body)
{
    if (body->uv_is_stirred || loop_has_tasks(&body->loop) || !list_is_empty(&body->eager))
        return 0;
    int uv_ms = uv_backend_timeout(&body->uv);
    uint64_t due_ns = loop_next_timer_ns(&body->loop);
    if (due_ns == LOOP_NEVER_NS || uv_ms == 0)
        return uv_ms;

    uint64_t now_ns = uv_hrtime();
    uint64_t left_ms = due_ns > now_ns ? (due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
    int ms = left_ms < INT_MAX ? (int)left_ms : INT_MAX;
    return uv_ms >= 0 && uv_ms < ms ? uv_ms : ms;
}

static void take_events(struct body *body, const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr)
            raw_stream_event(events[i].data.ptr, events[i].events);
        else
            body->uv_is_stirred = true;
        if (i % EVENTS_PER_ROUND == EVENTS_PER_ROUND - 1)
            loop_run_tasks(&body->loop);
    }
}

/* Those that are eager again wait for the next turn. */
static void take_eager(struct body *body, struct list *eager)
{
    for (struct list *link; (link = list_pop_front(eager));)
        raw_stream_event(raw_stream_of(link), 0);
}

static void run_uv(struct body *body)
{
    body->uv_is_stirred = false;
    uv_run(&body->uv, UV_RUN_NOWAIT);
}

static void turn(struct body *body)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    struct list eager;

    body->turns++;
    int count = epoll_wait(body->epoll, events, EVENTS_PER_WAIT, wait_ms(body));
    body->now_ns = body->wall_ms = 0;
    list_init(&eager);
    for (struct list *link; (link = list_pop_front(&body->eager));)
        list_push_back(&eager, link);
    take_events(body, events, count);
    take_eager(body, &eager);
    if (body->uv_is_stirred || uv_backend_timeout(&body->uv) == 0)
        run_uv(body);
    loop_run_timers(&body->loop, loop_now_ns(&body->loop));
    loop_run_tasks(&body->loop);
    raw_stream_bury(&body->closed);
}

static void note_arrives(void *user, struct message *message)
{
    (void)user;
    struct note *note = CONTAINER_OF(message, struct note, message);
    note->run(note);
}

static int body_start(struct body *body)
{
    struct epoll_event event = {.events = EPOLLIN};

    body->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (body->epoll < 0)
        return -errno;
    if (epoll_ctl(body->epoll, EPOLL_CTL_ADD, uv_backend_fd(&body->uv), &event) < 0)
        return -errno;
    return mailbox_open(&body->notes, &body->loop, SIZE_MAX, note_arrives, NULL);
}

static void body_stop(struct body *body)
{
    if (body->notes)
        mailbox_close(body->notes);
    uv_run(&body->uv, UV_RUN_NOWAIT); /* the handles say good-bye */
    raw_stream_bury(&body->closed);

    int r = uv_loop_close(&body->uv);
    assert(r == 0); /* else the caller left something open on the loop */
    (void)r;
    if (body->epoll >= 0)
        close(body->epoll);
}

int loop_open(struct loop **ret_loop)
{
    struct body *body = calloc(1, sizeof *body);
    if (!body)
        return -ENOMEM;
    body->epoll = -1;
    list_init(&body->eager);
    list_init(&body->closed);
    list_init(&body->jobs);

    int r = loop_init(&body->loop);
    if (r == 0)
        r = uv_loop_init(&body->uv);
    if (r < 0)
        goto fail_early;
    r = body_start(body);
    if (r < 0)
        goto fail;

    *ret_loop = &body->loop;
    return 0;

fail:
    body_stop(body);
fail_early: /* libuv cannot close what it did not open */
    loop_clear(&body->loop);
    free(body);
    return r;
}

void loop_run(struct loop *loop)
{
    struct body *body = body_of(loop);

    while (!body->is_stopped)
        turn(body);
    body->is_stopped = false;
}

void loop_stop(struct loop *loop)
{
    body_of(loop)->is_stopped = true;
}

void loop_close(struct loop *loop)
{
    if (!loop)
        return;
    body_stop(body_of(loop));
    loop_clear(loop);
    free(body_of(loop));
}

void loop_body_wake(struct loop *loop)
{
    (void)loop; /* wait_ms() looks for itself */
}

uint64_t loop_now_ns(const struct loop *loop)
{
    struct body *body = body_of(loop);
    if (!body->now_ns)
        body->now_ns = uv_hrtime();
    return body->now_ns;
}

uint64_t loop_wall_ms(const struct loop *loop)
{
    struct body *body = body_of(loop);
    struct timespec now;
    if (!body->wall_ms) {
        clock_gettime(CLOCK_REALTIME, &now);
        body->wall_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / NS_PER_MS;
    }
    return body->wall_ms;
}

void loop_entropy(struct loop *loop, void *ret_bytes, size_t size)
{
    (void)loop;
    char *at = ret_bytes;
    while (size) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno != EINTR)
            abort(); /* nothing that wants entropy may go on without */
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
}

unsigned loop_cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}
