/* SPDX-License-Identifier: Apache-2.0
 *
 * relay: the answer flows into the log. This step gives the core credit as readers make room,
 * listens for silence, and decides whether what ended was whole.
 */
#include "edge/call/call.h"
#include "edge/errors.h"

static uint64_t token_idle_ms(const struct call *call)
{
    return worker_config(call->worker)->timeouts.token_idle_ms;
}

static void grant_room(struct call *call)
{
    uint64_t room = answer_log_room(call->log);
    if (room <= call->attempt.granted_bytes)
        return;
    http_request_grant(call->attempt.request, room - call->attempt.granted_bytes);
    call->attempt.granted_bytes = room;
}

/* An event stream says itself when it is over; one that merely stops was cut. How streams of paths
 * end that are none of the API's, nobody here knows. */
static bool is_whole(const struct call *call)
{
    return !call->log->is_event_stream || call->scan.is_done || call->scan.has_error ||
           call->request.route == OPENAI_UNKNOWN;
}

/* Behind [DONE] nothing is missing, whatever becomes of the connection. */
static enum step_result fail(struct call *call, enum http_failure failure)
{
    call->attempt.failure = failure;
    if (!call->scan.is_done)
        return call_attempt_failed(call);
    call_end_attempt(call, CORE_FAILED);
    return call_go(call, CALL_FINISH);
}

/* A core that may not send, because the reader is slow, is not silent. */
static enum step_result wait_for_more(struct call *call)
{
    if (call->attempt.granted_bytes == 0)
        call->attempt.heard_ns = loop_now_ns(call->worker->loop);
    if (call_watch_silence(call, token_idle_ms(call)) < 0) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_fail(call, &error_memory);
    }
    return call_wait(call, CALL_ENDED | CALL_FAILED | CALL_MEMORY | CALL_ROOM | CALL_TIMER);
}

enum step_result call_relay(struct call *call)
{
    if (call_knows(call, CALL_ABANDONED)) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_go(call, CALL_FINISH);
    }
    if (call_knows(call, CALL_MEMORY)) {
        call_end_attempt(call, CORE_NEUTRAL);
        return call_fail(call, &error_memory);
    }
    if (call_knows(call, CALL_ENDED)) {
        if (!is_whole(call))
            return fail(call, HTTP_FAIL_CUT);
        call_end_attempt(call, CORE_WORKED);
        return call_go(call, CALL_FINISH);
    }
    if (call_knows(call, CALL_FAILED))
        return fail(call, call->attempt.failure);
    if (call->attempt.granted_bytes > 0 && call_is_silent(call, token_idle_ms(call)))
        return fail(call, HTTP_FAIL_IDLE);
    grant_room(call);
    return wait_for_more(call);
}
