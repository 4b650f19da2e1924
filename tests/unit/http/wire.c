/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http/wire.h"

#include <stdlib.h>

#include "loop/address.h"
#include "tests/test.h"

#define BODY_LIMIT 100000
#define ECHO_BYTES 1000

struct wire_request {
    struct wire *wire;
    struct http_exchange *exchange;
    struct buffer text;
};

static void drop_request(struct wire_request *request)
{
    http_exchange_close(request->exchange);
    buffer_clear(&request->text);
    free(request);
}

static void answer_request(struct wire_request *request)
{
    struct bytes text = buffer_bytes(&request->text);
    buffer_append(&request->wire->log, text);
    buffer_append(&request->wire->log, BYTES("\n"));
    if (text.length > ECHO_BYTES)
        text.length = ECHO_BYTES; /* all of it is taken at once */
    struct http_answer_head head = {.status = 200, .content_length = text.length};
    assert_int_equal(http_exchange_answer(request->exchange, &head), 0);
    http_exchange_write(request->exchange, &text, 1, true);
    drop_request(request);
}

static void on_body(void *user, struct bytes bytes, bool last)
{
    struct wire_request *request = user;
    assert_int_equal(buffer_append(&request->text, bytes), 0);
    if (last)
        answer_request(request);
}

static void on_gone(void *user, enum http_gone why)
{
    struct wire_request *request = user;
    request->wire->gones++;
    request->wire->why_gone = why;
    drop_request(request);
}

static void on_request(void *user, struct http_exchange *exchange)
{
    static const struct http_exchange_events events = {.on_body = on_body, .on_gone = on_gone};
    struct wire *wire = user;
    struct wire_request *request = calloc(1, sizeof *request);
    assert_non_null(request);
    const struct http_request_head *head = http_exchange_head(exchange);
    *request = (struct wire_request){.wire = wire, .exchange = exchange};
    buffer_append_format(&request->text, "%.*s %.*s ", (int)head->method.length, head->method.at,
                         (int)head->target.length, head->target.at);
    wire->requests++;
    http_exchange_bind(exchange, &events, request);
    http_exchange_grant(exchange, BODY_LIMIT * 2);
}

static void on_refusal(void *user, struct http_refusal *refusal)
{
    buffer_append_format(refusal->body, "refused: %.*s", (int)refusal->reason.length,
                         refusal->reason.at);
    buffer_append(refusal->fields, BYTES("X-Refused: yes\r\n"));
}

static void on_drained(void *user)
{
    struct wire *wire = user;
    wire->drains++;
}

void wire_init(struct wire *wire)
{
    *wire = (struct wire){0};
    assert_int_equal(world_open(&wire->world, 1), 0);
    assert_int_equal(world_node_open(&wire->server_node, wire->world, "server", "10.0.0.1"), 0);
    assert_int_equal(world_node_open(&wire->client_node, wire->world, "client", "10.0.0.2"), 0);
    wire->server_loop = world_node_loop(wire->server_node);
    wire->client_loop = world_node_loop(wire->client_node);
    memory_budget_init(&wire->budget, 0);
    block_pool_init(&wire->blocks, 4096, 16, &wire->budget);
    buffer_init(&wire->received, 0, NULL);
    wire->options = (struct http_server_options){
        .limits = {.head_bytes = 16384,
                   .field_count = 64,
                   .body_bytes = BODY_LIMIT,
                   .gzip_ratio = 100,
                   .connections = 100},
        .deadlines = {.handshake_ms = 5000,
                      .head_ms = 5000,
                      .body_ms = 5000,
                      .idle_ms = 30000,
                      .write_ms = 5000},
        .blocks = &wire->blocks,
        .budget = &wire->budget,
        .on_request = on_request,
        .on_refusal = on_refusal,
        .on_drained = on_drained,
        .user = wire,
    };
}

void wire_start(struct wire *wire)
{
    struct address place;
    assert_int_equal(address_parse(BYTES("10.0.0.1:8080"), &place), 0);
    assert_int_equal(listen_socket_open(&wire->socket, wire->server_loop, &place, 128), 0);
    assert_int_equal(
        http_server_open(&wire->server, wire->server_loop, wire->socket, &wire->options), 0);
}

void wire_open(struct wire *wire)
{
    wire_init(wire);
    wire_start(wire);
}

static void assert_nothing_is_held(const struct world_node *node)
{
    struct world_holdings holdings, none = {0};
    world_node_holdings(node, &holdings);
    assert_memory_equal(&holdings, &none, sizeof none);
}

void wire_close(struct wire *wire)
{
    wire_disconnect(wire);
    wire_run_ms(wire, 10000);
    struct http_server_counts counts;
    http_server_count(wire->server, &counts);
    assert_int_equal(counts.exchanges, 0);
    http_server_close(wire->server);
    listen_socket_close(wire->socket);
    buffer_clear(&wire->log);
    assert_int_equal(wire->blocks.live_blocks, 0);
    block_pool_clear(&wire->blocks);
    assert_int_equal(memory_budget_used(&wire->budget), 0);
    wire_run_ms(wire, 1000);
    assert_nothing_is_held(wire->server_node);
    assert_nothing_is_held(wire->client_node);
    world_node_close(wire->server_node);
    world_node_close(wire->client_node);
    world_close(wire->world);
}

static void flush(struct wire *wire)
{
    struct bytes bytes = buffer_bytes(&wire->unsent);
    if (!wire->client || bytes.length == 0)
        return;
    ssize_t n = stream_write(wire->client, &bytes, 1);
    if (n > 0)
        buffer_consume(&wire->unsent, (size_t)n);
}

static void client_connected(void *user, int error)
{
    struct wire *wire = user;
    wire->error = error;
    if (error == 0)
        flush(wire);
}

static void client_readable(void *user)
{
    struct wire *wire = user;
    if (wire->is_lazy) {
        stream_want_read(wire->client, false);
        return;
    }
    ssize_t n = stream_read(wire->client, loop_scratch(wire->client_loop), LOOP_SCRATCH_BYTES);
    if (n > 0)
        buffer_append(&wire->received, bytes_of(loop_scratch(wire->client_loop), (size_t)n));
    if (n == 0) {
        wire->has_end = true;
        stream_want_read(wire->client, false);
    }
}

static void client_writable(void *user)
{
    flush(user);
}

static void client_hangup(void *user, int error)
{
    struct wire *wire = user;
    if (error < 0)
        wire->error = error;
}

void wire_begin_connect(struct wire *wire)
{
    static const struct stream_events events = {.on_connected = client_connected,
                                                .on_readable = client_readable,
                                                .on_writable = client_writable,
                                                .on_hangup = client_hangup};
    static const struct stream_options options = {0};
    struct address place;
    wire_disconnect(wire);
    assert_int_equal(address_parse(BYTES("10.0.0.1:8080"), &place), 0);
    assert_int_equal(
        stream_connect(&wire->client, wire->client_loop, &place, &options, &events, wire), 0);
    if (wire->client_tls)
        assert_int_equal(tls_connect(&wire->client, wire->client, wire->client_tls,
                                     BYTES("server.test"), &events, wire),
                         0);
}

void wire_connect(struct wire *wire)
{
    wire_begin_connect(wire);
    wire_run_ms(wire, 5);
    assert_int_equal(wire->error, 0);
}

void wire_send(struct wire *wire, struct bytes bytes)
{
    assert_int_equal(buffer_append(&wire->unsent, bytes), 0);
    flush(wire);
}

void wire_run_ms(struct wire *wire, uint64_t ms)
{
    world_run_until(wire->world, world_now_ns(wire->world) + ms * NS_PER_MS);
}

const char *wire_text(struct wire *wire)
{
    assert_int_equal(buffer_append(&wire->received, BYTES("\0")), 0);
    wire->received.length--;
    return buffer_bytes(&wire->received).at;
}

unsigned wire_status(struct wire *wire)
{
    struct bytes text = buffer_bytes(&wire->received);
    if (text.length < 12 || !bytes_start_with(text, BYTES("HTTP/1.1 ")))
        return 0;
    uint64_t status = 0;
    bytes_read_u64(bytes_of(text.at + 9, 3), &status);
    return (unsigned)status;
}

void wire_disconnect(struct wire *wire)
{
    if (wire->client)
        stream_close(wire->client);
    wire->client = NULL;
    wire->has_end = false;
    wire->is_lazy = false;
    wire->error = 0;
    buffer_clear(&wire->received);
    buffer_clear(&wire->unsent);
}

unsigned wire_ask(struct wire *wire, struct bytes request, size_t cut)
{
    wire_connect(wire);
    wire_send(wire, bytes_of(request.at, cut));
    wire_run_ms(wire, 5);
    wire_send(wire, bytes_after(request, cut));
    wire_run_ms(wire, 5);
    return wire_status(wire);
}
