/* SPDX-License-Identifier: Apache-2.0
 *
 * prepare: which route is it, is the body whole and sound? What is wrong is told before any core
 * hears of it.
 */
#include "edge/errors.h"
#include "edge/exchange.h"

/* GET /healthz: this worker takes requests. */
static enum step_result answer_health(struct exchange *ex)
{
    if (buffer_append(&ex->output.own, BYTES("{\"status\":\"ok\"}\n")) < 0)
        return exchange_fail(ex, &error_memory);
    ex->output.own_status = 200;
    return exchange_go(ex, EX_SETTLE);
}

static enum step_result answer_preflight(struct exchange *ex)
{
    ex->output.own_status = 204;
    return exchange_go(ex, EX_SETTLE);
}

static bool method_fits(enum openai_route route, struct bytes method)
{
    if (route == OPENAI_MODELS)
        return bytes_equal(method, BYTES("GET")) || bytes_equal(method, BYTES("HEAD"));
    return bytes_equal(method, BYTES("POST"));
}

/* STEP_GO: something else than a forwarded route; it is dealt with. */
static enum step_result choose_route(struct exchange *ex)
{
    const struct http_request_head *head = http_exchange_head(ex->http);
    if (bytes_equal(head->method, BYTES("OPTIONS")))
        return answer_preflight(ex);
    if (bytes_equal(head->path, BYTES("/healthz")))
        return answer_health(ex);
    ex->route = openai_route_of(head->path, &ex->rest);
    if (ex->route == OPENAI_UNKNOWN)
        return exchange_fail(ex, &error_unknown_path);
    if (!method_fits(ex->route, head->method))
        return exchange_fail(ex, &error_method);
    if (head->content_length != HTTP_LENGTH_UNKNOWN &&
        head->content_length > worker_config(ex->worker)->limits.body_bytes)
        return exchange_fail(ex, &error_body_too_large);
    return STEP_WAIT;
}

/* One allocation for the whole body where its length is known. */
static enum step_result ask_for_body(struct exchange *ex)
{
    const struct http_request_head *head = http_exchange_head(ex->http);
    char *unused;
    if (head->content_length != HTTP_LENGTH_UNKNOWN &&
        buffer_reserve(&ex->body, head->content_length, &unused) < 0)
        return exchange_fail(ex, &error_memory);
    http_exchange_grant(ex->http, worker_config(ex->worker)->limits.body_bytes);
    return exchange_wait(ex, WAKE_BODY | WAKE_MEMORY | WAKE_TIMER);
}

static enum step_result read_request(struct exchange *ex)
{
    if (ex->route == OPENAI_MODELS)
        return exchange_go(ex, EX_ADMIT);
    struct openai_error error = {0};
    int r = openai_request_read(&ex->request, ex->route, buffer_bytes(&ex->body),
                                http_exchange_arena(ex->http), &error);
    if (r < 0)
        return exchange_fail(ex, error.status ? &error : &error_memory);
    return exchange_go(ex, EX_ADMIT);
}

enum step_result exchange_prepare(struct exchange *ex)
{
    if (exchange_knows(ex, WAKE_GONE))
        return exchange_go(ex, EX_SETTLE);
    if (exchange_knows(ex, WAKE_SHUTDOWN))
        return exchange_fail(ex, &error_shutdown);
    if (exchange_knows(ex, WAKE_MEMORY))
        return exchange_fail(ex, &error_memory);
    if (exchange_is_overdue(ex))
        return exchange_fail(ex, &error_deadline);
    if (!ex->rest.at) {
        enum step_result dealt_with = choose_route(ex);
        if (dealt_with == STEP_GO)
            return STEP_GO;
        if (http_exchange_head(ex->http)->content_length != 0)
            return ask_for_body(ex);
        return read_request(ex);
    }
    if (!exchange_knows(ex, WAKE_BODY))
        return exchange_wait(ex, WAKE_BODY | WAKE_MEMORY | WAKE_TIMER);
    return read_request(ex);
}
