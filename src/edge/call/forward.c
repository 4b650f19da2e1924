/* SPDX-License-Identifier: Apache-2.0
 *
 * forward: send the request to the chosen core and wait for the head of its answer. What comes is
 * written into the log as it comes (the events stand here, at the request's start); the steps
 * decide what it means.
 */
#include <errno.h>

#include "edge/call/call.h"
#include "edge/call/core_request.h"
#include "edge/errors.h"

/* A core that packs its answers unasked says the model's name in a way that nobody can replace. */
static bool can_echo(const struct call *call, const struct http_answer_head *head)
{
    return call->is_renamed && worker_config(call->worker)->model_echo == MODEL_ECHO_REQUESTED &&
           !http_field_find(head->fields, BYTES("content-encoding"));
}

static int begin_meter(struct call *call)
{
    struct arena *arena = &call->log->memory;
    if (!call->meter)
        call->meter = meter_new(arena);
    if (!call->meter)
        return -ENOMEM;
    return meter_begin(call->meter, arena, call->log->is_event_stream, call->attempt.asks_usage);
}

static void on_head(void *user, const struct http_answer_head *head)
{
    struct call *call = user;
    call->attempt.heard_ns = loop_now_ns(call->worker->loop);
    struct http_answer_head seen = *head;
    call->is_echoed = can_echo(call, head);
    if (call->is_echoed)
        seen.content_length = HTTP_LENGTH_UNKNOWN;
    answer_log_open(call->log, &seen);
    if (call->is_echoed)
        model_echo_init(&call->echo, call->log->is_event_stream, call->request.facts.model_raw);
    if (call->request.is_metered && begin_meter(call) < 0)
        call_wake(call, CALL_MEMORY);
    call_wake(call, CALL_HEAD);
}

/* What of these bytes of an event stream belongs to the answer: nothing behind an error. Some
 * engines say [DONE] even then, and whoever sees it takes the answer for a whole one. */
static struct bytes scan_events(struct call *call, struct bytes bytes)
{
    struct answer_scan *scan = &call->scan;
    uint64_t before = scan->fed_bytes;
    answer_scan_feed(scan, bytes);
    if (scan->error_end_bytes == 0 || call->request.route == OPENAI_UNKNOWN)
        return bytes;
    call_wake(call, CALL_ENDED);
    uint64_t left = scan->error_end_bytes > before ? scan->error_end_bytes - before : 0;
    return bytes_of(bytes.at, left < bytes.length ? (size_t)left : bytes.length);
}

static int append(void *user, struct bytes bytes)
{
    struct call *call = user;
    struct answer_log *log = call->log;
    if (!log->is_event_stream)
        return answer_log_append(log, bytes);
    bytes = scan_events(call, bytes);
    int r = answer_log_append(log, bytes);
    if (r == 0)
        answer_log_set_boundary(
            log, call->scan.boundary_bytes < log->length ? call->scan.boundary_bytes : log->length);
    return r;
}

/* With the client's name for the model in it. */
static int pass_on(void *user, struct bytes bytes)
{
    struct call *call = user;
    return call->is_echoed ? model_echo_feed(&call->echo, bytes, append, call)
                           : append(call, bytes);
}

static int take(struct call *call, struct bytes bytes)
{
    if (!call->meter)
        return pass_on(call, bytes);
    int r = meter_feed(call->meter, bytes, pass_on, call);
    call->log->used = meter_tokens(call->meter);
    return r;
}

/* What goes out may be less than what came: that leaves room which no reader has made. */
static bool is_edited(const struct call *call)
{
    return call->is_echoed || call->attempt.asks_usage;
}

static void on_body(void *user, struct bytes bytes)
{
    struct call *call = user;
    call->attempt.heard_ns = loop_now_ns(call->worker->loop);
    call->attempt.granted_bytes -= bytes.length;
    if (call_knows(call, CALL_MEMORY))
        return;
    if (take(call, bytes) < 0)
        call_wake(call, CALL_MEMORY);
    else if (is_edited(call) && call->attempt.granted_bytes == 0)
        call_wake(call, CALL_ROOM);
}

static void on_end(void *user)
{
    struct call *call = user;
    bool is_held = call->attempt.asks_usage && !call_knows(call, CALL_MEMORY);
    if (is_held && meter_end(call->meter, pass_on, call) < 0)
        call_wake(call, CALL_MEMORY);
    call_wake(call, CALL_ENDED);
}

static void on_failed(void *user, enum http_failure why)
{
    struct call *call = user;
    call->attempt.failure = why;
    call_wake(call, CALL_FAILED);
}

static const struct http_request_events events = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_failed = on_failed};

/* The client's fields, and what the edge has to say to the core itself. */
static struct http_fields core_fields(struct call *call)
{
    struct worker *worker = call->worker;
    uint64_t now_ns = loop_now_ns(worker->loop), deadline_ns = call->request.deadline_ns;
    uint64_t left_ms = deadline_ns > now_ns ? (deadline_ns - now_ns) / NS_PER_MS : 0;
    char digits[BYTES_U64_DIGITS];
    struct http_field *fields = call->fields;
    size_t count = call->field_count;
    fields[count++] = (struct http_field){BYTES("x-request-id"), call->request.request_id};
    fields[count++] =
        (struct http_field){BYTES("isthmus-deadline"),
                            arena_copy(&call->log->memory, bytes_write_u64(left_ms, digits))};
    count += core_key_field(call_core(call), &call->log->memory, &fields[count]);
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
    const struct core_entry *core = &worker_config(call->worker)->cores[call->attempt.core];
    const struct call_request *request = &call->request;
    struct arena *arena = &call->log->memory;
    if (!core->config.path || request->route != OPENAI_CHAT)
        return core_target(core, request->path, request->query, arena);
    const struct bytes parts[] = {bytes_from_cstr(core->config.path),
                                  request->query.length > 0 ? BYTES("?") : BYTES(""),
                                  request->query};
    return arena_join(arena, parts, 3);
}

static int start_request(struct call *call)
{
    struct attempt *attempt = &call->attempt;
    const struct upstream *upstream = &call->worker->upstreams[attempt->core];
    struct http_outgoing outgoing = {
        .method = call->request.method,
        .target = make_target(call),
        .authority = buffer_bytes(&upstream->authority),
        .fields = core_fields(call),
        .arena = &call->log->memory, /* where the answer's head is needed */
        .fresh = attempt->is_fresh,
    };
    if (!outgoing.target.at || !is_complete(outgoing.fields) || call_make_body(call, &outgoing) < 0)
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
    uint64_t route_ms = call->request.first_byte_ms, core_ms = call_core(call)->timeout_ms;
    if (route_ms > 0)
        return route_ms;
    return core_ms > 0 ? core_ms : worker_config(call->worker)->timeouts.first_byte_ms;
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

/* What a core knows that answered others before: asked for by a name that only it can tell. */
static bool is_kept_by_one_core(const struct call *call)
{
    static const char *const names[] = {"previous_response_id"};
    return call->request.route == OPENAI_STORED_RESPONSE ||
           (call->request.route == OPENAI_RESPONSES &&
            openai_request_find_field(buffer_bytes(&call->body), names, 1) == 0);
}

/* The core was asked although nobody knew whether it has what is wanted, and it has not. */
static bool was_wrong_guess(const struct call *call)
{
    bool is_unknown = call->request.placement.cores.unknown >> call->attempt.core & 1;
    return call->log->head.status == 404 && (is_unknown || is_kept_by_one_core(call));
}

/* It is nowhere only when every core says so: one that could not be asked may have it, and so may
 * one that must not see the request. */
static enum step_result guess_again(struct call *call)
{
    if (call_seek(call)) {
        call_end_attempt(call, CORE_WORKED);
        return STEP_GO;
    }
    if (!call->cause && !call->request.denied_field)
        return call_go(call, CALL_RELAY);
    call_end_attempt(call, CORE_WORKED);
    if (call->cause)
        return call_fail(call, call->cause);
    struct openai_error error;
    return call_fail(call, error_denied(call->request.denied_field, &call->log->memory, &error));
}

static enum step_result judge_head(struct call *call)
{
    if (is_refusal(call->log->head.status) && call_retry(call)) {
        call_end_attempt(call, CORE_NEUTRAL);
        call->cause = &error_no_core;
        return STEP_GO;
    }
    return was_wrong_guess(call) ? guess_again(call) : call_go(call, CALL_RELAY);
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
    if (call_knows(call, CALL_HEAD))
        return judge_head(call);
    if (call_knows(call, CALL_FAILED))
        return call_attempt_failed(call);
    if (call_is_silent(call, first_byte_ms(call))) {
        call->attempt.failure = HTTP_FAIL_IDLE;
        return call_attempt_failed(call);
    }
    return call_wait(call, CALL_HEAD | CALL_FAILED | CALL_MEMORY | CALL_TIMER);
}
