/* SPDX-License-Identifier: Apache-2.0
 *
 * forward: send the request to the chosen core and wait for the head of its answer. What comes is
 * written into the log as it comes (the events stand here, at the request's start); the steps
 * decide what it means.
 */
#include <errno.h>

#include "edge/call.h"
#include "edge/errors.h"

static void on_head(void *user, const struct http_answer_head *head)
{
    struct call *call = user;
    call->attempt.heard_ns = loop_now_ns(call->worker->loop);
    answer_log_open(call->log, head);
    call_wake(call, CALL_HEAD);
}

static void on_body(void *user, struct bytes bytes)
{
    struct call *call = user;
    struct answer_log *log = call->log;
    call->attempt.heard_ns = loop_now_ns(call->worker->loop);
    call->attempt.granted_bytes -= bytes.length;
    if (call_knows(call, CALL_MEMORY))
        return;
    if (answer_log_append(log, bytes) < 0) {
        call_wake(call, CALL_MEMORY);
        return;
    }
    if (log->is_event_stream) {
        answer_scan_feed(&call->scan, bytes);
        answer_log_set_boundary(log, call->scan.boundary_bytes);
    }
}

static void on_end(void *user)
{
    call_wake(user, CALL_ENDED);
}

static void on_failed(void *user, enum http_failure why)
{
    struct call *call = user;
    call->attempt.failure = why;
    call_wake(call, CALL_FAILED);
}

static const struct http_request_events events = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_failed = on_failed};

static struct bytes join(struct call *call, struct bytes a, struct bytes b)
{
    const struct bytes parts[] = {a, b};
    return arena_join(&call->log->memory, parts, 2);
}

/* The client's fields, and what the edge has to say to the core itself. */
static struct http_fields core_fields(struct call *call)
{
    struct worker *worker = call->worker;
    const struct core_config *core = &worker_config(worker)->cores[call->attempt.core].config;
    uint64_t now_ns = loop_now_ns(worker->loop);
    uint64_t left_ms = call->deadline_ns > now_ns ? (call->deadline_ns - now_ns) / NS_PER_MS : 0;
    char digits[BYTES_U64_DIGITS];
    struct http_field *fields = call->fields;
    size_t count = call->field_count;
    fields[count++] = (struct http_field){BYTES("x-request-id"), call->request_id};
    fields[count++] =
        (struct http_field){BYTES("isthmus-deadline"),
                            arena_copy(&call->log->memory, bytes_write_u64(left_ms, digits))};
    if (secret_is_set(&core->key))
        fields[count++] = (struct http_field){
            BYTES("authorization"), join(call, BYTES("Bearer "), secret_reveal(&core->key))};
    return (struct http_fields){fields, count};
}

static bool is_complete(struct http_fields fields)
{
    for (size_t i = 0; i < fields.count; i++)
        if (!fields.at[i].value.at)
            return false;
    return true;
}

static struct bytes make_target(struct call *call)
{
    const struct core_url *url = &worker_config(call->worker)->cores[call->attempt.core].url;
    const struct bytes parts[] = {bytes_from_cstr(url->base_path), call->rest,
                                  call->query.length > 0 ? BYTES("?") : BYTES(""), call->query};
    return arena_join(&call->log->memory, parts, 4);
}

static int start_request(struct call *call)
{
    struct attempt *attempt = &call->attempt;
    const struct upstream *upstream = &call->worker->upstreams[attempt->core];
    call->body_part = buffer_bytes(&call->body);
    const struct http_outgoing outgoing = {
        .method = call->method,
        .target = make_target(call),
        .authority = buffer_bytes(&upstream->authority),
        .fields = core_fields(call),
        .body = &call->body_part,
        .body_part_count = call->body_part.length > 0,
        .arena = &call->log->memory, /* where the answer's head is needed */
        .fresh = attempt->is_fresh,
    };
    if (!outgoing.target.at || !is_complete(outgoing.fields))
        return -ENOMEM;
    int r = http_request_start(&attempt->request, upstream->origin, &outgoing, &events, call);
    if (r < 0)
        return r;
    attempt->heard_ns = loop_now_ns(call->worker->loop);
    attempt->granted_bytes = worker_config(call->worker)->limits.write_window_bytes;
    http_request_grant(attempt->request, attempt->granted_bytes);
    return 0;
}

static uint64_t first_byte_ms(const struct call *call)
{
    const struct edge_config *config = worker_config(call->worker);
    uint64_t own_ms = config->cores[call->attempt.core].config.timeout_ms;
    return own_ms > 0 ? own_ms : config->timeouts.first_byte_ms;
}

static enum step_result begin(struct call *call)
{
    if (start_request(call) < 0 || call_watch_silence(call, first_byte_ms(call)) < 0) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_fail(call, &error_memory);
    }
    return call_wait(call, CALL_HEAD | CALL_FAILED | CALL_MEMORY | CALL_TIMER);
}

/* The core says itself that another one may do better. Without another one its answer is passed on
 * as it is. */
static bool is_refusal(unsigned status)
{
    return status == 502 || status == 503 || status == 504;
}

enum step_result call_forward(struct call *call)
{
    if (call_knows(call, CALL_ABANDONED)) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_go(call, CALL_FINISH);
    }
    if (!call->attempt.request)
        return begin(call);
    if (call_knows(call, CALL_MEMORY)) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_fail(call, &error_memory);
    }
    if (call_knows(call, CALL_HEAD)) {
        if (!is_refusal(call->log->head.status) || !call_retry(call))
            return call_go(call, CALL_RELAY);
        call_end_attempt(call, CORE_NEUTRAL);
        return STEP_GO;
    }
    if (call_knows(call, CALL_FAILED))
        return call_attempt_failed(call);
    if (call_is_silent(call, first_byte_ms(call))) {
        call->attempt.failure = HTTP_FAIL_IDLE;
        return call_attempt_failed(call);
    }
    return call_wait(call, CALL_HEAD | CALL_FAILED | CALL_MEMORY | CALL_TIMER);
}
