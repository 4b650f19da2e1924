/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http/client_world.h"

#include <errno.h>

#include "tests/test.h"

#define BLOCK_BYTES 4096

/* The origin. */

static void origin_read(struct heard *heard)
{
    char bytes[4096];
    ssize_t got = stream_read(heard->stream, bytes, sizeof bytes);
    if (got == 0)
        heard->has_end = true;
    else if (got < 0 && got != -EAGAIN)
        heard->error = (int)got;
    else if (got > 0)
        assert_int_equal(buffer_append(&heard->bytes, bytes_of(bytes, (size_t)got)), 0);
}

static void origin_send(struct heard *heard)
{
    struct bytes unsent = buffer_bytes(&heard->unsent);
    ssize_t taken = unsent.length > 0 ? stream_write(heard->stream, &unsent, 1) : 0;
    if (taken > 0)
        buffer_consume(&heard->unsent, (size_t)taken);
}

static void on_connected(void *user, int error)
{
    struct heard *heard = user;
    heard->error = error;
}

static void on_readable(void *user)
{
    struct heard *heard = user;
    if (!heard->is_deaf)
        origin_read(heard);
}

static void on_writable(void *user)
{
    origin_send(user);
}

static void on_hangup(void *user, int error)
{
    struct heard *heard = user;
    if (error < 0)
        heard->error = error;
}

static const struct stream_events origin_events = {
    .on_connected = on_connected,
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

static void on_accept(void *user, struct stream *raw)
{
    struct client_world *world = user;
    assert_true(world->heard_count < CLIENT_WORLD_CONNECTIONS);
    struct heard *heard = &world->heard[world->heard_count++];
    heard->stream = raw;
    if (!world->origin_tls)
        stream_bind(raw, &origin_events, heard);
    else
        assert_int_equal(tls_accept(&heard->stream, raw, world->origin_tls, &origin_events, heard),
                         0);
}

void origin_say(struct client_world *world, size_t at, struct bytes bytes)
{
    assert_true(at < world->heard_count);
    assert_int_equal(buffer_append(&world->heard[at].unsent, bytes), 0);
    origin_send(&world->heard[at]);
}

static void forget_stream(struct heard *heard, bool reset)
{
    if (heard->stream && reset)
        stream_reset(heard->stream);
    else if (heard->stream)
        stream_close(heard->stream);
    heard->stream = NULL;
}

void origin_hang_up(struct client_world *world, size_t at)
{
    assert_true(at < world->heard_count);
    forget_stream(&world->heard[at], false);
}

void origin_reset(struct client_world *world, size_t at)
{
    assert_true(at < world->heard_count);
    forget_stream(&world->heard[at], true);
}

const char *origin_text(struct client_world *world, size_t at)
{
    if (at >= world->heard_count)
        return "";
    struct buffer *bytes = &world->heard[at].bytes;
    char *end;
    assert_int_equal(buffer_reserve(bytes, 1, &end), 0);
    *end = '\0';
    return bytes->data + bytes->start;
}

/* The world. */

void client_world_init(struct client_world *world)
{
    *world = (struct client_world){0};
    assert_int_equal(world_open(&world->world, 1), 0);
    assert_int_equal(world_node_open(&world->client_node, world->world, "client", "10.0.0.1"), 0);
    assert_int_equal(world_node_open(&world->origin_node, world->world, "origin", ORIGIN_IP), 0);
    assert_int_equal(world_name(world->world, "core.test", ORIGIN_IP), 0);
    world->loop = world_node_loop(world->client_node);
    memory_budget_init(&world->budget, 0);
    block_pool_init(&world->blocks, BLOCK_BYTES, 8, &world->budget);
    world->options = (struct http_origin_options){
        .host = BYTES("core.test"),
        .port = ORIGIN_PORT,
        .resolve_refresh_ms = 60000,
        .connect_timeout_ms = 1000,
        .keep_idle_ms = 30000,
        .keep_idle_connections = 4,
        .head_bytes = 8192,
        .field_count = 32,
        .blocks = &world->blocks,
        .budget = &world->budget,
    };
}

void client_world_listen(struct client_world *world)
{
    static const struct listener_events events = {.on_accept = on_accept};
    struct loop *loop = world_node_loop(world->origin_node);
    struct address address;
    assert_int_equal(address_parse_ip(BYTES(ORIGIN_IP), ORIGIN_PORT, &address), 0);
    assert_int_equal(listen_socket_open(&world->socket, loop, &address, 16), 0);
    assert_int_equal(listener_open(&world->listener, loop, world->socket, NULL, &events, world), 0);
}

void client_world_start(struct client_world *world)
{
    client_world_listen(world);
    assert_int_equal(http_origin_open(&world->origin, world->loop, &world->options), 0);
}

void client_world_open(struct client_world *world)
{
    client_world_init(world);
    client_world_start(world);
}

static void expect_nothing_held(const struct world_node *node)
{
    struct world_holdings held;
    world_node_holdings(node, &held);
    assert_int_equal(held.streams + held.listeners + held.timers + held.tasks + held.names, 0);
}

void client_world_close(struct client_world *world)
{
    http_origin_close(world->origin);
    for (size_t i = 0; i < world->heard_count; i++) {
        forget_stream(&world->heard[i], false);
        buffer_clear(&world->heard[i].bytes);
        buffer_clear(&world->heard[i].unsent);
    }
    listener_close(world->listener);
    listen_socket_close(world->socket);
    expect_nothing_held(world->client_node);
    expect_nothing_held(world->origin_node);
    assert_int_equal(world->blocks.live_blocks, 0);
    block_pool_clear(&world->blocks);
    assert_int_equal(memory_budget_used(&world->budget), 0);
    world_node_close(world->client_node);
    world_node_close(world->origin_node);
    world_close(world->world);
}

void client_world_run_ms(struct client_world *world, uint64_t ms)
{
    world_run_until(world->world, world_now_ns(world->world) + ms * NS_PER_MS);
}

/* The client. */

static void close_at(struct asked *asked, enum asked_event event)
{
    if (asked->closes_at != event)
        return;
    http_request_close(asked->request);
    asked->request = NULL;
}

static void on_head(void *user, const struct http_answer_head *head)
{
    struct asked *asked = user;
    assert_non_null(asked->request);
    asked->heads++;
    asked->status = head->status;
    asked->content_length = head->content_length;
    close_at(asked, ASKED_HEAD);
}

static void on_body(void *user, struct bytes bytes)
{
    struct asked *asked = user;
    assert_non_null(asked->request);
    assert_int_equal(buffer_append(&asked->body, bytes), 0);
    close_at(asked, ASKED_BODY);
}

static void on_end(void *user)
{
    struct asked *asked = user;
    assert_non_null(asked->request);
    asked->ends++;
    close_at(asked, ASKED_END);
}

static void on_failed(void *user, enum http_failure why)
{
    struct asked *asked = user;
    assert_non_null(asked->request);
    asked->failures++;
    asked->failure = why;
    close_at(asked, ASKED_FAILED);
}

static const struct http_request_events asked_events = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_failed = on_failed,
};

int client_try(struct client_world *world, struct asked *asked)
{
    return http_request_start(&asked->request, world->origin, &asked->outgoing, &asked_events,
                              asked);
}

void client_ask_for(struct client_world *world, struct asked *asked)
{
    assert_int_equal(client_try(world, asked), 0);
}

struct asked asked_get(void)
{
    return (struct asked){
        .closes_at = ASKED_NOTHING,
        .outgoing =
            {
                .method = BYTES("GET"),
                .target = BYTES("/"),
                .authority = BYTES("core.test"),
            },
    };
}

void client_ask(struct client_world *world, struct asked *asked)
{
    *asked = asked_get();
    client_ask_for(world, asked);
    http_request_grant(asked->request, UINT64_MAX);
}

void asked_clear(struct asked *asked)
{
    http_request_close(asked->request);
    buffer_clear(&asked->body);
    *asked = (struct asked){0};
}

void expect_answer(const struct asked *asked, unsigned status, const char *body)
{
    if (asked->failures > 0)
        fail_msg("failed: %s", http_failure_names[asked->failure]);
    assert_int_equal(asked->status, status);
    assert_int_equal(asked->heads, 1);
    assert_int_equal(asked->ends, 1);
    assert_int_equal(asked->body.length, strlen(body));
    assert_memory_equal(buffer_bytes(&asked->body).at, body, strlen(body));
}

void expect_failure(const struct asked *asked, enum http_failure why)
{
    assert_int_equal(asked->ends, 0);
    assert_int_equal(asked->failures, 1);
    assert_string_equal(http_failure_names[asked->failure], http_failure_names[why]);
}
