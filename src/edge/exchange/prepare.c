/* SPDX-License-Identifier: Apache-2.0
 *
 * prepare: which route is it, is the body whole and sound? What is wrong is told before any core
 * hears of it.
 */
#include "edge/errors.h"
#include "edge/exchange/customer.h"
#include "edge/exchange/path.h"

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

struct methods {
    const char *const *at;
    size_t count;
};

static struct methods methods_of(const struct exchange *ex)
{
    static const char *const stored[] = {"GET", "POST", "DELETE"};
    static const char *const reads[] = {"GET"}, *const asks[] = {"POST"};
    if (ex->own_route)
        return (struct methods){ex->own_route->methods, ex->own_route->method_count};
    if (ex->route == OPENAI_STORED_RESPONSE)
        return (struct methods){stored, 3};
    return (struct methods){ex->route == OPENAI_MODELS ? reads : asks, 1};
}

static bool is_one_of(struct bytes method, struct methods methods)
{
    for (size_t i = 0; i < methods.count; i++)
        if (bytes_equal(method, bytes_from_cstr(methods.at[i])))
            return true;
    return false;
}

/* Who may GET may ask for the head alone. */
static bool method_fits(struct bytes method, struct methods methods)
{
    return is_one_of(method, methods) ||
           (bytes_equal(method, BYTES("HEAD")) && is_one_of(BYTES("GET"), methods));
}

/* RFC 9110, section 15.5.6: a 405 says what the path takes. */
static enum step_result fail_method(struct exchange *ex, struct methods methods)
{
    struct bytes allow = BYTES("OPTIONS");
    if (method_fits(BYTES("HEAD"), methods) && !is_one_of(BYTES("HEAD"), methods))
        allow = BYTES("HEAD, OPTIONS");
    for (size_t i = methods.count; allow.at && i > 0; i--)
        allow = arena_format(http_exchange_arena(ex->http), "%s, %.*s", methods.at[i - 1],
                             (int)allow.length, allow.at);
    ex->output.allow = allow;
    return exchange_fail(ex, allow.at ? &error_method : &error_memory);
}

/* GET /v1/usage: what the one who asks may still have. */
static enum step_result answer_usage(struct exchange *ex)
{
    static const char *const reads[] = {"GET"};
    const struct methods methods = {reads, 1};
    if (!method_fits(http_exchange_head(ex->http)->method, methods))
        return fail_method(ex, methods);
    return customer_answer_usage(ex);
}

static uint64_t body_limit(const struct exchange *ex)
{
    bool has_own = ex->own_route && ex->own_route->body_bytes > 0;
    return has_own ? ex->own_route->body_bytes : worker_config(ex->worker)->limits.body_bytes;
}

/* The API's routes are told apart by their whole path, but for what is kept under an id; those of
 * the configuration may stand for all below them. There a way up must not lead out of them. */
static void find_route(struct exchange *ex, struct bytes path)
{
    const struct edge_config *config = worker_config(ex->worker);
    struct bytes rest;
    ex->is_routed = true;
    ex->route = openai_route_of(path, &rest);
    if (config->route_count > 0 && ex->route == OPENAI_UNKNOWN)
        ex->own_route = edge_config_route(config, path);
    bool is_deep = ex->route == OPENAI_STORED_RESPONSE || ex->route == OPENAI_MODELS;
    if ((is_deep || ex->own_route) && !path_is_plain(path)) {
        ex->route = OPENAI_UNKNOWN;
        ex->own_route = NULL;
    }
}

/* STEP_GO: something else than a forwarded route; it is dealt with. */
static enum step_result choose_route(struct exchange *ex)
{
    const struct http_request_head *head = http_exchange_head(ex->http);
    if (bytes_equal(head->method, BYTES("OPTIONS")))
        return answer_preflight(ex);
    if (bytes_equal(head->path, BYTES("/healthz")))
        return answer_health(ex);
    if (ex->customer && bytes_equal(head->path, BYTES("/v1/usage")))
        return answer_usage(ex);
    find_route(ex, head->path);
    if (ex->route == OPENAI_UNKNOWN && !ex->own_route)
        return exchange_fail(ex, &error_unknown_path);
    if (!method_fits(head->method, methods_of(ex)))
        return fail_method(ex, methods_of(ex));
    if (head->content_length != HTTP_LENGTH_UNKNOWN && head->content_length > body_limit(ex))
        return exchange_fail(ex, &error_body_too_large);
    return STEP_WAIT;
}

/* One allocation for the whole body where its length is known. */
static enum step_result ask_for_body(struct exchange *ex)
{
    const struct http_request_head *head = http_exchange_head(ex->http);
    char *unused;
    ex->body.limit = body_limit(ex);
    if (head->content_length != HTTP_LENGTH_UNKNOWN &&
        buffer_reserve(&ex->body, head->content_length, &unused) < 0)
        return exchange_fail(ex, &error_memory);
    http_exchange_grant(ex->http, ex->body.limit + 1); /* so that too much is seen */
    return exchange_wait(ex, WAKE_BODY | WAKE_TOO_LARGE | WAKE_MEMORY | WAKE_TIMER);
}

/* What the configuration let through may be anything: only JSON is read, for its model. */
static bool must_read(const struct exchange *ex)
{
    if (!ex->own_route)
        return openai_route_has_request(ex->route);
    struct http_fields fields = http_exchange_head(ex->http)->fields;
    struct bytes type = http_field_value(fields, BYTES("content-type"));
    type = bytes_trim(bytes_cut(&type, ';'));
    return ex->own_route->model_from == MODEL_FROM_BODY && ex->body.length > 0 &&
           bytes_equal_nocase(type, BYTES("application/json"));
}

static enum step_result read_request(struct exchange *ex)
{
    struct openai_error error = {0};
    ex->has_request = must_read(ex);
    if (ex->has_request && openai_request_read(&ex->request, ex->route, buffer_bytes(&ex->body),
                                               http_exchange_arena(ex->http), &error) < 0)
        return exchange_fail(ex, error.status ? &error : &error_memory);
    return exchange_go(ex, EX_ADMIT);
}

enum step_result exchange_prepare(struct exchange *ex)
{
    if (exchange_check_in(ex) == STEP_GO)
        return STEP_GO;
    if (!ex->is_routed) {
        enum step_result dealt_with = choose_route(ex);
        if (dealt_with == STEP_GO)
            return STEP_GO;
        if (http_exchange_head(ex->http)->content_length != 0)
            return ask_for_body(ex);
        return read_request(ex);
    }
    if (!exchange_knows(ex, WAKE_BODY))
        return exchange_wait(ex, WAKE_BODY | WAKE_TOO_LARGE | WAKE_MEMORY | WAKE_TIMER);
    return read_request(ex);
}
