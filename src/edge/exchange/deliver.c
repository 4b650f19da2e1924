/* SPDX-License-Identifier: Apache-2.0
 *
 * deliver: carry the answer log to the client. An event stream leaves event by event, as it comes;
 * a plain answer is held until it is whole (or no longer fits the window), so that a core that dies
 * in the middle can still be replaced by another.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"
#include "edge/exchange/output.h"

static bool log_is_full(const struct answer_log *log)
{
    return answer_log_room(log) == 0;
}

/* How far the log may go out now. */
static uint64_t deliverable(const struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    switch (log->state) {
    case LOG_EMPTY:
        return 0;
    case LOG_WHOLE:
        return log->length;
    case LOG_OPEN:
    case LOG_BROKEN:
        break;
    }
    if (log->is_event_stream && log->boundary > ex->cursor.offset)
        return log->boundary;
    /* An event larger than the window, or a plain answer on its way. */
    bool must_flow = ex->output.payload_sent && !log->is_event_stream;
    return must_flow || log_is_full(log) ? log->length : ex->cursor.offset;
}

/* A ping had to promise an event stream, and then the engine answered with something else. */
static enum step_result fail_after_ping(struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    if (log->state != LOG_WHOLE && !log_is_full(log))
        return exchange_wait(ex, WAKE_ANSWER | WAKE_TIMER);
    struct bytes text = {"", 0};
    answer_log_parts(&ex->cursor, log->length, &text, 1);
    struct bytes message =
        arena_format(http_exchange_arena(ex->http), "The core answered with status %u: %.*s",
                     log->head.status, (int)(text.length < 1024 ? text.length : 1024), text.at);
    if (!message.at)
        return exchange_fail(ex, &error_memory);
    struct openai_error error = {.status = log->head.status, .message = message};
    return exchange_fail(ex, &error);
}

static uint64_t ping_ns(const struct exchange *ex)
{
    return worker_config(ex->worker)->timeouts.ping_ms * NS_PER_MS;
}

static bool wants_pings(const struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    bool is_stream = log->state == LOG_EMPTY ? ex->request.stream : log->is_event_stream;
    return is_stream && ping_ns(ex) > 0;
}

/* Before a core was chosen nothing may be promised, and an event must not be torn. */
static bool may_ping(const struct exchange *ex)
{
    return ex->cursor.log->core && !ex->output.is_inside_event;
}

static enum output_verdict ping(struct exchange *ex)
{
    if (!ex->output.head_sent) {
        enum output_verdict verdict = ex->cursor.log->state == LOG_EMPTY ? output_head_for_ping(ex)
                                                                         : output_head_from_log(ex);
        if (verdict != OUTPUT_TAKEN)
            return verdict;
    }
    if (buffer_append(&ex->output.own, BYTES(": ping\n\n")) < 0)
        return OUTPUT_GONE;
    return output_own(ex);
}

/* Everything there was is out: wait for more, and keep the line warm meanwhile. */
static enum step_result idle(struct exchange *ex)
{
    if (!wants_pings(ex))
        return exchange_wait(ex, WAKE_ANSWER | WAKE_TIMER);
    uint64_t now_ns = loop_now_ns(ex->worker->loop);
    uint64_t due_ns = ex->output.last_ns + ping_ns(ex);
    if (now_ns >= due_ns) {
        enum output_verdict verdict = may_ping(ex) ? ping(ex) : OUTPUT_TAKEN;
        if (verdict == OUTPUT_GONE)
            return exchange_go(ex, EX_SETTLE);
        if (verdict == OUTPUT_BLOCKED)
            return exchange_wait(ex, WAKE_ROOM | WAKE_TIMER);
        due_ns = now_ns + ping_ns(ex);
    }
    if (exchange_set_timer(ex, due_ns) < 0)
        return exchange_fail(ex, &error_memory);
    return exchange_wait(ex, WAKE_ANSWER | WAKE_TIMER);
}

static enum output_verdict pass_on(struct exchange *ex)
{
    struct answer_log *log = ex->cursor.log;
    enum output_verdict verdict = output_own(ex);
    uint64_t until = deliverable(ex);
    bool end = log->state == LOG_WHOLE;
    /* Again where half an event is left that fills the log: no news would ever come of it. */
    while (verdict == OUTPUT_TAKEN && !ex->output.ended && (until > ex->cursor.offset || end)) {
        if (!ex->output.head_sent)
            verdict = output_head_from_log(ex);
        if (verdict == OUTPUT_TAKEN)
            verdict = output_log(ex, until, end);
        until = deliverable(ex);
    }
    return verdict;
}

/* A broken log is told at once if nothing of it was offered, else behind its last whole event. */
static bool must_tell_break(const struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    bool has_offered = ex->output.payload_sent || ex->output.is_inside_event;
    return log->state == LOG_BROKEN && ex->output.own.length == 0 &&
           (!has_offered || !log->is_event_stream || ex->cursor.offset >= log->boundary);
}

/* A used up budget may end an answer, but not within an event: what is out of it goes out whole. */
static bool must_cut(const struct exchange *ex)
{
    bool is_over = ex->customer && ex->customer->is_over;
    return is_over && !(ex->output.is_event_stream && ex->output.is_inside_event);
}

enum step_result exchange_deliver(struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    if (exchange_knows(ex, WAKE_GONE))
        return exchange_go(ex, EX_SETTLE);
    if (exchange_knows(ex, WAKE_SHUTDOWN))
        return exchange_fail(ex, &error_shutdown);
    if (exchange_is_overdue(ex))
        return exchange_fail(ex, &error_deadline);
    if (must_tell_break(ex))
        return exchange_fail(ex, &log->error);
    if (ex->customer)
        customer_charge(ex);
    if (must_cut(ex))
        return customer_fail_over(ex);
    if (ex->output.is_event_stream && log->state != LOG_EMPTY && log->state != LOG_BROKEN &&
        !log->is_event_stream)
        return fail_after_ping(ex);

    switch (pass_on(ex)) {
    case OUTPUT_TAKEN:
        break;
    case OUTPUT_BLOCKED:
        return exchange_wait(ex, WAKE_ROOM | WAKE_TIMER);
    case OUTPUT_GONE:
        return exchange_go(ex, EX_SETTLE);
    }
    if (ex->output.ended)
        return exchange_go(ex, EX_SETTLE);
    if (must_tell_break(ex))
        return exchange_fail(ex, &log->error);
    return must_cut(ex) ? customer_fail_over(ex) : idle(ex);
}
