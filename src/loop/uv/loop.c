/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "loop/uv/body.h"

static void alarm_rings(uv_timer_t *alarm)
{
    struct body *body = alarm->data;
    body->alarm_ns = LOOP_NEVER_NS; /* the turn itself does the work */
}

static void alarm_set(struct body *body, uint64_t due_ns)
{
    uint64_t now_ms = uv_now(&body->uv);
    uint64_t due_ms = due_ns / NS_PER_MS + (due_ns % NS_PER_MS != 0);

    body->alarm_ns = due_ns;
    if (due_ns == LOOP_NEVER_NS)
        uv_timer_stop(&body->alarm);
    else
        uv_timer_start(&body->alarm, alarm_rings, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

/* libuv works out how long to wait right after this phase, so the alarm cannot be late here, and
 * is only touched when the least timer has changed. */
static void before_wait(uv_prepare_t *prepare)
{
    struct body *body = prepare->data;
    uint64_t due_ns = loop_has_tasks(&body->loop) ? 0 : loop_next_timer_ns(&body->loop);

    if (due_ns != body->alarm_ns)
        alarm_set(body, due_ns);
    body->now_ns = 0;
}

static void after_wait(uv_check_t *check)
{
    struct body *body = check->data;

    loop_run_timers(&body->loop, loop_now_ns(&body->loop));
    loop_run_tasks(&body->loop);
}

static void note_arrives(void *user, struct message *message)
{
    (void)user;
    struct note *note = CONTAINER_OF(message, struct note, message);
    note->run(note);
}

/* None of these can fail on a loop that stands. */
static void body_start(struct body *body)
{
    uv_prepare_init(&body->uv, &body->before_wait);
    uv_check_init(&body->uv, &body->after_wait);
    uv_timer_init(&body->uv, &body->alarm);
    body->before_wait.data = body->after_wait.data = body->alarm.data = body;
    uv_prepare_start(&body->before_wait, before_wait);
    uv_check_start(&body->after_wait, after_wait);
}

static void body_stop(struct body *body)
{
    uv_close((uv_handle_t *)&body->before_wait, NULL);
    uv_close((uv_handle_t *)&body->after_wait, NULL);
    uv_close((uv_handle_t *)&body->alarm, NULL);
    if (body->notes)
        mailbox_close(body->notes);
    uv_run(&body->uv, UV_RUN_NOWAIT); /* the handles say good-bye */

    int r = uv_loop_close(&body->uv);
    assert(r == 0); /* else the caller left something open on the loop */
    (void)r;
}

int loop_open(struct loop **ret_loop)
{
    struct body *body = calloc(1, sizeof *body);
    if (!body)
        return -ENOMEM;
    body->alarm_ns = LOOP_NEVER_NS;
    list_init(&body->jobs);

    int r = loop_init(&body->loop);
    if (r == 0)
        r = uv_loop_init(&body->uv);
    if (r < 0)
        goto fail_early;
    body_start(body);
    r = mailbox_open(&body->notes, &body->loop, SIZE_MAX, note_arrives, NULL);
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
    uv_run(&body_of(loop)->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&body_of(loop)->uv);
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
    (void)loop; /* before_wait() looks for itself */
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
    (void)loop;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / NS_PER_MS;
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
