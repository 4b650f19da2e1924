/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver of the cores' machine: its table of steps, its events, its end.
 */
#include "edge/call/call.h"

#include <assert.h>
#include <errno.h>

#include "edge/call/fields.h"

static const struct {
    const char *name; /* for logs, metrics, traces */
    call_step_fn *run;
} steps[] = {
    [CALL_ROUTE] = {"route", call_route},
    [CALL_FORWARD] = {"forward", call_forward},
    [CALL_RELAY] = {"relay", call_relay},
    [CALL_FINISH] = {"finish", call_finish},
};

const char *call_step_name(const struct call *call)
{
    return steps[call->state].name;
}

static void call_free(struct call *call)
{
    assert(call->attempt.core < 0);
    timer_stop(&call->timer);
    loop_cancel(call->worker->loop, &call->advance);
    buffer_clear(&call->body);
    struct worker *worker = call->worker;
    if (list_is_empty(&call->log->cursors))
        call_pay_rest(call);
    answer_log_abandon(call->log); /* the call may have lived in it */
    counter_add(&worker->counters.calls, -1);
    worker_note_ended(worker);
}

/* Backward edges (a retry, a stale connection) have a limit each, so the loop is bounded. */
static void call_advance(struct task *task)
{
    struct call *call = CONTAINER_OF(task, struct call, advance);
    call->waits_for = 0;
    call->wake_reasons = 0;
    enum step_result result;
    do {
        result = steps[call->state].run(call);
    } while (result == STEP_GO);

    if (result == STEP_END)
        call_free(call);
    else
        assert(call->waits_for); /* nobody waits for nothing */
}

void call_wake(struct call *call, unsigned reasons)
{
    call->facts |= reasons & CALL_FACTS;
    call->wake_reasons |= reasons;
    if (call->waits_for & reasons)
        loop_post(call->worker->loop, &call->advance);
}

enum step_result call_wait(struct call *call, unsigned reasons)
{
    call->waits_for = reasons | CALL_ABANDONED;
    if (call->wake_reasons & call->waits_for) /* came while the step ran */
        loop_post(call->worker->loop, &call->advance);
    return STEP_WAIT;
}

enum step_result call_go(struct call *call, enum call_state next)
{
    call->state = next;
    return STEP_GO;
}

static void on_room(struct answer_log_writer *writer)
{
    call_wake(CONTAINER_OF(writer, struct call, writer), CALL_ROOM);
}

static void on_abandoned(struct answer_log_writer *writer)
{
    call_wake(CONTAINER_OF(writer, struct call, writer), CALL_ABANDONED);
}

static void on_timer(struct timer *timer)
{
    call_wake(CONTAINER_OF(timer, struct call, timer), CALL_TIMER);
}

static int copy_bytes(struct call *call, struct bytes from, struct bytes *to)
{
    *to = arena_copy(&call->log->memory, from);
    return to->at ? 0 : -ENOMEM;
}

static int copy_request(struct call *call, const struct call_request *request)
{
    call->request = *request;
    if (copy_bytes(call, request->method, &call->request.method) < 0 ||
        copy_bytes(call, request->path, &call->request.path) < 0 ||
        copy_bytes(call, request->query, &call->request.query) < 0 ||
        copy_bytes(call, request->request_id, &call->request.request_id) < 0)
        return -ENOMEM;
    call->fields = http_fields_copy(&call->log->memory, request->fields, fields_may_go_up,
                                    CALL_OWN_FIELDS, &call->field_count);
    return call->fields ? 0 : -ENOMEM;
}

static struct call *call_new(struct worker *worker)
{
    struct answer_log *log;
    if (answer_log_new(&log, &worker->blocks, &worker->slabs,
                       worker_config(worker)->limits.write_window_bytes) < 0)
        return NULL;
    struct call *call = arena_zalloc(&log->memory, sizeof *call);
    if (!call) {
        answer_log_abandon(log);
        return NULL;
    }
    call->worker = worker;
    call->log = log;
    call->attempt.core = -1;
    call->writer = (struct answer_log_writer){.on_room = on_room, .on_abandoned = on_abandoned};
    log->writer = &call->writer;
    task_init(&call->advance, call_advance);
    timer_init(&call->timer, worker->loop, on_timer);
    counter_add(&worker->counters.calls, 1);
    return call;
}

int call_start(struct worker *worker, const struct call_request *request,
               struct answer_log **ret_log)
{
    struct call *call = call_new(worker);
    if (!call)
        return -ENOMEM;
    int r = copy_request(call, request);
    if (r < 0) {
        call_free(call);
        return r;
    }
    call->body = *request->body;
    buffer_init(request->body, 0, NULL);
    call->waits_for = CALL_ABANDONED;
    counter_add(&worker->counters.calls_started, 1);
    retry_budget_note_request(&worker->retries, loop_now_ns(worker->loop));
    loop_post(worker->loop, &call->advance);
    *ret_log = call->log;
    return 0;
}

const struct core_config *call_core(const struct call *call)
{
    return &worker_config(call->worker)->cores[call->attempt.core].config;
}

enum step_result call_fail(struct call *call, const struct openai_error *error)
{
    call->error = *error;
    return call_go(call, CALL_FINISH);
}
