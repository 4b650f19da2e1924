/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver of the client's machine: its table of steps, its events, its end.
 */
#include "edge/exchange/exchange.h"

#include <assert.h>
#include <errno.h>

#include "edge/errors.h"
#include "edge/exchange/customer.h"

static const struct {
    const char *name; /* for logs, metrics, traces */
    exchange_step_fn *run;
} steps[] = {
    [EX_AUTH] = {"auth", exchange_auth},          [EX_PREPARE] = {"prepare", exchange_prepare},
    [EX_ADMIT] = {"admit", exchange_admit},       [EX_MODEL] = {"model", exchange_model},
    [EX_CACHE] = {"cache", exchange_cache},       [EX_RESERVE] = {"reserve", exchange_reserve},
    [EX_DELIVER] = {"deliver", exchange_deliver}, [EX_SETTLE] = {"settle", exchange_settle},
};

const char *exchange_step_name(const struct exchange *ex)
{
    return steps[ex->state].name;
}

static void exchange_free(struct exchange *ex)
{
    if (ex->customer)
        customer_leave(ex);
    answer_log_leave(&ex->cursor);
    catalogue_leave(&ex->lists);
    timer_stop(&ex->timer);
    loop_cancel(ex->worker->loop, &ex->advance);
    list_remove(&ex->link);
    buffer_clear(&ex->body);
    buffer_clear(&ex->output.own);
    struct worker *worker = ex->worker;
    http_exchange_close(ex->http); /* the exchange's memory goes with it */
    counter_add(&worker->counters.exchanges, -1);
    counter_add(&worker->counters.exchanges_ended, 1);
    worker_note_ended(worker);
}

/* Every step that can follow itself waits in between, and no step leads back to an earlier one: the
 * loop is bounded by the number of steps. */
static void exchange_advance(struct task *task)
{
    struct exchange *ex = CONTAINER_OF(task, struct exchange, advance);
    ex->waits_for = 0;
    ex->wake_reasons = 0;
    enum step_result result;
    do {
        result = steps[ex->state].run(ex);
    } while (result == STEP_GO);

    if (result == STEP_END)
        exchange_free(ex);
    else
        assert(ex->waits_for); /* nobody waits for nothing */
}

void exchange_wake(struct exchange *ex, unsigned reasons)
{
    ex->facts |= reasons & WAKE_FACTS;
    ex->wake_reasons |= reasons;
    if (ex->waits_for & reasons)
        loop_post(ex->worker->loop, &ex->advance);
}

int exchange_set_timer(struct exchange *ex, uint64_t due_ns)
{
    return timer_start(&ex->timer, due_ns < ex->deadline_ns ? due_ns : ex->deadline_ns);
}

enum step_result exchange_wait(struct exchange *ex, unsigned reasons)
{
    if (reasons & WAKE_TIMER && !timer_is_started(&ex->timer) &&
        exchange_set_timer(ex, ex->deadline_ns) < 0)
        return exchange_fail(ex, &error_memory);
    ex->waits_for = reasons | WAKE_GONE | WAKE_SHUTDOWN;
    if (ex->wake_reasons & ex->waits_for) /* came while the step ran */
        loop_post(ex->worker->loop, &ex->advance);
    return STEP_WAIT;
}

enum step_result exchange_go(struct exchange *ex, enum exchange_state next)
{
    ex->state = next;
    return STEP_GO;
}

enum step_result exchange_fail(struct exchange *ex, const struct openai_error *error)
{
    ex->error = *error;
    return exchange_go(ex, EX_SETTLE);
}

bool exchange_is_overdue(const struct exchange *ex)
{
    return loop_now_ns(ex->worker->loop) >= ex->deadline_ns;
}

enum step_result exchange_check_in(struct exchange *ex)
{
    if (exchange_knows(ex, WAKE_GONE))
        return exchange_go(ex, EX_SETTLE);
    if (exchange_knows(ex, WAKE_SHUTDOWN))
        return exchange_fail(ex, &error_shutdown);
    if (exchange_knows(ex, WAKE_MEMORY))
        return exchange_fail(ex, &error_memory);
    if (exchange_knows(ex, WAKE_TOO_LARGE))
        return exchange_fail(ex, &error_body_too_large);
    if (exchange_is_overdue(ex))
        return exchange_fail(ex, &error_deadline);
    return STEP_WAIT;
}

static void on_body(void *user, struct bytes bytes, bool last)
{
    struct exchange *ex = user;
    int r = bytes.length > 0 ? buffer_append(&ex->body, bytes) : 0;
    if (r < 0)
        exchange_wake(ex, r == -ENOBUFS ? WAKE_TOO_LARGE : WAKE_MEMORY);
    else if (last)
        exchange_wake(ex, WAKE_BODY);
}

static void on_room(void *user)
{
    exchange_wake(user, WAKE_ROOM);
}

static void on_gone(void *user, enum http_gone why)
{
    struct exchange *ex = user;
    ex->gone = why;
    exchange_wake(ex, WAKE_GONE);
    if (why == HTTP_GONE_SHUTDOWN) { /* its memory goes when this returns */
        loop_cancel(ex->worker->loop, &ex->advance);
        ex->state = EX_SETTLE;
        exchange_advance(&ex->advance);
    }
}

static const struct http_exchange_events http_events = {
    .on_body = on_body, .on_room = on_room, .on_gone = on_gone};

static void on_timer(struct timer *timer)
{
    exchange_wake(CONTAINER_OF(timer, struct exchange, timer), WAKE_TIMER);
}

static void on_lists(struct catalogue_wait *wait)
{
    exchange_wake(CONTAINER_OF(wait, struct exchange, lists), WAKE_LISTS);
}

/* Without memory for an exchange there is none for an answer either: the connection ends. */
void exchange_start(struct worker *worker, struct http_exchange *http)
{
    struct exchange *ex = arena_zalloc(http_exchange_arena(http), sizeof *ex);
    if (!ex) {
        http_exchange_close(http);
        return;
    }
    ex->worker = worker;
    ex->http = http;
    ex->began_ns = loop_now_ns(worker->loop);
    ex->output.last_ns = ex->began_ns;
    ex->lists.on_lists = on_lists;
    task_init(&ex->advance, exchange_advance);
    timer_init(&ex->timer, worker->loop, on_timer);
    buffer_init(&ex->body, worker_config(worker)->limits.body_bytes, worker->shared->memory);
    list_push_back(&worker->exchanges, &ex->link);
    counter_add(&worker->counters.exchanges, 1);
    http_exchange_bind(http, &http_events, ex);
    /* At once, so that a body that came with its head is taken from where it was read. */
    exchange_advance(&ex->advance);
}
