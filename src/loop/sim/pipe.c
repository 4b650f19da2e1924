/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/sim/pipe.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_RING_BYTES 4096

void pipe_init(struct pipe *pipe, struct world *world, size_t send_capacity,
               size_t receive_capacity)
{
    *pipe = (struct pipe){
        .world = world, .send_capacity = send_capacity, .receive_capacity = receive_capacity};
}

void pipe_free(struct pipe *pipe)
{
    free(pipe->ring);
    *pipe = (struct pipe){0};
}

void pipe_cut(struct pipe *pipe)
{
    pipe->written = pipe->sent;
}

void pipe_lose(struct pipe *pipe)
{
    pipe->packet_count = 0;
    pipe->written = pipe->sent = pipe->arrived;
}

void pipe_discard(struct pipe *pipe)
{
    pipe->read = pipe->arrived;
}

struct span {
    uint64_t from, to; /* positions */
};

static size_t at_ring(const struct pipe *pipe, uint64_t position)
{
    return (size_t)position & (pipe->ring_bytes - 1);
}

/* The bytes of a span that lie in one piece from its start on. */
static size_t first_piece(const struct pipe *pipe, struct span span)
{
    size_t to_wrap = pipe->ring_bytes - at_ring(pipe, span.from);
    size_t length = (size_t)(span.to - span.from);
    return length < to_wrap ? length : to_wrap;
}

static void copy_out(const struct pipe *pipe, struct span span, char *ret_bytes)
{
    size_t piece = first_piece(pipe, span), length = (size_t)(span.to - span.from);
    memcpy(ret_bytes, pipe->ring + at_ring(pipe, span.from), piece);
    memcpy(ret_bytes + piece, pipe->ring, length - piece);
}

static void copy_in(struct pipe *pipe, struct span span, const char *bytes)
{
    size_t piece = first_piece(pipe, span), length = (size_t)(span.to - span.from);
    memcpy(pipe->ring + at_ring(pipe, span.from), bytes, piece);
    memcpy(pipe->ring, bytes + piece, length - piece);
}

static void grow_ring(struct pipe *pipe, size_t needed)
{
    size_t bytes = pipe->ring_bytes ? pipe->ring_bytes : FIRST_RING_BYTES;
    while (bytes < needed)
        bytes *= 2;
    if (bytes == pipe->ring_bytes)
        return;

    const struct pipe old = *pipe;
    pipe->ring = kernel_alloc(pipe->world, bytes);
    pipe->ring_bytes = bytes;
    if (old.read < old.written) {
        struct span all = {old.read, old.written};
        uint64_t wrap = old.read + first_piece(&old, all);
        copy_in(pipe, (struct span){all.from, wrap}, old.ring + at_ring(&old, all.from));
        copy_in(pipe, (struct span){wrap, all.to}, old.ring);
    }
    free(old.ring);
}

size_t pipe_write(struct pipe *pipe, struct bytes view)
{
    size_t room = pipe_room(pipe);
    size_t taken = view.length < room ? view.length : room;
    if (taken == 0)
        return 0;
    grow_ring(pipe, (size_t)(pipe->written - pipe->read) + taken);
    copy_in(pipe, (struct span){pipe->written, pipe->written + taken}, view.at);
    pipe->written += taken;
    return taken;
}

size_t pipe_read(struct pipe *pipe, char *ret_bytes, size_t size)
{
    size_t readable = pipe_readable(pipe);
    size_t taken = size < readable ? size : readable;
    if (taken > 0)
        copy_out(pipe, (struct span){pipe->read, pipe->read + taken}, ret_bytes);
    pipe->read += taken;
    return taken;
}

size_t pipe_sendable(const struct pipe *pipe)
{
    size_t unsent = pipe_unsent(pipe);
    size_t window = pipe->receive_capacity - (size_t)(pipe->sent - pipe->window_base);
    return unsent < window ? unsent : window;
}

bool pipe_has_room_for_packet(const struct pipe *pipe)
{
    return pipe->packet_count < PIPE_DATA_PACKETS;
}

static struct packet *packet_at(struct pipe *pipe, unsigned index)
{
    return &pipe->packets[(pipe->first_packet + index) % PIPE_PACKETS];
}

void pipe_send(struct pipe *pipe, size_t size, uint64_t arrives_ns)
{
    assert(size > 0 && size <= pipe_sendable(pipe));
    pipe->sent += size;
    if (pipe_has_room_for_packet(pipe))
        pipe->packet_count++;
    struct packet *last = packet_at(pipe, pipe->packet_count - 1);
    *last = (struct packet){PACKET_DATA, pipe->sent, arrives_ns};
}

void pipe_send_end(struct pipe *pipe, enum packet_kind kind, uint64_t arrives_ns)
{
    if (pipe->packet_count == PIPE_PACKETS)
        return; /* FIN and RST are there already */
    pipe->packet_count++;
    *packet_at(pipe, pipe->packet_count - 1) = (struct packet){kind, pipe->sent, arrives_ns};
}

uint64_t pipe_after_packets(const struct pipe *pipe, uint64_t at_ns)
{
    if (pipe->packet_count == 0)
        return at_ns;
    unsigned last = (pipe->first_packet + pipe->packet_count - 1) % PIPE_PACKETS;
    uint64_t last_ns = pipe->packets[last].arrives_ns;
    return last_ns > at_ns ? last_ns : at_ns;
}

struct packet *pipe_first_packet(struct pipe *pipe)
{
    return pipe->packet_count > 0 ? packet_at(pipe, 0) : NULL;
}

struct packet pipe_take_packet(struct pipe *pipe)
{
    struct packet packet = *packet_at(pipe, 0);
    pipe->first_packet = (pipe->first_packet + 1) % PIPE_PACKETS;
    pipe->packet_count--;
    pipe->arrived = packet.end;
    return packet;
}

bool pipe_hear(struct pipe *pipe)
{
    bool is_news = pipe_has_news(pipe);
    pipe->acked = pipe->arrived;
    pipe->window_base = pipe->read;
    return is_news;
}
