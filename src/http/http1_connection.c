/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "http/http1_exchange.h"

#define FRESH_MS 1000
#define LINGER_MS 2000

struct http1_connection *http1_connection_of(struct list *link)
{
    return CONTAINER_OF(link, struct http1_connection, link);
}

static uint64_t wait_ms(const struct http1_connection *connection, enum http1_wait wait)
{
    const struct http_deadlines *deadlines = &connection->server->options.deadlines;
    switch (wait) {
    case HTTP1_WAIT_HANDSHAKE:
        return deadlines->handshake_ms;
    case HTTP1_WAIT_IDLE:
        return deadlines->idle_ms;
    case HTTP1_WAIT_FRESH:
        return FRESH_MS;
    case HTTP1_WAIT_HEAD:
        return deadlines->head_ms;
    case HTTP1_WAIT_BODY:
        return deadlines->body_ms;
    case HTTP1_WAIT_WRITE:
        return deadlines->write_ms;
    case HTTP1_WAIT_LINGER:
        return LINGER_MS;
    case HTTP1_WAIT_NOTHING:
        break;
    }
    return 0;
}

void http1_connection_wait(struct http1_connection *connection, enum http1_wait wait)
{
    if (wait == connection->wait || !connection->stream)
        return;
    connection->wait = wait;
    if (wait == HTTP1_WAIT_NOTHING)
        return; /* the timer may fire, for nothing: cheaper than taking it out and putting it in */
    uint64_t ms = wait_ms(connection, wait);
    if (ms == 0) {
        timer_stop(&connection->timer);
        return;
    }
    uint64_t due_ns = loop_now_ns(connection->server->loop) + ms * NS_PER_MS;
    if (timer_start(&connection->timer, due_ns) < 0)
        http1_connection_drop(connection, true); /* without a deadline it could stay for ever */
}

void http1_connection_drop(struct http1_connection *connection, bool reset)
{
    if (!connection->stream)
        return;
    if (reset)
        stream_reset(connection->stream);
    else
        stream_close(connection->stream);
    connection->stream = NULL;
    connection->state = HTTP1_CLOSED;
    timer_stop(&connection->timer);
    buffer_clear(&connection->held);

    struct http1_exchange *exchange = connection->exchange;
    if (exchange && exchange->state == HTTP1_EXCHANGE_OPEN) {
        exchange->state = HTTP1_EXCHANGE_BROKEN;
        exchange->why_gone = HTTP_GONE_LEFT;
    }
}

static void free_connection(struct http1_connection *connection)
{
    struct http_server *server = connection->server;
    loop_cancel(server->loop, &connection->task);
    timer_stop(&connection->timer);
    buffer_clear(&connection->held);
    http_server_leave(server, &connection->link);
    free(connection);
}

void http1_connection_become_idle(struct http1_connection *connection)
{
    connection->search = (struct http1_search){0};
    connection->has_skipped_blank = false;
    if (connection->held.length > 0) {
        connection->state = HTTP1_HEAD; /* a pipelined request, for the task to read */
        http1_connection_wait(connection, HTTP1_WAIT_HEAD);
        loop_post(connection->server->loop, &connection->task);
        return;
    }
    buffer_clear(&connection->held);
    connection->state = HTTP1_IDLE;
    http1_connection_wait(connection,
                          connection->server->is_draining ? HTTP1_WAIT_FRESH : HTTP1_WAIT_IDLE);
}

static void release_exchange(struct http1_connection *connection)
{
    connection->server->counts.exchanges--;
    http1_exchange_free(connection->exchange);
    connection->exchange = NULL;
}

/* The handler has closed the exchange, its answer is on the way: next request, or the end. */
static void finish_exchange(struct http1_connection *connection)
{
    struct http1_exchange *exchange = connection->exchange;
    bool goes_on = exchange->keeps_alive && !connection->server->is_draining;
    int r = goes_on ? http1_exchange_leave_rest(exchange) : 0;
    release_exchange(connection);

    if (r < 0)
        http1_connection_drop(connection, true);
    else if (goes_on)
        http1_connection_become_idle(connection);
    else
        http1_linger_begin(connection);
}

static void settle_closed(struct http1_connection *connection)
{
    struct http1_exchange *exchange = connection->exchange;
    if (connection->state == HTTP1_SERVING && exchange->answer.state != HTTP1_ANSWER_ENDED)
        http1_connection_drop(connection, true);
    if (connection->state != HTTP1_SERVING)
        release_exchange(connection);
    else if (!http1_answer_is_behind(&exchange->answer))
        finish_exchange(connection);
}

static void settle_serving(struct http1_connection *connection)
{
    const struct http1_exchange *exchange = connection->exchange;
    assert(exchange); /* serving is serving one */
    bool wants_input = http1_exchange_wants(exchange) > 0;
    if (wants_input && !connection->is_reading) {
        connection->is_reading = true;
        stream_want_read(connection->stream, true);
    }
    /* The other way round waits for input to come: most often none does. */
    if (exchange->is_blocked)
        http1_connection_wait(connection, HTTP1_WAIT_WRITE);
    else
        http1_connection_wait(connection, wants_input ? HTTP1_WAIT_BODY : HTTP1_WAIT_NOTHING);
}

static void settle_between(struct http1_connection *connection)
{
    if (!connection->is_reading)
        stream_want_read(connection->stream, true);
    connection->is_reading = true;
}

void http1_connection_settle(struct http1_connection *connection)
{
    if (connection->exchange && connection->exchange->state == HTTP1_EXCHANGE_CLOSED)
        settle_closed(connection);
    if (connection->state == HTTP1_SERVING)
        settle_serving(connection);
    else if (connection->state == HTTP1_IDLE || connection->state == HTTP1_HEAD)
        settle_between(connection);

    if (connection->exchange && connection->exchange->state == HTTP1_EXCHANGE_BROKEN)
        loop_post(connection->server->loop, &connection->task);
    if (!connection->stream && !connection->exchange)
        free_connection(connection);
}

static void enter(struct http1_connection *connection)
{
    assert(!connection->is_running);
    connection->is_running = true;
}

static void leave(struct http1_connection *connection)
{
    connection->is_running = false;
    http1_connection_settle(connection);
}

/* `input` begins with a whole head; where it lies in connection->held, so does the rest. */
static void begin_exchange(struct http1_connection *connection, struct bytes input)
{
    struct http_server *server = connection->server;
    struct bytes head = bytes_of(input.at, connection->search.seen);
    bool is_held = connection->held.length > 0;
    struct http1_verdict verdict;
    if (connection->peer_has_finished) { /* gone before it was served */
        http1_connection_drop(connection, true);
        return;
    }

    struct http1_exchange *exchange = http1_exchange_open(connection, head, &verdict);
    if (!exchange) {
        http1_linger_refuse(connection, verdict);
        return;
    }
    exchange->rest = bytes_after(input, head.length);
    exchange->rest_place = is_held ? HTTP1_REST_HELD : HTTP1_REST_SCRATCH;
    connection->exchange = exchange;
    connection->state = HTTP1_SERVING;
    connection->has_served = true;
    server->counts.exchanges++;
    server->options.on_request(server->options.user, &exchange->base);
    http1_exchange_advance(exchange);
}

/* The head's end has not come: what came is kept, the clock runs from its first byte. */
static void keep_head(struct http1_connection *connection, struct bytes input)
{
    static const struct http1_verdict no_memory = {503, "There is no memory left."};
    bool is_held = connection->held.length > 0;
    if (!is_held && buffer_append(&connection->held, input) < 0) {
        http1_linger_refuse(connection, no_memory);
        return;
    }
    connection->state = HTTP1_HEAD;
    http1_connection_wait(connection, HTTP1_WAIT_HEAD);
}

/* RFC 9112 section 2.2: one empty line before a request is let pass. */
static bool skip_blank(struct http1_connection *connection, struct bytes *input)
{
    if (connection->has_skipped_blank)
        return false;
    connection->has_skipped_blank = true;
    connection->search = (struct http1_search){0};
    *input = bytes_after(*input, 2);
    if (connection->held.length > 0)
        buffer_consume(&connection->held, 2);
    return true;
}

static void read_head(struct http1_connection *connection, struct bytes input)
{
    size_t limit = connection->server->options.limits.head_bytes;
    enum http1_found found = http1_head_search(&connection->search, input, limit);
    if (found == HTTP1_FOUND_BLANK && skip_blank(connection, &input)) {
        if (input.length == 0)
            return;
        found = http1_head_search(&connection->search, input, limit);
    }
    switch (found) {
    case HTTP1_FOUND_MORE:
        keep_head(connection, input);
        break;
    case HTTP1_FOUND_END:
        begin_exchange(connection, input);
        break;
    case HTTP1_FOUND_BLANK:
    case HTTP1_FOUND_BAD:
    case HTTP1_FOUND_LARGE:
        http1_linger_refuse(connection, http1_request_refuse(found, &connection->search));
        break;
    }
}

/* Straight from the turn's scratch memory; only behind a part of a head is it appended. */
static void on_input(struct http1_connection *connection)
{
    char *scratch = loop_scratch(connection->server->loop);
    ssize_t n = stream_read(connection->stream, scratch, LOOP_SCRATCH_BYTES);
    if (n == -EAGAIN)
        return;
    if (n <= 0) {
        http1_connection_drop(connection, n < 0);
        return;
    }
    struct bytes input = bytes_of(scratch, (size_t)n);
    if (connection->held.length > 0) {
        if (buffer_append(&connection->held, input) < 0) {
            http1_connection_drop(connection, true);
            return;
        }
        input = buffer_bytes(&connection->held);
    }
    read_head(connection, input);
}

static void on_connected(void *user, int error)
{
    struct http1_connection *connection = user;
    enter(connection);
    if (error < 0)
        http1_connection_drop(connection, true);
    else
        http1_connection_become_idle(connection);
    leave(connection);
}

static void on_readable(void *user)
{
    struct http1_connection *connection = user;
    enter(connection);
    switch (connection->state) {
    case HTTP1_IDLE:
    case HTTP1_HEAD:
        on_input(connection);
        break;
    case HTTP1_SERVING:
        http1_exchange_on_readable(connection->exchange);
        break;
    case HTTP1_LINGERING:
        http1_linger_on_readable(connection);
        break;
    case HTTP1_SHAKING:
    case HTTP1_CLOSED:
        break;
    }
    leave(connection);
}

static void on_writable(void *user)
{
    struct http1_connection *connection = user;
    enter(connection);
    if (connection->state == HTTP1_SERVING)
        http1_exchange_on_writable(connection->exchange);
    else if (connection->state == HTTP1_LINGERING)
        http1_linger_on_writable(connection);
    leave(connection);
}

static void on_hangup(void *user, int error)
{
    static const struct http1_verdict silent = {0};
    struct http1_connection *connection = user;
    struct http1_exchange *exchange = connection->exchange;
    enter(connection);
    connection->peer_has_finished = true;
    bool is_served = connection->state == HTTP1_SERVING && exchange->state == HTTP1_EXCHANGE_OPEN;
    if (is_served) {
        http1_exchange_break(exchange, HTTP_GONE_LEFT, silent);
        http1_exchange_advance(exchange);
    } else if (error < 0 || connection->state == HTTP1_SHAKING) {
        http1_connection_drop(connection, true);
    }
    /* Else the end is read where it stands, behind what came before it. */
    leave(connection);
}

static void on_late(struct http1_connection *connection)
{
    static const struct http1_verdict head_late = {408, "The request's head came too slowly."};
    static const struct http1_verdict body_late = {408, "The request's body came too slowly."};
    static const struct http1_verdict silent = {0};
    enum http1_wait wait = connection->wait;
    connection->wait = HTTP1_WAIT_NOTHING;
    switch (wait) {
    case HTTP1_WAIT_NOTHING:
        break;
    case HTTP1_WAIT_HANDSHAKE:
    case HTTP1_WAIT_IDLE:
    case HTTP1_WAIT_FRESH:
    case HTTP1_WAIT_LINGER:
        http1_connection_drop(connection, false);
        break;
    case HTTP1_WAIT_HEAD:
        http1_linger_refuse(connection, head_late);
        break;
    case HTTP1_WAIT_BODY:
    case HTTP1_WAIT_WRITE:
        http1_exchange_break(connection->exchange, HTTP_GONE_TIMEOUT,
                             wait == HTTP1_WAIT_BODY ? body_late : silent);
        http1_exchange_advance(connection->exchange);
        break;
    }
}

static void on_timer(struct timer *timer)
{
    struct http1_connection *connection = CONTAINER_OF(timer, struct http1_connection, timer);
    enter(connection);
    on_late(connection);
    leave(connection);
}

static void on_task(struct task *task)
{
    struct http1_connection *connection = CONTAINER_OF(task, struct http1_connection, task);
    enter(connection);
    if (connection->exchange)
        http1_exchange_advance(connection->exchange);
    else if (connection->state == HTTP1_HEAD && connection->held.length > 0)
        read_head(connection, buffer_bytes(&connection->held));
    leave(connection);
}

static const struct stream_events stream_events = {
    .on_connected = on_connected,
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

/* Binds the stream, with TLS around it where the server has it; it is taken over either way. */
static int take_stream(struct http1_connection *connection, struct stream *stream)
{
    struct tls_context *tls = connection->server->options.tls;
    if (tls) {
        connection->is_tls = true;
        return tls_accept(&connection->stream, stream, tls, &stream_events, connection);
    }
    connection->stream = stream;
    stream_bind(stream, &stream_events, connection);
    return 0;
}

int http1_connection_open(struct http_server *server, struct stream *stream)
{
    struct http1_connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        stream_reset(stream);
        return -ENOMEM;
    }
    connection->server = server;
    connection->is_reading = true;
    timer_init(&connection->timer, server->loop, on_timer);
    task_init(&connection->task, on_task);
    buffer_init(&connection->held, 0, server->options.budget);

    int r = take_stream(connection, stream);
    if (r < 0) {
        free(connection);
        return r;
    }
    http_server_join(server, &connection->link);
    connection->state = connection->is_tls ? HTTP1_SHAKING : HTTP1_IDLE;
    http1_connection_wait(connection, connection->is_tls ? HTTP1_WAIT_HANDSHAKE : HTTP1_WAIT_IDLE);
    http1_connection_settle(connection);
    return 0;
}

void http1_connection_drain(struct http1_connection *connection)
{
    if (connection->state != HTTP1_IDLE)
        return;
    if (connection->has_served)
        http1_connection_drop(connection, false);
    else
        http1_connection_wait(connection, HTTP1_WAIT_FRESH); /* its request may be on the way */
    http1_connection_settle(connection);
}

void http1_connection_shut_down(struct http1_connection *connection)
{
    struct http1_exchange *exchange = connection->exchange;
    enter(connection);
    http1_connection_drop(connection, true);
    if (exchange && exchange->state == HTTP1_EXCHANGE_BROKEN) {
        exchange->why_gone = HTTP_GONE_SHUTDOWN;
        http1_exchange_advance(exchange);
    }
    if (exchange)
        release_exchange(connection);
    connection->is_running = false;
    free_connection(connection);
}
