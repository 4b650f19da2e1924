/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"
#include "loop/listener.h"
#include "loop/timer.h"

#define BACKLOG 4096
#define HEAD "HTTP/1.1 200 OK\r\nserver: isthmus-sim\r\ncontent-type: "
#define NOT_FOUND                                                                                  \
    "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\n"                                 \
    "content-length: 2\r\n\r\n{}"

/* Head and body; one piece, or for a stream one piece an event. */
struct answer {
    struct buffer bytes;
    size_t *piece_ends;
    size_t piece_count;
};

struct backend {
    struct load *load;
    struct listen_socket *socket;
    struct listener *listener;
    struct list connections;
    struct bytes bodies[EXPECTED_VARIANTS]; /* of the requests */
    struct answer answers[EXPECTED_VARIANTS];
};

struct connection {
    struct list link;
    struct backend *backend;
    struct stream *stream;
    struct buffer request;       /* what has come of it */
    size_t wanted;               /* bytes of the whole request; 0: its head is not here yet */
    const struct answer *answer; /* NULL: none is due */
    size_t piece, sent;          /* of the answer: the piece at hand, and bytes so far */
    struct timer timer;          /* the next piece */
};

static void connection_end(struct connection *connection)
{
    stream_reset(connection->stream);
    timer_stop(&connection->timer);
    list_remove(&connection->link);
    buffer_clear(&connection->request);
    free(connection);
}

static struct bytes body_of(struct bytes message)
{
    ptrdiff_t end = bytes_find(message, BYTES("\r\n\r\n"));
    return end < 0 ? bytes_of(NULL, 0) : bytes_after(message, (size_t)end + 4);
}

/* NULL: no request of this run has this body. */
static const struct answer *answer_to(const struct backend *backend, struct bytes body)
{
    for (unsigned i = 0; i < EXPECTED_VARIANTS; i++)
        if (bytes_equal(body, backend->bodies[i]))
            return &backend->answers[i];
    return NULL;
}

/* Goes on with the piece at hand. The connection may be gone afterwards. */
static void answer_send(struct connection *connection)
{
    const struct answer *answer = connection->answer;
    struct load *load = connection->backend->load;

    if (!answer)
        return;
    struct bytes left = buffer_bytes(&answer->bytes);
    left.length = answer->piece_ends[connection->piece];
    left = bytes_after(left, connection->sent);
    ssize_t n = stream_write(connection->stream, &left, 1);
    if (n < 0 && n != -EAGAIN) {
        connection_end(connection);
        return;
    }
    connection->sent += n > 0 ? (size_t)n : 0;
    if (n < (ssize_t)left.length)
        return;
    if (++connection->piece == answer->piece_count)
        connection->answer = NULL;
    else
        timer_start(&connection->timer,
                    loop_now_ns(load->loop) + load->settings->itl_ms * NS_PER_MS);
}

static void on_timer(struct timer *timer)
{
    answer_send(CONTAINER_OF(timer, struct connection, timer));
}

/* Sizes by Content-Length alone: it is what all the servers under test send for these requests. */
static size_t request_size(struct bytes request)
{
    struct bytes body = body_of(request);
    uint64_t length = 0;

    if (!body.at)
        return 0;
    for (struct bytes head = bytes_of(request.at, request.length - body.length); head.length > 2;) {
        struct bytes value = bytes_cut(&head, '\n');
        struct bytes name = bytes_cut(&value, ':');
        if (bytes_equal_nocase(name, BYTES("content-length")) &&
            !bytes_read_u64(bytes_trim(bytes_of(value.at, value.length - 1)), &length))
            return SIZE_MAX;
    }
    return request.length - body.length + (size_t)length;
}

/* What else servers ask an engine: not of this one. */
static void request_refuse(struct connection *connection, struct bytes request)
{
    struct bytes answer = BYTES(NOT_FOUND);
    struct load *load = connection->backend->load;

    if (bytes_start_with(request, BYTES("POST ")) && load->errors++ == 0)
        fprintf(stderr, "load: a request reached the engine changed\n");
    if (stream_write(connection->stream, &answer, 1) != (ssize_t)answer.length)
        load->errors++;
}

static void request_answer(struct connection *connection)
{
    struct bytes request = buffer_bytes(&connection->request);

    connection->answer = answer_to(connection->backend, body_of(request));
    connection->piece = connection->sent = 0;
    if (!connection->answer)
        request_refuse(connection, request);
    connection->wanted = 0;
    buffer_truncate(&connection->request, 0);
    answer_send(connection);
}

static void on_readable(void *user)
{
    struct connection *connection = user;
    char *at;

    if (buffer_reserve(&connection->request, LOOP_SCRATCH_BYTES, &at) < 0) {
        connection_end(connection);
        return;
    }
    ssize_t n = stream_read(connection->stream, at, LOOP_SCRATCH_BYTES);
    if (n == -EAGAIN)
        return;
    if (n <= 0) {
        connection_end(connection);
        return;
    }
    buffer_commit(&connection->request, (size_t)n);
    if (connection->wanted == 0)
        connection->wanted = request_size(buffer_bytes(&connection->request));
    if (connection->wanted > 0 && connection->request.length >= connection->wanted)
        request_answer(connection);
}

static void on_writable(void *user)
{
    answer_send(user);
}

static void on_hangup(void *user, int error)
{
    (void)error;
    connection_end(user);
}

static const struct stream_events events = {
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

static void on_accept(void *user, struct stream *stream)
{
    struct backend *backend = user;
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection) {
        backend->load->errors++;
        stream_close(stream);
        return;
    }
    connection->backend = backend;
    connection->stream = stream;
    timer_init(&connection->timer, backend->load->loop, on_timer);
    list_push_back(&backend->connections, &connection->link);
    stream_bind(stream, &events, connection);
}

/* Free digits become zeros. */
static int body_append(struct buffer *out, struct bytes body)
{
    char *at;
    int r = buffer_reserve(out, body.length, &at);

    if (r < 0)
        return r;
    for (size_t i = 0; i < body.length; i++)
        at[i] = body.at[i] == EXPECTED_FREE ? '0' : body.at[i];
    buffer_commit(out, body.length);
    return 0;
}

static int plain_make(struct answer *answer, struct bytes body)
{
    int r = buffer_append_format(
        &answer->bytes, HEAD "application/json\r\ncontent-length: %zu\r\n\r\n", body.length);
    if (r == 0)
        r = body_append(&answer->bytes, body);
    answer->piece_ends = malloc(sizeof *answer->piece_ends);
    if (!answer->piece_ends)
        return -ENOMEM;
    answer->piece_ends[answer->piece_count++] = answer->bytes.length;
    return r;
}

/* The first event, cut off, as a chunk. */
static int event_append(struct buffer *out, struct bytes *body)
{
    ptrdiff_t end = bytes_find(*body, BYTES("\n\n"));
    struct bytes event = bytes_of(body->at, end < 0 ? body->length : (size_t)end + 2);

    *body = bytes_after(*body, event.length);
    int r = buffer_append_format(out, "%zx\r\n", event.length);
    if (r == 0)
        r = body_append(out, event);
    return r == 0 ? buffer_append(out, BYTES("\r\n")) : r;
}

/* The end goes with the last event. */
static int stream_make(struct answer *answer, struct bytes body, uint64_t tokens)
{
    struct buffer *out = &answer->bytes;

    answer->piece_ends = malloc((size_t)(tokens + 8) * sizeof *answer->piece_ends);
    if (!answer->piece_ends)
        return -ENOMEM;
    int r =
        buffer_append(out, BYTES(HEAD "text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"));
    while (r == 0 && body.length > 0 && answer->piece_count < tokens + 8) {
        r = event_append(out, &body);
        answer->piece_ends[answer->piece_count++] = out->length;
    }
    if (r == 0)
        r = buffer_append(out, BYTES("0\r\n\r\n"));
    answer->piece_ends[answer->piece_count - 1] = out->length;
    return r;
}

static int answers_make(struct backend *backend)
{
    const struct load *load = backend->load;
    bool streams = load->settings->mode == LOAD_STREAM;
    int r = 0;

    for (unsigned i = 0; i < EXPECTED_VARIANTS && r == 0; i++) {
        struct bytes body = buffer_bytes(&load->expected[i].body);
        backend->bodies[i] = body_of(buffer_bytes(&load->expected[i].request));
        r = streams ? stream_make(&backend->answers[i], body, load->settings->tokens)
                    : plain_make(&backend->answers[i], body);
    }
    return r;
}

static int listen_now(struct backend *backend)
{
    static const struct listener_events listener_events = {.on_accept = on_accept};
    const struct stream_options options = {0};
    struct loop *loop = backend->load->loop;

    int r = listen_socket_open(&backend->socket, loop, &backend->load->settings->backend, BACKLOG);
    if (r < 0)
        return r;
    return listener_open(&backend->listener, loop, backend->socket, &options, &listener_events,
                         backend);
}

int backend_open(struct backend **ret_backend, struct load *load)
{
    struct backend *backend = calloc(1, sizeof *backend);
    if (!backend)
        return -ENOMEM;
    *ret_backend = backend;
    backend->load = load;
    list_init(&backend->connections);
    int r = answers_make(backend);
    return r == 0 ? listen_now(backend) : r;
}

void backend_close(struct backend *backend)
{
    if (!backend)
        return;
    while (!list_is_empty(&backend->connections))
        connection_end(CONTAINER_OF(backend->connections.next, struct connection, link));
    if (backend->listener)
        listener_close(backend->listener);
    if (backend->socket)
        listen_socket_close(backend->socket);
    for (unsigned i = 0; i < EXPECTED_VARIANTS; i++) {
        buffer_clear(&backend->answers[i].bytes);
        free(backend->answers[i].piece_ends);
    }
    free(backend);
}
