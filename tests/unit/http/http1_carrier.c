/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP/1.1 as a carrier: each exchange on a connection of its own, in a simulated world.
 */
#include "tests/test.h"

#include <stdlib.h>

#include "http/http1_reply.h"
#include "tests/unit/http/carrier.h"
#include "tests/unit/http/wire.h"

struct link {
    struct wire *wire;
    struct stream *stream;
    struct buffer unsent, unread;
    struct arena arena;
    struct http1_reply parser;
    struct carrier_reply reply;
    bool is_chunked, is_stalled;
};

struct http1_carrier {
    struct wire wire;
    struct block_pool blocks; /* the client's */
    struct link links[CARRIER_ASKS];
    unsigned count;
};

static void *open_carrier(struct watcher *watcher)
{
    struct http1_carrier *carrier = calloc(1, sizeof *carrier);
    assert_non_null(carrier);
    wire_init(&carrier->wire);
    carrier->wire.options.on_request = watcher_on_request;
    carrier->wire.options.on_refusal = NULL;
    carrier->wire.options.on_drained = NULL;
    carrier->wire.options.user = watcher;
    wire_start(&carrier->wire);
    block_pool_init(&carrier->blocks, 4096, 4, NULL);
    return carrier;
}

static void flush(struct link *link)
{
    struct bytes bytes = buffer_bytes(&link->unsent);
    ssize_t n = bytes.length > 0 && link->stream ? stream_write(link->stream, &bytes, 1) : 0;
    if (n > 0)
        buffer_consume(&link->unsent, (size_t)n);
}

static void parse(struct link *link)
{
    struct bytes input = buffer_bytes(&link->unread), body;
    enum http1_reply_step step;
    do {
        step = http1_reply_next(&link->parser, &input, UINT64_MAX, &body);
        if (step == HTTP1_REPLY_HEAD)
            link->reply.status = link->parser.head.status;
        if (step == HTTP1_REPLY_BODY)
            assert_int_equal(buffer_append(&link->reply.body, body), 0);
    } while (step == HTTP1_REPLY_HEAD || step == HTTP1_REPLY_BODY);
    link->reply.continues = link->parser.interim_count;
    link->reply.is_whole = step == HTTP1_REPLY_END;
    link->reply.is_broken |= step == HTTP1_REPLY_MALFORMED;
    buffer_consume(&link->unread, link->unread.length - input.length);
}

static void on_connected(void *user, int error)
{
    assert_int_equal(error, 0);
    flush(user);
}

static void on_readable(void *user)
{
    struct link *link = user;
    if (link->is_stalled) {
        stream_want_read(link->stream, false);
        return;
    }
    char *scratch = loop_scratch(link->wire->client_loop);
    ssize_t n = stream_read(link->stream, scratch, LOOP_SCRATCH_BYTES);
    if (n > 0) {
        assert_int_equal(buffer_append(&link->unread, bytes_of(scratch, (size_t)n)), 0);
        parse(link);
    } else if (n == 0) {
        stream_want_read(link->stream, false);
        link->reply.is_broken |= !link->reply.is_whole;
    }
}

static void on_writable(void *user)
{
    flush(user);
}

static void on_hangup(void *user, int error)
{
    struct link *link = user;
    link->reply.is_broken |= error < 0 && !link->reply.is_whole;
}

static void send_text(struct link *link, struct bytes bytes)
{
    assert_int_equal(buffer_append(&link->unsent, bytes), 0);
    flush(link);
}

static void send_head(struct link *link, const struct carrier_ask *ask)
{
    buffer_append_format(&link->unsent, "%.*s %.*s HTTP/1.1\r\nHost: h.example\r\nX-A: b\r\n",
                         (int)ask->method.length, ask->method.at, (int)ask->target.length,
                         ask->target.at);
    link->is_chunked = ask->content_length == HTTP_LENGTH_UNKNOWN;
    if (link->is_chunked)
        buffer_append(&link->unsent, BYTES("Transfer-Encoding: chunked\r\n"));
    else if (ask->content_length > 0)
        buffer_append_format(&link->unsent, "Content-Length: %llu\r\n",
                             (unsigned long long)ask->content_length);
    if (ask->expects_continue)
        buffer_append(&link->unsent, BYTES("Expect: 100-continue\r\n"));
    send_text(link, BYTES("\r\n"));
}

static unsigned ask_carrier(void *user, const struct carrier_ask *ask)
{
    static const struct stream_events events = {on_connected, on_readable, on_writable, on_hangup};
    static const struct stream_options options = {0};
    struct http1_carrier *carrier = user;
    struct link *link = &carrier->links[carrier->count];
    struct address place;
    assert_true(carrier->count < CARRIER_ASKS);
    assert_int_equal(address_parse(BYTES("10.0.0.1:8080"), &place), 0);
    link->wire = &carrier->wire;
    arena_init(&link->arena, &carrier->blocks);
    struct http1_reply_options reply_options = {
        .arena = &link->arena,
        .head_bytes = 16384,
        .field_count = 64,
        .answers_head = bytes_equal(ask->method, BYTES("HEAD")),
    };
    http1_reply_begin(&link->parser, &reply_options);
    assert_int_equal(
        stream_connect(&link->stream, carrier->wire.client_loop, &place, &options, &events, link),
        0);
    wire_run_ms(&carrier->wire, 5);
    send_head(link, ask);
    return carrier->count++;
}

static void send_body(void *user, unsigned number, struct bytes bytes, bool last)
{
    struct http1_carrier *carrier = user;
    struct link *link = &carrier->links[number];
    if (!link->is_chunked) {
        send_text(link, bytes);
        return;
    }
    if (bytes.length > 0) {
        buffer_append_format(&link->unsent, "%zx\r\n", bytes.length);
        buffer_append(&link->unsent, bytes);
        send_text(link, BYTES("\r\n"));
    }
    if (last)
        send_text(link, BYTES("0\r\n\r\n"));
}

static void leave_carrier(void *user, unsigned number)
{
    struct http1_carrier *carrier = user;
    struct link *link = &carrier->links[number];
    if (link->stream)
        stream_close(link->stream);
    link->stream = NULL;
}

static void stall(void *user, unsigned number, bool stalled)
{
    struct http1_carrier *carrier = user;
    carrier->links[number].is_stalled = stalled;
    if (!stalled)
        stream_want_read(carrier->links[number].stream, true);
}

static void run_carrier(void *user)
{
    struct http1_carrier *carrier = user;
    wire_run_ms(&carrier->wire, 50);
}

static const struct carrier_reply *reply_of(void *user, unsigned number)
{
    struct http1_carrier *carrier = user;
    return &carrier->links[number].reply;
}

static void close_carrier(void *user)
{
    struct http1_carrier *carrier = user;
    for (unsigned i = 0; i < carrier->count; i++) {
        leave_carrier(carrier, i);
        buffer_clear(&carrier->links[i].unsent);
        buffer_clear(&carrier->links[i].unread);
        buffer_clear(&carrier->links[i].reply.body);
        arena_clear(&carrier->links[i].arena);
    }
    block_pool_clear(&carrier->blocks);
    wire_close(&carrier->wire);
    free(carrier);
}

const struct carrier_kind http1_carrier = {
    .name = "HTTP/1.1",
    .open = open_carrier,
    .ask = ask_carrier,
    .send = send_body,
    .leave = leave_carrier,
    .stall = stall,
    .run = run_carrier,
    .reply = reply_of,
    .close = close_carrier,
};
