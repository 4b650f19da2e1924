/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/sim_stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "loop/sim/node.h"
#include "loop/stream_body.h"

struct sim_stream {
    struct stream base;
    struct source source;
    struct socket *socket; /* NULL: the process is dead */
    unsigned due;          /* enum stream_report */
    bool read_is_wanted;
    bool end_is_read; /* 0 was read: no on_readable() any more */
};

static struct sim_stream *sim_stream_of(const struct stream *stream)
{
    return (struct sim_stream *)(uintptr_t)stream;
}

static bool has_something_to_read(const struct sim_stream *stream)
{
    if (!stream->socket || stream->socket->state != SOCKET_OPEN)
        return false;
    const struct pipe *in = socket_in(stream->socket);
    return pipe_readable(in) > 0 || (in->has_ended && !stream->end_is_read);
}

static void add_due(struct sim_stream *stream, enum stream_report report)
{
    stream->due |= (unsigned)report;
    if (stream->base.events) /* else when it is bound */
        source_ready(&stream->source);
}

static void remove_due(struct sim_stream *stream, enum stream_report report)
{
    stream->due &= ~(unsigned)report;
    if (!stream->due)
        source_cancel(&stream->source);
}

/* While something else is due, reading waits for that to be told: whatever is told last asks here
 * again, and reading comes once a turn. */
static void rearm_reading(struct sim_stream *stream)
{
    if (!stream->read_is_wanted || !has_something_to_read(stream))
        remove_due(stream, REPORT_READABLE);
    else if (!stream->due)
        add_due(stream, REPORT_READABLE);
}

void sim_stream_tell(struct sim_stream *stream, enum stream_report report)
{
    if (report == REPORT_READABLE && !stream->read_is_wanted)
        return;
    if (report == REPORT_BROKEN && stream->due & REPORT_CONNECTED) {
        stream->due = REPORT_CONNECTED; /* which will say that it failed */
        return;
    }
    if (report == REPORT_BROKEN)
        stream->due = 0; /* nothing else matters any more */
    add_due(stream, report);
}

static void call_owner(const struct sim_stream *stream, unsigned report)
{
    const struct stream_events *events = stream->base.events;
    void *user = stream->base.user;
    int error = stream->socket->error; /* 0 unless it is BROKEN */

    if (report == REPORT_CONNECTED)
        events->on_connected(user, error);
    else if (report == REPORT_WRITABLE)
        events->on_writable(user);
    else if (report == REPORT_END || report == REPORT_BROKEN)
        events->on_hangup(user, report == REPORT_END ? 0 : error);
    else
        events->on_readable(user);
}

/* One call at a time, since each may close the stream: what else is due waits in the same turn's
 * batch. Reading is told again each turn until nothing is left. */
static void report_stream(struct source *source)
{
    struct sim_stream *stream = CONTAINER_OF(source, struct sim_stream, source);
    if (!stream->read_is_wanted)
        stream->due &= ~(unsigned)(REPORT_READABLE | REPORT_SPURIOUS);
    unsigned report = stream->due & -stream->due;
    if (!report)
        return;
    stream->due &= ~report;
    if (stream->due)
        source_again(source);
    else
        rearm_reading(stream);
    if (report != REPORT_BROKEN && report != REPORT_SPURIOUS &&
        fault_fires(source->loop->world, FAULT_SPURIOUS_EVENT))
        add_due(stream, REPORT_SPURIOUS);
    call_owner(stream, report);
}

static void sim_bind(struct stream *base)
{
    struct sim_stream *stream = sim_stream_of(base);
    if (!stream->socket)
        return;
    stream->end_is_read = false;
    if (socket_in(stream->socket)->has_ended)
        stream->due |= REPORT_END;
    if (stream->socket->state == SOCKET_BROKEN && !(stream->due & REPORT_CONNECTED))
        stream->due = REPORT_BROKEN;
    if (stream->read_is_wanted && has_something_to_read(stream))
        stream->due |= REPORT_READABLE;
    source_cancel(&stream->source); /* a new owner hears in a later turn */
    if (stream->due)
        source_ready(&stream->source);
}

static void sim_want_read(struct stream *base, bool wanted)
{
    struct sim_stream *stream = sim_stream_of(base);
    stream->read_is_wanted = wanted;
    rearm_reading(stream);
}

/* 0, or why nothing can be read or written now. */
static int check_socket(const struct sim_stream *stream)
{
    const struct socket *socket = stream->socket;
    if (!socket)
        return -ESHUTDOWN;
    if (socket->state == SOCKET_BROKEN)
        return socket->error;
    return socket->state == SOCKET_CONNECTING ? -EAGAIN : 0;
}

static ssize_t read_some(struct sim_stream *stream, char *ret_bytes, size_t size)
{
    struct world *world = stream->source.loop->world;
    size_t readable = pipe_readable(socket_in(stream->socket));
    size_t most = size < readable ? size : readable;
    if (most == 0 || fault_fires(world, FAULT_SPURIOUS_EVENT))
        return -EAGAIN;
    if (most > 1 && fault_fires(world, FAULT_SHORT_READ))
        most = world_draw(world, 1, most - 1);
    return (ssize_t)socket_read(stream->socket, ret_bytes, most);
}

static ssize_t sim_read(struct stream *base, char *ret_bytes, size_t size)
{
    struct sim_stream *stream = sim_stream_of(base);
    assert(size > 0);
    ssize_t got = check_socket(stream);
    if (got < 0)
        return got;
    const struct pipe *in = socket_in(stream->socket);
    if (pipe_readable(in) == 0 && in->has_ended)
        stream->end_is_read = true;
    else
        got = read_some(stream, ret_bytes, size);
    rearm_reading(stream);
    return got;
}

/* Of `total` bytes, how many the kernel is ready to look at. */
static size_t draw_write_limit(struct world *world, size_t total)
{
    if (total > 1 && fault_fires(world, FAULT_SHORT_WRITE))
        return world_draw(world, 1, total - 1);
    return total;
}

static size_t write_parts(struct sim_stream *stream, const struct bytes *parts, size_t part_count)
{
    size_t total = 0, taken = 0;
    for (size_t i = 0; i < part_count; i++)
        total += parts[i].length;
    size_t limit = draw_write_limit(stream->source.loop->world, total);

    for (size_t i = 0; i < part_count && taken < limit; i++) {
        size_t wanted = parts[i].length < limit - taken ? parts[i].length : limit - taken;
        size_t wrote = socket_write(stream->socket, bytes_of(parts[i].at, wanted));
        taken += wrote;
        if (wrote < wanted)
            break;
    }
    if (taken == limit && limit < total)
        add_due(stream, REPORT_WRITABLE); /* there is room: the kernel only was in a mood */
    else if (taken < total)
        stream->socket->wants_room = true;
    return taken;
}

static ssize_t sim_write(struct stream *base, const struct bytes *parts, size_t part_count)
{
    struct sim_stream *stream = sim_stream_of(base);
    int r = check_socket(stream);
    if (r == -EAGAIN) {
        stream->socket->wants_room = true; /* told once it is connected */
        return 0;
    }
    if (r < 0)
        return r;
    if (stream->socket->out.state == PIPE_FINISHING || stream->socket->out.state == PIPE_FINISHED)
        return -EPIPE;

    size_t count = part_count < STREAM_PARTS ? part_count : STREAM_PARTS;
    size_t taken = write_parts(stream, parts, count);
    if (count < part_count && !stream->socket->wants_room)
        add_due(stream, REPORT_WRITABLE);
    socket_push(stream->socket);
    return (ssize_t)taken;
}

static int sim_finish(struct stream *base)
{
    struct sim_stream *stream = sim_stream_of(base);
    int r = check_socket(stream);
    if (r < 0)
        return r == -EAGAIN ? -ENOTCONN : r;
    socket_finish(stream->socket);
    return 0;
}

static void sim_close(struct stream *base, bool reset)
{
    struct sim_stream *stream = sim_stream_of(base);
    source_cancel(&stream->source);
    if (stream->socket)
        socket_close(stream->socket, reset);
    stream->source.loop->node->holdings.streams--;
    stream->source.loop->node->descriptors--;
    free(stream);
}

static int sim_endpoint(const struct stream *base, bool peer, struct address *ret_address)
{
    const struct sim_stream *stream = sim_stream_of(base);
    if (!stream->socket)
        return -ENOTCONN;
    const struct connection *connection = stream->socket->connection;
    bool is_client = stream->socket == &connection->client;
    *ret_address = is_client == peer ? connection->server_address : connection->client_address;
    return 0;
}

static const char *sim_error_text(const struct stream *base)
{
    const struct sim_stream *stream = sim_stream_of(base);
    return strerror(stream->socket ? -stream->socket->error : ESHUTDOWN);
}

static const struct stream_kind sim_kind = {
    .bind = sim_bind,
    .want_read = sim_want_read,
    .read = sim_read,
    .write = sim_write,
    .finish = sim_finish,
    .close = sim_close,
    .endpoint = sim_endpoint,
    .error_text = sim_error_text,
};

static struct sim_stream *sim_stream_new(struct loop *loop)
{
    struct sim_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->base = (struct stream){.kind = &sim_kind, .loop = loop};
    stream->read_is_wanted = true;
    source_init(&stream->source, sim_loop_of(loop), report_stream);
    node_of(loop)->holdings.streams++;
    node_of(loop)->descriptors++;
    return stream;
}

int sim_stream_accept(struct stream **ret_stream, struct loop *loop, struct socket *socket)
{
    struct sim_stream *stream = sim_stream_new(loop);
    if (!stream)
        return -ENOMEM;
    stream->socket = socket;
    socket->stream = stream;
    *ret_stream = &stream->base; /* stream_bind() will find what has come meanwhile */
    return 0;
}

static bool can_be_reached(const struct address *address)
{
    return address->family != ADDRESS_NONE &&
           (address->family == ADDRESS_UNIX || address->port != 0);
}

/* style: parameters, as its header says: what is opened, and who is told. */
int stream_connect(struct stream **ret_stream, struct loop *loop, const struct address *address,
                   const struct stream_options *options, const struct stream_events *events,
                   void *user)
{
    struct world_node *node = node_of(loop);
    int r = can_be_reached(address) ? node_may_open_file(node) : -EINVAL;
    if (r < 0)
        return r;
    struct sim_stream *stream = sim_stream_new(loop);
    if (!stream)
        return -ENOMEM;
    stream->base.events = events;
    stream->base.user = user;
    stream->socket = connection_open(node, address, options ? options->user_timeout_ms : 0);
    stream->socket->stream = stream;
    *ret_stream = &stream->base;
    return 0;
}

void sim_stream_orphan(struct sim_stream *stream)
{
    source_cancel(&stream->source);
    stream->socket = NULL;
    stream->due = 0;
}
