/* SPDX-License-Identifier: Apache-2.0
 *
 * settle: the only way out. Tells the client what went wrong, in the answer or, behind an answer's
 * head, in the stream; then counts and logs. Reservations are given back here.
 */
#include <string.h>

#include "edge/exchange/customer.h"
#include "edge/exchange/output.h"

/* Whether an error event can still be told apart from the engine's bytes: an event that went out
 * half cannot be completed, so there the connection breaks instead. */
static bool can_tell_in_band(const struct exchange *ex)
{
    return ex->output.is_event_stream && !ex->output.is_inside_event && ex->output.own.length == 0;
}

/* Fills `own` with the error, once. False: nothing can be said; the client sees a broken transfer.
 */
static bool prepare_error(struct exchange *ex)
{
    struct exchange_output *output = &ex->output;
    ex->error.shape = openai_route_error_shape(ex->route);
    if (output->head_sent) {
        if (!can_tell_in_band(ex) || openai_error_write_event(&output->own, &ex->error) < 0)
            return false;
    } else {
        buffer_clear(&output->own);
        if (openai_error_write(&output->own, &ex->error) < 0)
            return false;
        output->own_status = ex->error.status;
    }
    output->own_ends = true;
    counter_add(&ex->worker->counters.errors_sent, 1);
    return true;
}

static enum output_verdict answer_own(struct exchange *ex)
{
    if (!ex->output.head_sent) {
        ex->output.own_ends = true;
        enum output_verdict verdict = output_head_own(ex, ex->output.own_status);
        if (verdict != OUTPUT_TAKEN)
            return verdict;
    }
    return output_own(ex);
}

#define LINE_FIELDS 17

/* Who asked, and what it cost. Names only: what a client authenticates with is in no line. */
static size_t tell_customer(const struct customer *customer, struct log_field *ret_fields)
{
    const struct key *key = customer->visitor.key;
    if (!key) {
        ret_fields[0] = LOG_T("why", bytes_from_cstr(customer->visitor.why));
        return customer->visitor.why != NULL;
    }
    const struct log_field fields[] = {
        LOG_T("key", bytes_from_cstr(key->name)),
        LOG_T("tenant", bytes_from_cstr(key->tenant)),
        LOG_T("class", bytes_from_cstr(service_class_names[customer->class])),
        LOG_N("prompt_tokens", customer->used.prompt),
        LOG_N("answer_tokens", customer->used.answer),
        LOG_N("nusd", customer->nusd),
    };
    memcpy(ret_fields, fields, sizeof fields);
    return sizeof fields / sizeof *fields;
}

static void tell(const struct exchange *ex)
{
    struct worker *worker = ex->worker;
    const struct answer_log *log = ex->cursor.log;
    bool is_left = exchange_knows(ex, WAKE_GONE) && !ex->output.ended;
    unsigned status = ex->output.own_status            ? ex->output.own_status
                      : log && log->state != LOG_EMPTY ? log->head.status
                                                       : 0;
    enum log_level level = ex->error.status >= 500 ? LOG_WARN : LOG_INFO;
    if (level < worker->log.least)
        return;
    struct log_field fields[LINE_FIELDS] = {
        LOG_T("id", ex->request_id),
        LOG_T("route", bytes_from_cstr(openai_route_names[ex->route])),
        LOG_T("model", ex->request.model),
        LOG_T("core", bytes_from_cstr(log && log->core ? log->core : "")),
        LOG_N("attempts", log ? log->attempts : 0),
        LOG_N("status", status),
        LOG_T("error", bytes_from_cstr(ex->error.code ? ex->error.code : "")),
        LOG_T("gone", bytes_from_cstr(is_left ? http_gone_names[ex->gone] : "")),
        LOG_N("bytes", ex->output.bytes),
        LOG_N("us", (loop_now_ns(worker->loop) - ex->began_ns) / NS_PER_US),
    };
    size_t count = 10;
    if (ex->customer)
        count += tell_customer(ex->customer, &fields[count]);
    log_write(&worker->log, level, "exchange", fields, count);
}

enum step_result exchange_settle(struct exchange *ex)
{
    if (ex->customer)
        customer_settle(ex);
    bool can_answer = !exchange_knows(ex, WAKE_GONE) && !ex->output.ended;
    bool owes_error = ex->error.status != 0 && !ex->output.own_ends;
    if (can_answer && owes_error)
        can_answer = prepare_error(ex);
    if (can_answer && (ex->output.own_status || ex->output.own_ends) &&
        answer_own(ex) == OUTPUT_BLOCKED) {
        answer_log_leave(&ex->cursor); /* the engine need not wait for this client */
        return exchange_wait(ex, WAKE_ROOM);
    }
    tell(ex);
    return STEP_END;
}
