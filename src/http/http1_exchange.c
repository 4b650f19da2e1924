/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_exchange.h"

#include <assert.h>
#include <errno.h>

/* Longer rests go to a buffer of their own, which is given back once they are taken. */
#define REST_IN_ARENA_BYTES 4096

static const struct http1_verdict silent = {0};
static const struct http1_verdict no_memory = {503, "There is no memory left for this request."};

static struct http1_exchange *exchange_of(const struct http_exchange *base)
{
    return CONTAINER_OF(base, struct http1_exchange, base);
}

/* Opening and ending. */

static const struct http_transport transport;

static struct http1_verdict read_request(struct http1_exchange *exchange, struct bytes head,
                                         struct arena *arena)
{
    const struct http_server_options *options = &exchange->connection->server->options;
    struct bytes copy = arena_copy(arena, head);
    if (!copy.at)
        return no_memory;
    struct http1_request request;
    struct http1_verdict verdict = http1_request_read(
        &request, copy, exchange->connection->search.lines, &options->limits, arena);
    if (verdict.status != 0)
        return verdict;

    struct http_gzip *gzip = NULL;
    bool is_coded = request.is_gzip && request.body_bytes != 0;
    if (is_coded && http_gzip_open(&gzip, options->limits.gzip_ratio, options->budget) < 0)
        return no_memory;
    http1_body_init(&exchange->body, request.body_bytes, options->limits.body_bytes, gzip);
    exchange->base.head = request.head;
    exchange->keeps_alive = request.keeps_alive;
    exchange->offers_upgrade = request.offers_upgrade;
    exchange->awaits_continue = request.head.expects_continue;
    return silent;
}

struct http1_exchange *http1_exchange_open(struct http1_connection *connection, struct bytes head,
                                           struct http1_verdict *ret_verdict)
{
    struct arena arena;
    arena_init(&arena, connection->server->options.blocks);
    struct http1_exchange *exchange = arena_zalloc(&arena, sizeof *exchange);
    *ret_verdict = no_memory;
    if (!exchange)
        return NULL;
    exchange->base.transport = &transport;
    exchange->connection = connection;
    *ret_verdict = read_request(exchange, head, &arena);
    if (ret_verdict->status != 0) {
        arena_clear(&arena);
        return NULL;
    }
    exchange->base.arena = arena; /* it holds the exchange, too */
    return exchange;
}

void http1_exchange_free(struct http1_exchange *exchange)
{
    struct arena arena = exchange->base.arena;
    http1_body_clear(&exchange->body);
    arena_clear(&arena);
}

void http1_exchange_break(struct http1_exchange *exchange, enum http_gone why,
                          struct http1_verdict verdict)
{
    struct http1_connection *connection = exchange->connection;
    bool can_answer = verdict.status != 0 && exchange->state == HTTP1_EXCHANGE_OPEN &&
                      exchange->answer.state == HTTP1_ANSWER_NONE &&
                      !http1_answer_is_behind(&exchange->answer);
    if (exchange->state == HTTP1_EXCHANGE_OPEN) {
        exchange->state = HTTP1_EXCHANGE_BROKEN;
        exchange->why_gone = why;
    }
    if (can_answer)
        http1_linger_refuse(connection, verdict);
    else
        http1_connection_drop(connection, true);
}

/* The body, inwards. */

size_t http1_exchange_wants(const struct http1_exchange *exchange)
{
    if (exchange->state != HTTP1_EXCHANGE_OPEN || exchange->rest.length > 0)
        return 0;
    return http1_body_wants(&exchange->body, exchange->credit);
}

/* What is read and not taken must not stay in the scratch memory when the event ends. */
static int keep_rest(struct http1_exchange *exchange)
{
    struct buffer *held = &exchange->connection->held;
    if (exchange->rest.length == 0) {
        if (exchange->rest_place == HTTP1_REST_HELD)
            buffer_clear(held);
        exchange->rest_place = HTTP1_REST_SCRATCH;
        return 0;
    }
    if (exchange->rest_place != HTTP1_REST_SCRATCH)
        return 0;
    if (exchange->rest.length <= REST_IN_ARENA_BYTES) {
        exchange->rest = arena_copy(&exchange->base.arena, exchange->rest);
        exchange->rest_place = HTTP1_REST_ARENA;
        return exchange->rest.at ? 0 : -ENOMEM;
    }
    int r = buffer_append(held, exchange->rest);
    if (r < 0)
        return r;
    exchange->rest = buffer_bytes(held);
    exchange->rest_place = HTTP1_REST_HELD;
    return 0;
}

/* A body that came whole but was not asked for is passed over: it is no request. */
static void skip_body(struct http1_exchange *exchange)
{
    if (!exchange->body.has_ended)
        exchange->rest = bytes_after(exchange->rest, (size_t)exchange->body.length_left);
}

int http1_exchange_leave_rest(struct http1_exchange *exchange)
{
    struct buffer *held = &exchange->connection->held;
    assert(http1_exchange_has_whole_body(exchange));
    skip_body(exchange);
    if (exchange->rest_place == HTTP1_REST_HELD) {
        buffer_consume(held, held->length - exchange->rest.length);
        return 0;
    }
    return buffer_append(held, exchange->rest);
}

bool http1_exchange_has_whole_body(const struct http1_exchange *exchange)
{
    return exchange->body.has_ended || (exchange->body.kind == HTTP1_BODY_LENGTH &&
                                        exchange->body.length_left <= exchange->rest.length);
}

static void tell_body(struct http1_exchange *exchange, struct http1_piece piece)
{
    exchange->credit -= piece.bytes.length;
    if (exchange->base.events && exchange->base.events->on_body)
        exchange->base.events->on_body(exchange->base.user, piece.bytes, piece.last);
}

static void break_body(struct http1_exchange *exchange, enum http1_body_step step)
{
    static const struct http1_verdict malformed = {400, "The request's body is malformed."};
    static const struct http1_verdict too_large = {413, "The request's body is too large."};
    switch (step) {
    case HTTP1_BODY_WRONG:
        http1_exchange_break(exchange, HTTP_GONE_MALFORMED, malformed);
        break;
    case HTTP1_BODY_LARGE:
        http1_exchange_break(exchange, HTTP_GONE_TOO_LARGE, too_large);
        break;
    case HTTP1_BODY_MEMORY:
        http1_exchange_break(exchange, HTTP_GONE_MEMORY, no_memory);
        break;
    case HTTP1_BODY_MORE:
    case HTTP1_BODY_PIECE:
        break;
    }
}

/* An empty body that the head announced is told without credit; else credit comes first. */
static bool body_is_due(const struct http1_exchange *exchange)
{
    bool is_empty =
        exchange->body.kind == HTTP1_BODY_LENGTH && exchange->base.head.content_length == 0;
    return exchange->state == HTTP1_EXCHANGE_OPEN && !exchange->body.has_ended &&
           (exchange->credit > 0 || is_empty);
}

static void deliver_body(struct http1_exchange *exchange)
{
    struct http1_scratch scratch = {loop_scratch(exchange->connection->server->loop),
                                    LOOP_SCRATCH_BYTES};
    while (body_is_due(exchange)) {
        /* Decoding writes to the scratch memory, so its input may not lie there. */
        if (exchange->body.gzip && keep_rest(exchange) < 0) {
            http1_exchange_break(exchange, HTTP_GONE_MEMORY, no_memory);
            return;
        }
        struct http1_piece piece;
        enum http1_body_step step =
            http1_body_next(&exchange->body, &exchange->rest, exchange->credit, scratch, &piece);
        if (step != HTTP1_BODY_PIECE) {
            break_body(exchange, step);
            return;
        }
        tell_body(exchange, piece);
    }
}

void http1_exchange_on_readable(struct http1_exchange *exchange)
{
    struct http1_connection *connection = exchange->connection;
    size_t wanted = http1_exchange_wants(exchange);
    if (wanted == 0) { /* a pipelined request, or more body than was granted: the peer waits */
        connection->is_reading = false;
        stream_want_read(connection->stream, false);
        return;
    }
    char *scratch = loop_scratch(connection->server->loop);
    size_t size = wanted < LOOP_SCRATCH_BYTES ? wanted : LOOP_SCRATCH_BYTES;
    ssize_t n = stream_read(connection->stream, scratch, size);
    if (n == -EAGAIN)
        return;
    if (n > 0) {
        exchange->rest = bytes_of(scratch, (size_t)n);
        exchange->rest_place = HTTP1_REST_SCRATCH;
        http1_connection_wait(connection, HTTP1_WAIT_NOTHING); /* the body's clock starts anew */
    } else {
        http1_exchange_break(exchange, HTTP_GONE_LEFT, silent);
    }
    http1_exchange_advance(exchange);
}

static void grant(struct http_exchange *base, uint64_t bytes)
{
    struct http1_exchange *exchange = exchange_of(base);
    struct http1_connection *connection = exchange->connection;
    if (exchange->state != HTTP1_EXCHANGE_OPEN)
        return;
    uint64_t most = UINT64_MAX - exchange->credit;
    exchange->credit += bytes < most ? bytes : most;
    if (exchange->awaits_continue && exchange->credit > 0)
        http_exchange_continue(base);
    if (connection->is_running)
        return;
    bool has_input = exchange->rest.length > 0 || exchange->body.gzip;
    if (has_input)
        loop_post(connection->server->loop, &connection->task);
    http1_connection_settle(connection);
}

/* The answer, outwards. */

/* Writes what was gathered; the number of payload bytes taken, or -EPIPE. */
static ssize_t write_gathered(struct http1_exchange *exchange,
                              const struct http1_gathered *gathered)
{
    struct http1_connection *connection = exchange->connection;
    ssize_t n = 0;
    if (gathered->part_count > 0)
        n = stream_write(connection->stream, gathered->parts, gathered->part_count);
    if (n == -EAGAIN)
        n = 0;
    if (n < 0) {
        http1_exchange_break(exchange, HTTP_GONE_LEFT, silent);
        return -EPIPE;
    }
    if (n > 0)
        http1_connection_wait(connection, HTTP1_WAIT_NOTHING); /* the writer's clock, too */
    exchange->is_blocked = (size_t)n < gathered->total_bytes;
    return (ssize_t)http1_answer_took(&exchange->answer, gathered, (size_t)n);
}

static int flush(struct http1_exchange *exchange)
{
    struct http1_gathered gathered;
    int r = http1_answer_gather(&exchange->answer, NULL, 0, false, &gathered);
    assert(r == 0);
    (void)r;
    return write_gathered(exchange, &gathered) < 0 ? -EPIPE : 0;
}

void http1_exchange_on_writable(struct http1_exchange *exchange)
{
    exchange->is_blocked = false;
    flush(exchange);
    http1_exchange_advance(exchange);
}

/* Brings the connection in line after a call of the handler's; inside an event, whoever handles
 * that does. */
static void settle_call(struct http1_exchange *exchange)
{
    struct http1_connection *connection = exchange->connection;
    if (connection->is_running)
        return;
    if (exchange->wants_room && !exchange->is_blocked)
        loop_post(connection->server->loop, &connection->task);
    http1_connection_settle(connection);
}

static int send_continue(struct http_exchange *base)
{
    static const struct bytes words = {"HTTP/1.1 100 Continue\r\n\r\n", 25};
    struct http1_exchange *exchange = exchange_of(base);
    if (exchange->state != HTTP1_EXCHANGE_OPEN)
        return -EPIPE;
    bool is_late = exchange->rest.length > 0 || exchange->answer.state != HTTP1_ANSWER_NONE;
    if (!exchange->awaits_continue || is_late)
        return 0;
    exchange->awaits_continue = false;
    exchange->answer.head = words;
    int r = flush(exchange);
    settle_call(exchange);
    return r;
}

static int answer(struct http_exchange *base, const struct http_answer_head *head)
{
    struct http1_exchange *exchange = exchange_of(base);
    struct http_server *server = exchange->connection->server;
    if (exchange->state != HTTP1_EXCHANGE_OPEN)
        return -EPIPE;
    bool goes_on = exchange->keeps_alive && !server->is_draining && !head->is_last &&
                   http1_exchange_has_whole_body(exchange);
    struct http1_answer_traits traits = {
        .version = base->head.version,
        .is_head = bytes_equal(base->head.method, BYTES("HEAD")),
        .closes = !goes_on,
        .says_keep_alive = base->head.version == 10,
        .date = http_server_date(server),
    };
    int r = http1_answer_begin(&exchange->answer, &base->arena, head, &traits);
    if (r == 0)
        exchange->keeps_alive = goes_on && exchange->answer.framing != HTTP1_FRAMING_UNTIL_CLOSE;
    return r;
}

static size_t total_of(const struct bytes *parts, size_t part_count)
{
    size_t total = 0;
    for (size_t i = 0; i < part_count; i++)
        total += parts[i].length;
    return total;
}

static ssize_t write_parts(struct http1_exchange *exchange, const struct bytes *parts,
                           size_t part_count, bool end)
{
    struct http1_gathered gathered;
    int r = http1_answer_gather(&exchange->answer, parts, part_count, end, &gathered);
    if (r < 0)
        return r;
    ssize_t taken = write_gathered(exchange, &gathered);
    if (taken < 0)
        return taken;
    exchange->wants_room = (size_t)taken < total_of(parts, part_count);
    return taken;
}

static ssize_t write_body(struct http_exchange *base, const struct bytes *parts, size_t part_count,
                          bool end)
{
    struct http1_exchange *exchange = exchange_of(base);
    if (exchange->state != HTTP1_EXCHANGE_OPEN)
        return -EPIPE;
    if (exchange->answer.state != HTTP1_ANSWER_OPEN)
        return -EINVAL;
    ssize_t taken;
    if (exchange->answer.framing == HTTP1_FRAMING_NONE) { /* taken, and sent nowhere */
        taken = write_parts(exchange, NULL, 0, end);
        if (taken == 0)
            taken = (ssize_t)total_of(parts, part_count);
    } else {
        taken = write_parts(exchange, parts, part_count, end);
    }
    settle_call(exchange);
    return taken;
}

static int upgrade(struct http_exchange *base, struct http_fields fields)
{
    struct http1_exchange *exchange = exchange_of(base);
    if (exchange->state != HTTP1_EXCHANGE_OPEN)
        return -EPIPE;
    if (!exchange->offers_upgrade)
        return -EINVAL;
    int r = http1_answer_begin_upgrade(&exchange->answer, &base->arena, fields,
                                       http_server_date(exchange->connection->server));
    if (r < 0)
        return r;
    exchange->keeps_alive = false;
    http1_body_clear(&exchange->body);
    exchange->body = (struct http1_body){.kind = HTTP1_BODY_RAW, .decoded_left = UINT64_MAX};
    r = flush(exchange);
    settle_call(exchange);
    return r;
}

/* Both ways. */

void http1_exchange_advance(struct http1_exchange *exchange)
{
    deliver_body(exchange);
    if (exchange->state == HTTP1_EXCHANGE_OPEN && exchange->wants_room && !exchange->is_blocked) {
        exchange->wants_room = false;
        if (exchange->base.events && exchange->base.events->on_room)
            exchange->base.events->on_room(exchange->base.user);
    }
    if (exchange->connection->state == HTTP1_SERVING && keep_rest(exchange) < 0)
        http1_exchange_break(exchange, HTTP_GONE_MEMORY, no_memory);
    if (exchange->state == HTTP1_EXCHANGE_BROKEN) {
        exchange->state = HTTP1_EXCHANGE_GONE;
        if (exchange->base.events && exchange->base.events->on_gone)
            exchange->base.events->on_gone(exchange->base.user, exchange->why_gone);
    }
}

static void close_exchange(struct http_exchange *base)
{
    struct http1_exchange *exchange = exchange_of(base);
    assert(exchange->state != HTTP1_EXCHANGE_CLOSED);
    exchange->state = HTTP1_EXCHANGE_CLOSED;
    base->events = NULL;
    if (!exchange->connection->is_running)
        http1_connection_settle(exchange->connection);
}

static int peer(const struct http_exchange *base, struct address *ret_address)
{
    const struct stream *stream = exchange_of(base)->connection->stream;
    return stream ? stream_peer(stream, ret_address) : -ENOTCONN;
}

static bool is_tls(const struct http_exchange *base)
{
    return exchange_of(base)->connection->is_tls;
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
