/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/connection.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/timer.h"
#include "sim/engine/answer.h"

#define OUT_KEEP_BYTES (2 * ENGINE_OUT_BYTES)
/* Between the last bytes and the reset behind them, which would else overtake them. */
#define RESET_DELAY_NS (10 * NS_PER_MS)
#define PAUSE_NS (2 * NS_PER_S)

enum connection_state { READING, GENERATING, SENDING };

struct engine_connection {
    struct list link;
    struct engine *engine;
    struct stream *stream;
    struct timer timer; /* the next token, or a reset */
    struct task task;   /* takes what waits in the inbox */
    struct engine_reader reader;
    struct buffer inbox; /* what came behind the request at hand */
    struct buffer out;
    enum connection_state state;
    enum engine_end end; /* of the answer at hand */
    bool is_waiting;     /* counted in engine->waiting */
    bool has_paused;
    size_t held_bytes; /* the end of `out`, until a pause is over */
    struct engine_generation generation;
};

static void answer_uncount(struct engine_connection *connection)
{
    if (connection->state == READING)
        return;
    engine_batch_leave(connection->engine, &connection->generation);
    connection->engine->counts.running--;
    if (connection->is_waiting)
        connection->engine->waiting--;
    connection->is_waiting = false;
}

/* The stream is gone already. */
static void connection_free(struct engine_connection *connection)
{
    struct engine *engine = connection->engine;

    answer_uncount(connection);
    timer_stop(&connection->timer);
    loop_cancel(engine->loop, &connection->task);
    list_remove(&connection->link);
    engine->counts.connections--;
    engine_generation_clear(&connection->generation);
    engine_reader_clear(&connection->reader);
    buffer_clear(&connection->inbox);
    buffer_clear(&connection->out);
    free(connection);
}

/* The client left, or cannot be served any more. */
static void connection_abandon(struct engine_connection *connection)
{
    if (connection->state != READING)
        connection->engine->counts.cancelled++;
    stream_reset(connection->stream);
    connection_free(connection);
}

/* Back to reading; a request that came early is taken at the end of this turn. */
static void answer_forget(struct engine_connection *connection)
{
    answer_uncount(connection);
    engine_generation_clear(&connection->generation);
    if (connection->out.capacity > OUT_KEEP_BYTES)
        buffer_clear(&connection->out);
    connection->state = READING;
    connection->has_paused = false;
    loop_post(connection->engine->loop, &connection->task);
}

static void answer_complete(struct engine_connection *connection)
{
    struct engine *engine = connection->engine;

    engine->counts.completed++;
    engine->cut += connection->generation.question.script.is_cut;
}

/* Everything was sent. */
static void answer_end(struct engine_connection *connection)
{
    struct engine *engine = connection->engine;

    switch (connection->end) {
    case ENGINE_END_NOT_YET:
    case ENGINE_END_SILENCE:
        break;
    case ENGINE_END_KEEP:
        answer_complete(connection);
        answer_forget(connection);
        break;
    case ENGINE_END_CLOSE:
        answer_complete(connection);
        stream_close(connection->stream);
        connection_free(connection);
        break;
    case ENGINE_END_LATE_RESET:
        connection->end = ENGINE_END_RESET;
        if (timer_start(&connection->timer, loop_now_ns(engine->loop) + RESET_DELAY_NS) == 0)
            break;
        __attribute__((fallthrough));
    case ENGINE_END_RESET:
        stream_reset(connection->stream);
        connection_free(connection);
        break;
    }
}

/* Sends what there is; -EAGAIN: on_writable() will come for the rest. */
static int out_send(struct engine_connection *connection)
{
    struct bytes left = buffer_bytes(&connection->out);
    left.length -= connection->held_bytes;
    if (left.length == 0)
        return 0;

    ssize_t n = stream_write(connection->stream, &left, 1);
    if (n < 0)
        return (int)n;
    buffer_consume(&connection->out, (size_t)n);
    return (size_t)n < left.length ? -EAGAIN : 0;
}

static int generation_go_on(struct engine_connection *connection, uint64_t *ret_due_ns)
{
    struct engine *engine = connection->engine;
    struct engine_generation *generation = &connection->generation;
    uint64_t tokens = generation->next_token;

    int r = engine_generation_write(generation, loop_now_ns(engine->loop), &connection->out,
                                    ret_due_ns);
    engine->counts.tokens += generation->next_token - tokens;
    if (connection->is_waiting && generation->has_begun) {
        connection->is_waiting = false;
        engine->waiting--;
    }
    connection->end = generation->end;
    if (connection->end != ENGINE_END_NOT_YET) {
        connection->state = SENDING;
        engine_batch_leave(engine, generation);
    }
    return r;
}

/* Where a pause is due, half of what there is waits until it is over. */
static void half_hold(struct engine_connection *connection)
{
    const struct engine_generation *generation = &connection->generation;
    bool is_due = connection->state == SENDING || generation->next_token > generation->after_tokens;

    if (generation->fault != ENGINE_FAULT_PAUSE || connection->has_paused || !is_due)
        return;
    connection->held_bytes = connection->out.length / 2;
    connection->has_paused = connection->held_bytes > 0;
}

/* Makes what is due, sends it, and arms what comes next. A turn makes at most one buffer of
 * tokens, so that a fast reader starves nobody. The connection may be gone afterwards. */
static void connection_advance(struct engine_connection *connection)
{
    uint64_t due_ns = 0;
    int r = 0;

    if (connection->state == GENERATING && connection->held_bytes == 0)
        r = generation_go_on(connection, &due_ns);
    half_hold(connection);
    if (r == 0)
        r = out_send(connection);
    if (r == -EAGAIN)
        return;
    if (r == 0 && connection->held_bytes > 0)
        r = timer_start(&connection->timer, loop_now_ns(connection->engine->loop) + PAUSE_NS);
    else if (r == 0 && connection->state == GENERATING)
        r = timer_start(&connection->timer, due_ns);
    if (r < 0)
        connection_abandon(connection);
    else if (connection->state == SENDING && connection->held_bytes == 0)
        answer_end(connection);
}

/* A whole request has come, or one that cannot be read. */
static void request_answer(struct engine_connection *connection, enum engine_read read)
{
    struct engine *engine = connection->engine;
    int r;

    connection->generation = (struct engine_generation){0};
    connection->end = ENGINE_END_NOT_YET;
    connection->state = SENDING;
    engine->counts.running++;
    if (read == ENGINE_READ_REQUEST)
        r = engine_answer(engine, &connection->reader, &connection->generation, &connection->out,
                          &connection->end);
    else
        r = engine_answer_refusal(read, &connection->out, &connection->end);
    if (r < 0) {
        connection_abandon(connection);
        return;
    }
    if (connection->end == ENGINE_END_NOT_YET) {
        connection->state = GENERATING;
        connection->is_waiting = true;
        engine->waiting++;
    }
    connection_advance(connection);
}

/* Feeds the reader; what it leaves waits in the inbox. */
static void bytes_take(struct engine_connection *connection, struct bytes bytes)
{
    size_t taken;
    enum engine_read read = engine_reader_feed(&connection->reader, bytes, &taken);

    switch (read) {
    case ENGINE_READ_MORE:
        return;
    case ENGINE_READ_CONTINUE:
        if (buffer_append(&connection->out, BYTES("HTTP/1.1 100 Continue\r\n\r\n")) < 0)
            break;
        connection_advance(connection);
        return;
    case ENGINE_READ_NO_MEMORY:
        break;
    case ENGINE_READ_REQUEST:
    case ENGINE_READ_MALFORMED:
    case ENGINE_READ_TOO_LARGE:
        if (buffer_append(&connection->inbox, bytes_after(bytes, taken)) < 0)
            break;
        request_answer(connection, read);
        return;
    }
    connection_abandon(connection);
}

static void inbox_take(struct task *task)
{
    struct engine_connection *connection = CONTAINER_OF(task, struct engine_connection, task);
    struct buffer early = connection->inbox;

    stream_want_read(connection->stream, true);
    if (early.length == 0)
        return;
    buffer_init(&connection->inbox, 0, NULL);
    bytes_take(connection, buffer_bytes(&early));
    buffer_clear(&early);
}

static void on_timer(struct timer *timer)
{
    struct engine_connection *connection = CONTAINER_OF(timer, struct engine_connection, timer);
    connection->held_bytes = 0;
    connection_advance(connection);
}

static void on_connected(void *user, int error)
{
    struct engine_connection *connection = user;
    if (error)
        connection_abandon(connection);
}

static void on_readable(void *user)
{
    struct engine_connection *connection = user;
    char *scratch = loop_scratch(connection->engine->loop);

    if (connection->state != READING) { /* a request sent early waits where it is */
        stream_want_read(connection->stream, false);
        return;
    }
    ssize_t n = stream_read(connection->stream, scratch, LOOP_SCRATCH_BYTES);
    if (n == -EAGAIN)
        return;
    if (n <= 0)
        connection_abandon(connection);
    else
        bytes_take(connection, bytes_of(scratch, (size_t)n));
}

static void on_writable(void *user)
{
    connection_advance(user);
}

static void on_hangup(void *user, int error)
{
    connection_abandon(user);
}

static const struct stream_events events = {
    .on_connected = on_connected,
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

int engine_connection_open(struct engine *engine, struct stream *stream)
{
    struct engine_connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        stream_close(stream);
        return -ENOMEM;
    }

    connection->engine = engine;
    connection->stream = stream;
    timer_init(&connection->timer, engine->loop, on_timer);
    task_init(&connection->task, inbox_take);
    engine_reader_init(&connection->reader);
    if (engine->tls) {
        int r = tls_accept(&connection->stream, stream, engine->tls, &events, connection);
        if (r < 0) {
            free(connection);
            return r;
        }
    } else {
        stream_bind(stream, &events, connection);
    }
    list_push_back(&engine->connections, &connection->link);
    engine->counts.connections++;
    return 0;
}

void engine_connection_go_on(struct engine_generation *generation)
{
    connection_advance(CONTAINER_OF(generation, struct engine_connection, generation));
}

enum engine_activity engine_connection_activity(struct list *link, const char *model)
{
    struct engine_connection *connection = CONTAINER_OF(link, struct engine_connection, link);

    if (connection->state == READING || connection->generation.question.model != model)
        return ENGINE_IDLE;
    return connection->is_waiting ? ENGINE_WAITING : ENGINE_RUNNING;
}

void engine_connection_close(struct list *link)
{
    connection_abandon(CONTAINER_OF(link, struct engine_connection, link));
}
