/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/exchange/output.h"

#include "edge/call/fields.h"
#include "edge/errors.h"
#include "edge/exchange/customer.h"

/* Fields that the edge may add: request id, CORS (3), type, retry (3) or preflight (4), who may
 * ask, and limits. */
#define OWN_FIELDS (11 + CUSTOMER_FIELDS)

/* Of the log in one write: 60 slabs are more than any window. */
#define OUTPUT_PARTS 60

struct head_draft {
    struct http_field *at;
    size_t count;
};

/* A customer's limits are its key's, not those that the core has for the edge. */
static bool is_replaced(const struct exchange *ex, struct bytes name)
{
    struct bytes prefix = BYTES("x-ratelimit-");
    return ex->customer && name.length > prefix.length &&
           bytes_equal_nocase(bytes_of(name.at, prefix.length), prefix);
}

static int draft_begin(struct exchange *ex, struct head_draft *draft, struct http_fields from)
{
    draft->count = 0;
    draft->at =
        arena_alloc(http_exchange_arena(ex->http), (from.count + OWN_FIELDS) * sizeof *draft->at);
    if (!draft->at)
        return -1;
    struct http_fields connection = http_fields_of_connection(from);
    for (size_t i = 0; i < from.count; i++)
        if (fields_may_go_down(connection, from.at[i].name) && !is_replaced(ex, from.at[i].name))
            draft->at[draft->count++] = from.at[i];
    return 0;
}

static void draft_add(struct head_draft *draft, struct bytes name, struct bytes value)
{
    draft->at[draft->count++] = (struct http_field){name, value};
}

/* The Fetch standard, section 3.2.5: only for origins that the configuration names. */
static void draft_add_cors(struct exchange *ex, struct head_draft *draft)
{
    const struct edge_config *config = worker_config(ex->worker);
    struct bytes origin = http_field_value(http_exchange_head(ex->http)->fields, BYTES("origin"));
    for (size_t i = 0; origin.at && i < config->cors_origin_count; i++) {
        struct bytes allowed = bytes_from_cstr(config->cors_origins[i]);
        if (!bytes_equal(allowed, BYTES("*")) && !bytes_equal(allowed, origin))
            continue;
        draft_add(draft, BYTES("access-control-allow-origin"), allowed);
        draft_add(draft, BYTES("vary"), BYTES("Origin"));
        draft_add(draft, BYTES("access-control-expose-headers"), BYTES("*"));
        return;
    }
}

static void draft_add_event_stream(struct head_draft *draft)
{
    struct http_fields so_far = {draft->at, draft->count};
    if (!http_field_find(so_far, BYTES("cache-control")))
        draft_add(draft, BYTES("cache-control"), BYTES("no-cache"));
    if (!http_field_find(so_far, BYTES("x-accel-buffering")))
        draft_add(draft, BYTES("x-accel-buffering"), BYTES("no"));
}

static enum output_verdict send_head(struct exchange *ex, struct head_draft *draft, unsigned status,
                                     uint64_t content_length)
{
    draft_add(draft, BYTES("x-request-id"), ex->request_id);
    draft_add_cors(ex, draft);
    if (ex->customer)
        draft->count += customer_limit_fields(ex, &draft->at[draft->count]);
    const struct http_answer_head head = {
        .status = status,
        .fields = {draft->at, draft->count},
        .content_length = content_length,
        .is_last = ex->customer && ex->customer->visitor.must_close,
    };
    if (http_exchange_answer(ex->http, &head) < 0)
        return OUTPUT_GONE;
    ex->output.head_sent = true;
    return OUTPUT_TAKEN;
}

/* A whole answer's length is known, however the engine framed it; an event stream may yet get an
 * error event, so its length is never promised. */
static uint64_t length_of(const struct answer_log *log)
{
    if (log->is_event_stream)
        return HTTP_LENGTH_UNKNOWN;
    return log->state == LOG_WHOLE ? log->length : log->head.content_length;
}

enum output_verdict output_head_from_log(struct exchange *ex)
{
    const struct answer_log *log = ex->cursor.log;
    struct head_draft draft;
    if (draft_begin(ex, &draft, log->head.fields) < 0)
        return OUTPUT_GONE;
    ex->output.is_event_stream = log->is_event_stream;
    if (log->is_event_stream)
        draft_add_event_stream(&draft);
    return send_head(ex, &draft, log->head.status, length_of(log));
}

enum output_verdict output_head_for_ping(struct exchange *ex)
{
    struct head_draft draft;
    if (draft_begin(ex, &draft, (struct http_fields){0}) < 0)
        return OUTPUT_GONE;
    ex->output.is_event_stream = true;
    draft_add(&draft, BYTES("content-type"), BYTES("text/event-stream; charset=utf-8"));
    draft_add_event_stream(&draft);
    return send_head(ex, &draft, 200, HTTP_LENGTH_UNKNOWN);
}

/* What any path may take: which one does is told when it is asked. */
static void draft_add_preflight(struct head_draft *draft)
{
    struct bytes methods = BYTES("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    draft_add(draft, BYTES("allow"), methods);
    draft_add(draft, BYTES("access-control-allow-methods"), methods);
    draft_add(draft, BYTES("access-control-allow-headers"), BYTES("*, authorization"));
    draft_add(draft, BYTES("access-control-max-age"), BYTES("600"));
}

/* When it is worth another try, and whether it is at all. */
static void draft_add_retry(struct exchange *ex, struct head_draft *draft, unsigned status)
{
    bool is_limited = ex->customer && ex->customer->is_limited;
    if (is_limited) {
        draft->count += customer_retry_fields(ex, &draft->at[draft->count]);
    } else if (status == 503 || status == 429) {
        draft_add(draft, BYTES("retry-after-ms"), BYTES("1000"));
        draft_add(draft, BYTES("retry-after"), BYTES("1"));
    }
    if (error_is_final(&ex->error) || !customer_may_retry(ex))
        draft_add(draft, BYTES("x-should-retry"), BYTES("false"));
}

enum output_verdict output_head_own(struct exchange *ex, unsigned status)
{
    struct head_draft draft;
    if (draft_begin(ex, &draft, (struct http_fields){0}) < 0)
        return OUTPUT_GONE;
    if (status == 204)
        draft_add_preflight(&draft);
    else
        draft_add(&draft, BYTES("content-type"), BYTES("application/json"));
    if (status == 405)
        draft_add(&draft, BYTES("allow"), ex->output.allow);
    if (status == 401)
        draft_add(&draft, BYTES("www-authenticate"), BYTES("Bearer"));
    draft_add_retry(ex, &draft, status);
    return send_head(ex, &draft, status, ex->output.own.length);
}

static enum output_verdict note_taken(struct exchange *ex, ssize_t taken, size_t offered, bool end)
{
    if (taken < 0)
        return OUTPUT_GONE;
    if (taken > 0)
        ex->output.last_ns = loop_now_ns(ex->worker->loop);
    ex->output.bytes += (uint64_t)taken;
    if ((size_t)taken < offered)
        return OUTPUT_BLOCKED;
    if (end)
        ex->output.ended = true;
    return OUTPUT_TAKEN;
}

enum output_verdict output_own(struct exchange *ex)
{
    struct buffer *own = &ex->output.own;
    struct bytes bytes = buffer_bytes(own);
    if (bytes.length == 0 && !ex->output.own_ends)
        return OUTPUT_TAKEN;
    ssize_t taken = http_exchange_write(ex->http, &bytes, 1, ex->output.own_ends);
    enum output_verdict verdict = note_taken(ex, taken, bytes.length, ex->output.own_ends);
    if (taken > 0)
        buffer_consume(own, (size_t)taken);
    return verdict;
}

/* Offers the bytes up to `until`, as many as one write takes. */
static enum output_verdict output_parts(struct exchange *ex, uint64_t until, bool end)
{
    struct bytes parts[OUTPUT_PARTS];
    size_t count = answer_log_parts(&ex->cursor, until, parts, OUTPUT_PARTS);
    size_t offered = 0;
    for (size_t i = 0; i < count; i++)
        offered += parts[i].length;
    bool ends = end && ex->cursor.offset + offered == until;

    ssize_t taken = http_exchange_write(ex->http, parts, count, ends);
    enum output_verdict verdict = note_taken(ex, taken, offered, ends);
    if (taken > 0) {
        ex->output.payload_sent = true;
        answer_log_advance(&ex->cursor, (uint64_t)taken);
    }
    return verdict;
}

enum output_verdict output_log(struct exchange *ex, uint64_t until, bool end)
{
    const struct answer_log *log = ex->cursor.log;
    answer_log_note_delivery(&ex->cursor);
    ex->output.is_inside_event = true;
    enum output_verdict verdict;
    do {
        verdict = output_parts(ex, until, end);
    } while (verdict == OUTPUT_TAKEN && ex->cursor.offset < until);
    if (verdict == OUTPUT_TAKEN && until == log->boundary)
        ex->output.is_inside_event = false;
    return verdict;
}
