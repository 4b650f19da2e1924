/* SPDX-License-Identifier: Apache-2.0
 *
 * A carrier with many exchanges in one connection, as HTTP/2 will be: frames of a few bytes take
 * turns on one wire; each stream has a window outwards and credit inwards. Nothing is a socket:
 * run() plays both ends until no frame moves.
 */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>

#include "base/list.h"
#include "http/transport.h"
#include "tests/unit/http/carrier.h"

#define FRAME_BYTES 7
#define WINDOW_BYTES 10000
#define BLOCK_BYTES 4096

enum fake_state { FAKE_OPEN, FAKE_BROKEN, FAKE_GONE, FAKE_CLOSED };

struct fake_stream {
    struct http_exchange base;
    struct fake_carrier *carrier;
    enum fake_state state;
    enum http_gone why_gone;

    /* Inwards: what the client has sent and not been granted waits with the client. */
    struct buffer outbox;
    bool outbox_ends, was_told_last, awaits_continue;
    uint64_t credit;

    /* Outwards: what was taken and has not travelled. */
    struct buffer wire;
    struct carrier_reply reply;
    uint64_t owed; /* of content_length */
    unsigned status;
    bool has_no_body, has_ended, wants_room, is_stalled, was_reset;
};

struct fake_carrier {
    struct watcher *watcher;
    struct block_pool blocks;
    struct fake_stream *streams[CARRIER_ASKS];
    unsigned count;
};

static struct fake_stream *stream_of(struct http_exchange *base)
{
    return CONTAINER_OF(base, struct fake_stream, base);
}

static struct fake_stream *find(void *user, unsigned number)
{
    struct fake_carrier *carrier = user;
    assert_true(number < carrier->count);
    return carrier->streams[number];
}

/* The server's end: calls of the handler. They only note; run() moves. */

static int send_continue(struct http_exchange *base)
{
    struct fake_stream *stream = stream_of(base);
    if (stream->state != FAKE_OPEN)
        return -EPIPE;
    stream->reply.continues += stream->awaits_continue && stream->outbox.length == 0;
    stream->awaits_continue = false;
    return 0;
}

static void grant(struct http_exchange *base, uint64_t bytes)
{
    struct fake_stream *stream = stream_of(base);
    stream->credit += bytes;
    send_continue(base);
}

static int answer(struct http_exchange *base, const struct http_answer_head *head)
{
    struct fake_stream *stream = stream_of(base);
    if (stream->state != FAKE_OPEN)
        return -EPIPE;
    if (stream->status != 0)
        return -EINVAL;
    stream->status = head->status;
    stream->has_no_body = bytes_equal(base->head.method, BYTES("HEAD")) || head->status == 204;
    stream->owed = head->content_length;
    return 0;
}

static ssize_t put_part(struct fake_stream *stream, struct bytes part)
{
    size_t room = WINDOW_BYTES - stream->wire.length;
    if (part.length > room)
        part.length = room;
    assert_int_equal(buffer_append(&stream->wire, part), 0);
    return (ssize_t)part.length;
}

static size_t total_of(const struct bytes *parts, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += parts[i].length;
    return total;
}

static ssize_t write_body(struct http_exchange *base, const struct bytes *parts, size_t part_count,
                          bool end)
{
    struct fake_stream *stream = stream_of(base);
    size_t offered = total_of(parts, part_count), taken = 0;
    if (stream->state != FAKE_OPEN)
        return -EPIPE;
    bool has_length = stream->owed != HTTP_LENGTH_UNKNOWN && !stream->has_no_body;
    bool is_wrong = has_length && (offered > stream->owed || (end && offered < stream->owed));
    if (stream->status == 0 || stream->has_ended || is_wrong)
        return -EINVAL;
    for (size_t i = 0; i < part_count && !stream->has_no_body; i++)
        taken += (size_t)put_part(stream, parts[i]);
    if (stream->has_no_body)
        taken = offered;
    if (has_length)
        stream->owed -= taken;
    stream->wants_room = taken < offered;
    stream->has_ended = end && taken == offered;
    return (ssize_t)taken;
}

static int upgrade(struct http_exchange *base, struct http_fields fields)
{
    (void)base;
    (void)fields;
    return -EINVAL; /* HTTP/2 has none */
}

static void close_exchange(struct http_exchange *base)
{
    struct fake_stream *stream = stream_of(base);
    assert_int_not_equal(stream->state, FAKE_CLOSED);
    stream->was_reset = !stream->has_ended;
    stream->state = FAKE_CLOSED;
}

static int peer(const struct http_exchange *base, struct address *ret_address)
{
    (void)base;
    return address_parse(BYTES("10.0.0.2:1"), ret_address);
}

static bool is_tls(const struct http_exchange *base)
{
    (void)base;
    return false;
}

static const struct http_transport transport = {
    .grant = grant,
    .send_continue = send_continue,
    .answer = answer,
    .write = write_body,
    .upgrade = upgrade,
    .close = close_exchange,
    .peer = peer,
    .is_tls = is_tls,
};

/* The client's end. */

static void *open_carrier(struct watcher *watcher)
{
    struct fake_carrier *carrier = calloc(1, sizeof *carrier);
    assert_non_null(carrier);
    carrier->watcher = watcher;
    block_pool_init(&carrier->blocks, BLOCK_BYTES, 4, NULL);
    return carrier;
}

static void set_head(struct fake_stream *stream, const struct carrier_ask *ask)
{
    static const struct http_field fields[] = {{{"host", 4}, {"h.example", 9}},
                                               {{"x-a", 3}, {"b", 1}}};
    struct http_request_head *head = &stream->base.head;
    struct bytes query = ask->target;
    *head = (struct http_request_head){
        .method = ask->method,
        .target = ask->target,
        .path = bytes_cut(&query, '?'),
        .authority = fields[0].value,
        .fields = {fields, 2},
        .content_length = ask->content_length,
        .version = 20,
        .expects_continue = ask->expects_continue,
    };
    head->query = query;
}

static unsigned ask_carrier(void *user, const struct carrier_ask *ask)
{
    struct fake_carrier *carrier = user;
    assert_true(carrier->count < CARRIER_ASKS);
    struct fake_stream *stream = calloc(1, sizeof *stream);
    assert_non_null(stream);
    stream->base.transport = &transport;
    stream->carrier = carrier;
    stream->awaits_continue = ask->expects_continue;
    stream->outbox_ends = ask->content_length == 0;
    arena_init(&stream->base.arena, &carrier->blocks);
    set_head(stream, ask);
    carrier->streams[carrier->count] = stream;
    watcher_on_request(carrier->watcher, &stream->base);
    return carrier->count++;
}

static void send_body(void *user, unsigned number, struct bytes bytes, bool last)
{
    struct fake_stream *stream = find(user, number);
    assert_int_equal(buffer_append(&stream->outbox, bytes), 0);
    uint64_t length = stream->base.head.content_length;
    stream->outbox_ends = last || (length != HTTP_LENGTH_UNKNOWN && bytes.length >= length);
}

static void leave_carrier(void *user, unsigned number)
{
    struct fake_stream *stream = find(user, number);
    if (stream->state == FAKE_OPEN)
        stream->state = FAKE_BROKEN;
    stream->why_gone = HTTP_GONE_LEFT;
}

static void stall(void *user, unsigned number, bool stalled)
{
    find(user, number)->is_stalled = stalled;
}

/* One frame inwards, as far as credit goes. */
static bool move_in(struct fake_stream *stream)
{
    struct bytes frame = buffer_bytes(&stream->outbox);
    if (frame.length > FRAME_BYTES)
        frame.length = FRAME_BYTES;
    if (frame.length > stream->credit)
        frame.length = (size_t)stream->credit;
    bool is_last = stream->outbox_ends && frame.length == stream->outbox.length;
    bool is_due = frame.length > 0 ||
                  (is_last && (stream->credit > 0 || stream->base.head.content_length == 0));
    if (stream->state != FAKE_OPEN || stream->was_told_last || !is_due)
        return false;
    char bytes[FRAME_BYTES];
    memcpy(bytes, frame.at, frame.length);
    buffer_consume(&stream->outbox, frame.length);
    stream->credit -= frame.length;
    stream->was_told_last = is_last;
    stream->base.events->on_body(stream->base.user, bytes_of(bytes, frame.length), is_last);
    return true;
}

/* One frame outwards; behind the last one, the end or the reset. */
static bool move_out(struct fake_stream *stream)
{
    struct bytes frame = buffer_bytes(&stream->wire);
    struct carrier_reply *reply = &stream->reply;
    if (frame.length > FRAME_BYTES)
        frame.length = FRAME_BYTES;
    if (stream->is_stalled || reply->is_whole || reply->is_broken)
        return false;
    if (frame.length == 0 && !stream->has_ended && !stream->was_reset)
        return false;
    reply->status = stream->status;
    assert_int_equal(buffer_append(&reply->body, frame), 0);
    buffer_consume(&stream->wire, frame.length);
    reply->is_whole = stream->wire.length == 0 && stream->has_ended;
    reply->is_broken = stream->wire.length == 0 && stream->was_reset;
    return true;
}

static bool tell(struct fake_stream *stream)
{
    const struct http_exchange_events *events = stream->base.events;
    if (stream->state == FAKE_BROKEN) {
        stream->state = FAKE_GONE;
        events->on_gone(stream->base.user, stream->why_gone);
        return true;
    }
    bool has_room = stream->wants_room && stream->wire.length < WINDOW_BYTES / 2;
    if (stream->state != FAKE_OPEN || !has_room)
        return false;
    stream->wants_room = false;
    events->on_room(stream->base.user);
    return true;
}

static void run_carrier(void *user)
{
    struct fake_carrier *carrier = user;
    bool has_moved;
    do {
        has_moved = false;
        for (unsigned i = 0; i < carrier->count; i++) {
            has_moved |= move_in(carrier->streams[i]);
            has_moved |= move_out(carrier->streams[i]);
            has_moved |= tell(carrier->streams[i]);
        }
    } while (has_moved);
}

static const struct carrier_reply *reply_of(void *user, unsigned number)
{
    return &find(user, number)->reply;
}

static void close_carrier(void *user)
{
    struct fake_carrier *carrier = user;
    for (unsigned i = 0; i < carrier->count; i++) {
        struct fake_stream *stream = carrier->streams[i];
        assert_int_equal(stream->state, FAKE_CLOSED);
        buffer_clear(&stream->outbox);
        buffer_clear(&stream->wire);
        buffer_clear(&stream->reply.body);
        arena_clear(&stream->base.arena);
        free(stream);
    }
    block_pool_clear(&carrier->blocks);
    free(carrier);
}

const struct carrier_kind fake_carrier = {
    .name = "many streams in one connection",
    .open = open_carrier,
    .ask = ask_carrier,
    .send = send_body,
    .leave = leave_carrier,
    .stall = stall,
    .run = run_carrier,
    .reply = reply_of,
    .close = close_carrier,
};
