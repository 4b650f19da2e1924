/* SPDX-License-Identifier: Apache-2.0
 *
 * One try on one core: how it ends, what that says of the core, and whether another one follows.
 */
#include "edge/bill.h"
#include "edge/call/call.h"
#include "edge/errors.h"

static const struct {
    const struct openai_error *error;
    enum core_outcome outcome;
} failures[] = {
    [HTTP_FAIL_RESOLVE] = {&error_core_unreachable, CORE_FAILED},
    [HTTP_FAIL_CONNECT] = {&error_core_unreachable, CORE_FAILED},
    [HTTP_FAIL_CONNECT_TIMEOUT] = {&error_core_unreachable, CORE_FAILED},
    [HTTP_FAIL_TLS] = {&error_core_unreachable, CORE_FAILED},
    [HTTP_FAIL_STALE] = {&error_core_died, CORE_NEUTRAL},
    [HTTP_FAIL_RESET] = {&error_core_died, CORE_FAILED},
    [HTTP_FAIL_CUT] = {&error_core_cut, CORE_FAILED},
    [HTTP_FAIL_MALFORMED] = {&error_core_rubbish, CORE_FAILED},
    [HTTP_FAIL_TOO_LARGE] = {&error_core_rubbish, CORE_FAILED},
    [HTTP_FAIL_IDLE] = {&error_core_silent, CORE_FAILED},
    [HTTP_FAIL_MEMORY] = {&error_memory, CORE_NEUTRAL},
};

void call_end_attempt(struct call *call, enum core_outcome outcome)
{
    struct attempt *attempt = &call->attempt;
    if (attempt->core < 0)
        return;
    struct worker *worker = call->worker;
    http_request_close(attempt->request);
    attempt->request = NULL;
    timer_stop(&call->timer);
    struct core_table *cores = worker->shared->cores;
    if (core_table_end(cores, attempt->core, outcome, loop_now_ns(worker->loop)))
        LOG_EVENT(&worker->log, LOG_WARN, "core_ejected",
                  LOG_T("core", bytes_from_cstr(cores->cores[attempt->core].name)),
                  LOG_T("why", bytes_from_cstr(http_failure_names[attempt->failure])));
    attempt->core = -1;
}

uint64_t call_cores_left(const struct call *call)
{
    struct model_cores cores = call->request.placement.cores;
    return (cores.having | cores.unknown) & ~call->tried;
}

static bool may_go_on(const struct call *call)
{
    return !call->log->was_delivered && call_cores_left(call) != 0 &&
           loop_now_ns(call->worker->loop) < call->request.deadline_ns;
}

void call_pay_rest(struct call *call)
{
    if (call->request.is_metered)
        bill_operator(call->worker, call->request.facts.model, answer_log_pay(call->log));
}

static void begin_again(struct call *call)
{
    call_pay_rest(call);
    answer_log_reset(call->log);
    call->facts &= CALL_ABANDONED;
    call->state = CALL_ROUTE;
}

bool call_retry(struct call *call)
{
    struct worker *worker = call->worker;
    if (!may_go_on(call) || call->attempts >= worker_config(worker)->retry.attempts ||
        !retry_budget_take(&worker->retries, loop_now_ns(worker->loop)))
        return false;
    counter_add(&worker->counters.retries, 1);
    begin_again(call);
    return true;
}

/* It costs a core next to nothing to say so, and there are only so many cores. */
bool call_seek(struct call *call)
{
    if (!may_go_on(call))
        return false;
    begin_again(call);
    return true;
}

/* The core closed a kept connection just as it was used again: that says nothing of its health. */
static enum step_result forward_again(struct call *call)
{
    struct attempt *attempt = &call->attempt;
    http_request_close(attempt->request);
    attempt->request = NULL;
    attempt->is_fresh = true;
    call->facts &= CALL_ABANDONED;
    return call_go(call, CALL_FORWARD);
}

enum step_result call_attempt_failed(struct call *call)
{
    enum http_failure failure = call->attempt.failure;
    if (failure == HTTP_FAIL_STALE && !call->attempt.is_fresh)
        return forward_again(call);
    call_end_attempt(call, failures[failure].outcome);
    if (!call->cause)
        call->cause = failures[failure].error;
    return call_retry(call) ? STEP_GO : call_fail(call, failures[failure].error);
}

int call_watch_silence(struct call *call, uint64_t silence_ms)
{
    return timer_start(&call->timer, call->attempt.heard_ns + silence_ms * NS_PER_MS);
}

bool call_is_silent(const struct call *call, uint64_t silence_ms)
{
    return loop_now_ns(call->worker->loop) >= call->attempt.heard_ns + silence_ms * NS_PER_MS;
}
