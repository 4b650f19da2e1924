/* SPDX-License-Identifier: Apache-2.0
 *
 * transport - packets, acknowledgements, windows and timeouts of sockets; see connection.h.
 */
#include <errno.h>

#include "base/hash.h"
#include "loop/sim/connection.h"
#include "loop/sim/sim_stream.h"

#define MOST_PIECE_BYTES 1460
#define MOST_GAP_NS (200 * NS_PER_US)
#define LEAST_SPIKE_NS (10 * NS_PER_MS)
#define MOST_SPIKE_NS (3 * NS_PER_S)
#define FIRST_RETRY_NS (200 * NS_PER_MS)
#define MOST_RETRY_DOUBLINGS 8             /* to 51 s */
#define SYSTEM_TIMEOUT_NS (924 * NS_PER_S) /* Linux, tcp_retries2 */

static void arrive(struct event *event);
static void hear(struct event *event);
static void time_out(struct event *event);

void socket_init_transport(struct socket *socket)
{
    event_init(&socket->arrival, arrive);
    event_init(&socket->hearing, hear);
    event_init(&socket->timeout, time_out);
}

void socket_stop_transport(struct socket *socket)
{
    struct world *world = socket->connection->world;
    event_cancel(world, &socket->arrival);
    event_cancel(world, &socket->hearing);
    event_cancel(world, &socket->timeout);
    pipe_lose(&socket->out);
}

static uint64_t trace_number(const struct socket *socket)
{
    const struct connection *connection = socket->connection;
    return connection->number * 2 + (socket == &connection->server);
}

static void tell(struct socket *socket, enum stream_report report)
{
    if (socket->stream)
        sim_stream_tell(socket->stream, report);
}

bool socket_path_is_open(struct socket *from)
{
    return !from->connection->is_lost && host_path_is_open(from->host, socket_peer(from)->host);
}

uint64_t socket_latency_ns(struct socket *from)
{
    uint64_t distance_ns = from->host->distance_ns + socket_peer(from)->host->distance_ns;
    return from->connection->latency_ns + distance_ns;
}

/* When a packet sent now arrives: behind those before it, at the path's bandwidth. */
static uint64_t arrival_ns(struct socket *socket, size_t size)
{
    struct world *world = socket->connection->world;
    uint64_t bytes_per_s = world->network.bytes_per_s;
    if (socket->link_free_ns < world->now_ns)
        socket->link_free_ns = world->now_ns;
    socket->link_free_ns += bytes_per_s ? size * NS_PER_S / bytes_per_s : 0;

    uint64_t latency_ns = socket_latency_ns(socket);
    latency_ns += world_draw(world, 0, latency_ns / 8);
    if (fault_fires(world, FAULT_LATENCY))
        latency_ns += world_draw_magnitude(world, LEAST_SPIKE_NS, MOST_SPIKE_NS);
    return pipe_after_packets(&socket->out, socket->link_free_ns + latency_ns);
}

static uint64_t retry_ns(struct world *world, unsigned retries)
{
    unsigned doublings = retries < MOST_RETRY_DOUBLINGS ? retries : MOST_RETRY_DOUBLINGS;
    return world->now_ns + (FIRST_RETRY_NS << doublings);
}

static void arm_timeout(struct socket *socket)
{
    struct world *world = socket->connection->world;
    uint64_t after_ns = socket->user_timeout_ms * NS_PER_MS;
    if (!event_is_scheduled(&socket->timeout))
        event_schedule(world, &socket->timeout,
                       world->now_ns + (after_ns ? after_ns : SYSTEM_TIMEOUT_NS));
}

static void schedule_arrival(struct socket *socket)
{
    const struct packet *packet = pipe_first_packet(&socket->out);
    if (packet && !event_is_scheduled(&socket->arrival))
        event_schedule(socket->connection->world, &socket->arrival, packet->arrives_ns);
}

/* Acknowledgements are events of their own only where they change something: for a sender that
 * waits for room, a window or its timeout, or if they may get lost. */
static void schedule_hearing(struct socket *socket)
{
    struct world *world = socket->connection->world;
    struct socket *peer = socket_peer(socket);
    if (event_is_scheduled(&socket->hearing) || !pipe_has_news(&socket->out))
        return;
    if (socket->wants_room || pipe_unsent(&socket->out) > 0 ||
        event_is_scheduled(&socket->timeout) || !socket_path_is_open(peer))
        event_schedule(world, &socket->hearing, world->now_ns + socket_latency_ns(peer));
}

static void note_news(struct socket *sender)
{
    sender->news_ns = sender->connection->world->now_ns + socket_latency_ns(sender);
    schedule_hearing(sender);
}

static void send_finish(struct socket *socket)
{
    struct pipe *out = &socket->out;
    if (out->state != PIPE_FINISHING || pipe_unsent(out) > 0)
        return;
    out->state = PIPE_FINISHED;
    pipe_send_end(out, PACKET_FIN, arrival_ns(socket, 0));
}

void socket_push(struct socket *socket)
{
    struct world *world = socket->connection->world;
    struct pipe *out = &socket->out;
    if (socket->state == SOCKET_CONNECTING || out->state == PIPE_RESET)
        return;

    size_t size;
    while ((size = pipe_sendable(out)) > 0) {
        bool is_cut = pipe_has_room_for_packet(out) && fault_fires(world, FAULT_SEGMENTATION);
        if (is_cut)
            size = world_draw(world, 1, size < MOST_PIECE_BYTES ? size : MOST_PIECE_BYTES);
        pipe_send(out, size, arrival_ns(socket, size));
        if (is_cut) /* so that the rest is seldom read in the same turn */
            socket->link_free_ns += world_draw(world, 0, MOST_GAP_NS);
    }
    send_finish(socket);
    schedule_arrival(socket);
    if (pipe_unsent(out) > 0 && socket->user_timeout_ms > 0)
        arm_timeout(socket); /* a window that stays closed counts, too */
    schedule_hearing(socket);
}

size_t socket_write(struct socket *socket, struct bytes view)
{
    struct world *world = socket->connection->world;
    struct socket *peer = socket_peer(socket);
    if (pipe_has_news(&socket->out) && world->now_ns >= socket->news_ns &&
        socket_path_is_open(peer))
        pipe_hear(&socket->out);
    size_t taken = pipe_write(&socket->out, view);
    if (taken > 0) {
        world_trace(world, "write", trace_number(socket), taken);
        world_trace_mix(world, hash_bytes(bytes_of(view.at, taken), 0));
    }
    return taken;
}

size_t socket_read(struct socket *socket, char *ret_bytes, size_t size)
{
    size_t taken = pipe_read(socket_in(socket), ret_bytes, size);
    note_news(socket_peer(socket));
    return taken;
}

void socket_finish(struct socket *socket)
{
    if (socket->out.state != PIPE_FLOWING)
        return;
    socket->out.state = PIPE_FINISHING;
    socket_push(socket);
}

/* What was sent before may still arrive before it; what was not is dropped. */
void socket_send_reset(struct socket *socket)
{
    struct pipe *out = &socket->out;
    if (out->state == PIPE_RESET)
        return;
    out->state = PIPE_RESET;
    pipe_cut(out);
    pipe_send_end(out, PACKET_RESET, arrival_ns(socket, 0));
    schedule_arrival(socket);
}

void socket_break(struct socket *socket, int error)
{
    if (socket->state != SOCKET_OPEN)
        return;
    world_trace(socket->connection->world, "broken", trace_number(socket), (uint64_t)-error);
    socket->state = SOCKET_BROKEN;
    socket->error = error;
    socket->wants_room = false;
    event_cancel(socket->connection->world, &socket->hearing);
    event_cancel(socket->connection->world, &socket->timeout);
    pipe_cut(&socket->out);
    pipe_discard(socket_in(socket));
    tell(socket, REPORT_BROKEN);
}

static void receive_in_order(struct socket *socket, enum packet_kind kind)
{
    struct pipe *in = socket_in(socket);
    switch (kind) {
    case PACKET_DATA:
        tell(socket, REPORT_READABLE);
        note_news(socket_peer(socket));
        break;
    case PACKET_FIN:
        in->has_ended = true;
        tell(socket, REPORT_READABLE);
        tell(socket, REPORT_END);
        break;
    case PACKET_RESET:
        socket_break(socket, in->has_ended ? -EPIPE : -ECONNRESET);
        break;
    }
}

static void receive(struct socket *socket, enum packet_kind kind)
{
    switch (socket->state) {
    case SOCKET_CONNECTING: /* any packet acknowledges the SYN */
        connection_establish(socket->connection);
        receive_in_order(socket, kind);
        break;
    case SOCKET_OPEN:
        receive_in_order(socket, kind);
        break;
    case SOCKET_BROKEN:
    case SOCKET_CLOSED:
    case SOCKET_VANISHED: /* the host is up again and knows nothing */
        pipe_discard(socket_in(socket));
        if (kind == PACKET_DATA)
            socket_send_reset(socket);
        break;
    case SOCKET_UNBORN:
        break;
    }
}

/* The first packet was lost. Only an end that still has something to say sends it again; RST is
 * never repeated, and what was cut off before it must not be followed by anything. */
static void send_again(struct socket *socket)
{
    struct world *world = socket->connection->world;
    struct pipe *out = &socket->out;
    if (out->state == PIPE_RESET || socket->state == SOCKET_BROKEN) {
        pipe_lose(out);
        if (socket->state == SOCKET_OPEN)
            socket->connection->is_lost = true;
        else
            out->state = PIPE_FLOWING; /* so that RST answers what may come later */
        return;
    }
    struct packet *packet = pipe_first_packet(out);
    packet->arrives_ns = retry_ns(world, socket->arrival_retries++);
    world_trace(world, "lost", trace_number(socket), packet->end);
    schedule_arrival(socket);
    arm_timeout(socket);
}

static void arrive(struct event *event)
{
    struct socket *socket = CONTAINER_OF(event, struct socket, arrival);
    struct world *world = socket->connection->world;
    if (!socket_path_is_open(socket)) {
        send_again(socket);
        return;
    }
    socket->arrival_retries = 0;
    const struct packet *packet;
    while ((packet = pipe_first_packet(&socket->out)) && packet->arrives_ns <= world->now_ns) {
        struct packet arrived = pipe_take_packet(&socket->out);
        world_trace(world, "packet", trace_number(socket), arrived.end);
        receive(socket_peer(socket), arrived.kind);
    }
    schedule_arrival(socket);
}

static void tell_of_room(struct socket *socket)
{
    struct pipe *out = &socket->out;
    if (!socket->wants_room || pipe_room(out) < out->send_capacity / 3)
        return;
    socket->wants_room = false;
    tell(socket, REPORT_WRITABLE);
}

static void hear(struct event *event)
{
    struct socket *socket = CONTAINER_OF(event, struct socket, hearing);
    struct world *world = socket->connection->world;
    if (!socket_path_is_open(socket_peer(socket))) {
        event_schedule(world, &socket->hearing, retry_ns(world, socket->hearing_retries++));
        arm_timeout(socket);
        return;
    }
    socket->hearing_retries = 0;
    world_trace(world, "acknowledged", trace_number(socket), socket->out.arrived);
    if (pipe_hear(&socket->out))
        event_cancel(world, &socket->timeout);
    tell_of_room(socket);
    socket_push(socket);
}

static void time_out(struct event *event)
{
    struct socket *socket = CONTAINER_OF(event, struct socket, timeout);
    world_trace(socket->connection->world, "timed out", trace_number(socket), 0);
    if (socket->state == SOCKET_OPEN)
        socket_break(socket, -ETIMEDOUT);
    else
        socket_stop_transport(socket);
}
