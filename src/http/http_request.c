/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_request.h"

#include <errno.h>

#include "http/http1_head.h"
#include "http/http_origin.h"

const char *const http_failure_names[] = {
    [HTTP_FAIL_RESOLVE] = "resolve",
    [HTTP_FAIL_CONNECT] = "connect",
    [HTTP_FAIL_CONNECT_TIMEOUT] = "connect_timeout",
    [HTTP_FAIL_TLS] = "tls",
    [HTTP_FAIL_STALE] = "stale",
    [HTTP_FAIL_RESET] = "reset",
    [HTTP_FAIL_CUT] = "cut",
    [HTTP_FAIL_MALFORMED] = "malformed",
    [HTTP_FAIL_TOO_LARGE] = "too_large",
    [HTTP_FAIL_IDLE] = "idle",
    [HTTP_FAIL_MEMORY] = "memory",
};

/* The head's text. */

static void put(char **at, struct bytes view)
{
    if (view.length > 0)
        memcpy(*at, view.at, view.length);
    *at += view.length;
}

static void put_field(char **at, struct bytes name, struct bytes value)
{
    put(at, name);
    put(at, BYTES(": "));
    put(at, value);
    put(at, BYTES("\r\n"));
}

static size_t field_size(struct bytes name, struct bytes value)
{
    return name.length + value.length + sizeof ": \r\n" - 1;
}

static uint64_t body_length(const struct http_outgoing *outgoing)
{
    uint64_t length = 0;
    for (size_t i = 0; i < outgoing->body_part_count; i++)
        length += outgoing->body[i].length;
    return length;
}

/* RFC 9110 section 8.6: a method that usually has a body says so when it has none. */
static bool has_length_field(const struct http_outgoing *outgoing)
{
    return outgoing->body_part_count > 0 || bytes_equal(outgoing->method, BYTES("POST")) ||
           bytes_equal(outgoing->method, BYTES("PUT")) ||
           bytes_equal(outgoing->method, BYTES("PATCH"));
}

static struct bytes head_write(struct arena *arena, const struct http_outgoing *outgoing)
{
    const struct bytes version = BYTES(" HTTP/1.1\r\n");
    const struct bytes host = BYTES("Host"), length_name = BYTES("Content-Length");
    char digits[BYTES_U64_DIGITS];
    struct bytes length = bytes_write_u64(body_length(outgoing), digits);

    size_t size = outgoing->method.length + 1 + outgoing->target.length + version.length +
                  field_size(host, outgoing->authority) + field_size(length_name, length) + 2;
    for (size_t i = 0; i < outgoing->fields.count; i++)
        size += field_size(outgoing->fields.at[i].name, outgoing->fields.at[i].value);

    char *text = arena_alloc(arena, size), *at = text;
    if (!text)
        return (struct bytes){0};
    put(&at, outgoing->method);
    put(&at, BYTES(" "));
    put(&at, outgoing->target);
    put(&at, version);
    put_field(&at, host, outgoing->authority);
    for (size_t i = 0; i < outgoing->fields.count; i++)
        put_field(&at, outgoing->fields.at[i].name, outgoing->fields.at[i].value);
    if (has_length_field(outgoing))
        put_field(&at, length_name, length);
    put(&at, BYTES("\r\n"));
    return bytes_of(text, (size_t)(at - text));
}

/* Read back as an origin would: a value that ends its line would make a line too many. Whoever
 * calls should have refused it; here is the last place to see it. */
static bool head_is_sound(struct bytes head, const struct http_outgoing *outgoing)
{
    struct http1_search search = {0};
    size_t lines = 3 + outgoing->fields.count + (has_length_field(outgoing) ? 1 : 0);
    return http1_head_search(&search, head, head.length + 1) == HTTP1_FOUND_END &&
           search.seen == head.length && search.lines == lines && http1_head_is_clean(head);
}

/* What the link asks. */

size_t http_request_rest(const struct http_request *request, struct bytes ret_parts[STREAM_PARTS])
{
    uint64_t skip = request->sent_bytes;
    size_t count = 0;
    for (size_t i = 0; i <= request->outgoing.body_part_count && count < STREAM_PARTS; i++) {
        struct bytes part = i == 0 ? request->head : request->outgoing.body[i - 1];
        if (skip >= part.length) {
            skip -= part.length;
            continue;
        }
        ret_parts[count++] = bytes_after(part, (size_t)skip);
        skip = 0;
    }
    return count;
}

void http_request_fail(struct http_request *request, enum http_failure why)
{
    request->link = NULL;
    request->failure = why;
    request->has_failed = true;
    loop_post(request->origin->loop, &request->task);
}

static void run_task(struct task *task)
{
    struct http_request *request = CONTAINER_OF(task, struct http_request, task);
    if (request->has_failed)
        request->events->on_failed(request->user, request->failure);
    else if (request->link)
        http_link_feed(request->link);
}

/* client.h */

static struct http_link *take_idle(struct http_origin *origin)
{
    return list_is_empty(&origin->idle) ? NULL
                                        : CONTAINER_OF(origin->idle.next, struct http_link, link);
}

static int send_somewhere(struct http_request *request)
{
    struct http_link *idle = request->outgoing.fresh ? NULL : take_idle(request->origin);
    if (!idle)
        return http_link_dial(request->origin, request);
    http_link_carry(idle, request);
    return 0;
}

static int request_new(struct http_request **ret_request, struct http_origin *origin,
                       const struct http_outgoing *outgoing)
{
    struct arena own;
    arena_init(&own, origin->options.blocks);
    struct arena *arena = outgoing->arena ? outgoing->arena : &own;
    struct http_request *request = arena_zalloc(arena, sizeof *request);
    struct bytes head = request ? head_write(arena, outgoing) : (struct bytes){0};
    bool is_sound = head.at && head_is_sound(head, outgoing);
    if (!is_sound) {
        arena_clear(&own);
        return head.at ? -EINVAL : -ENOMEM;
    }
    request->own_arena = own;
    request->arena = outgoing->arena ? outgoing->arena : &request->own_arena;
    request->origin = origin;
    request->outgoing = *outgoing;
    request->head = head;
    request->total_bytes = head.length + body_length(outgoing);
    task_init(&request->task, run_task);
    *ret_request = request;
    return 0;
}

int http_request_start(struct http_request **ret_request, struct http_origin *origin,
                       const struct http_outgoing *outgoing,
                       const struct http_request_events *events, void *user)
{
    struct http_request *request;
    int r = request_new(&request, origin, outgoing);
    if (r < 0)
        return r;
    request->events = events;
    request->user = user;
    r = send_somewhere(request);
    if (r < 0) {
        http_request_close(request);
        return r;
    }
    *ret_request = request;
    return 0;
}

void http_request_grant(struct http_request *request, uint64_t bytes)
{
    uint64_t most = UINT64_MAX - request->credit_bytes;
    request->credit_bytes += bytes < most ? bytes : most;
    if (request->link && request->link->is_starved)
        loop_post(request->origin->loop, &request->task);
}

void http_request_close(struct http_request *request)
{
    if (!request)
        return;
    http_link_drop(request->link);
    loop_cancel(request->origin->loop, &request->task);
    struct arena own = request->own_arena; /* the request may lie in it */
    arena_clear(&own);
}

bool http_request_was_sent(const struct http_request *request)
{
    return request->sent_bytes > 0;
}
