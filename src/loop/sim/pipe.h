/* SPDX-License-Identifier: Apache-2.0
 *
 * pipe - one direction of a connection, as numbers and bytes: what was written, what of it has been
 * sent, has arrived, has been read; and the packets that are on their way, in order. It knows
 * nothing of time but when packets arrive; connection.c decides that. Only files of loop/sim
 * include it.
 *
 *      read <= arrived <= sent <= written      positions in the stream
 *      |  receive buffer  |  packets  |  send buffer  |
 *
 * The sender learns late what has arrived and what has been read: until pipe_hear() it counts with
 * acked and window_base. All bytes from read to written lie in one ring.
 *
 * Units    bytes; positions count from the connection's start.
 * Memory   the ring is the kernel's and grows by doubling up to both buffers together.
 */
#ifndef LOOP_SIM_PIPE_H
#define LOOP_SIM_PIPE_H

#include "loop/sim/world_body.h"

#define PIPE_PACKETS 8      /* on their way; more data than that travels with the last one */
#define PIPE_DATA_PACKETS 6 /* the other places are for FIN and RST */

enum packet_kind { PACKET_DATA, PACKET_FIN, PACKET_RESET };

struct packet {
    enum packet_kind kind;
    uint64_t end; /* position behind its last byte */
    uint64_t arrives_ns;
};

enum pipe_state {
    PIPE_FLOWING,
    PIPE_FINISHING, /* FIN goes behind what is written */
    PIPE_FINISHED,  /* FIN has been sent */
    PIPE_RESET,     /* RST has been sent; nothing follows */
};

struct pipe {
    struct world *world;
    enum pipe_state state;
    bool has_ended; /* FIN has arrived */
    char *ring;
    size_t ring_bytes; /* a power of two, or 0 */
    size_t send_capacity, receive_capacity;
    uint64_t read, arrived, sent, written;
    uint64_t acked, window_base;
    struct packet packets[PIPE_PACKETS];
    unsigned first_packet, packet_count;
};

void pipe_init(struct pipe *pipe, struct world *world, size_t send_capacity,
               size_t receive_capacity);
void pipe_free(struct pipe *pipe);

/* What was not sent never will be. */
void pipe_cut(struct pipe *pipe);
/* Nor will what was on its way ever arrive. */
void pipe_lose(struct pipe *pipe);
/* What has arrived is not read any more. */
void pipe_discard(struct pipe *pipe);

/* Takes what fits into the send buffer; returns how much. */
size_t pipe_write(struct pipe *pipe, struct bytes view);
size_t pipe_read(struct pipe *pipe, char *ret_bytes, size_t size);

/* What may be sent now: written, and within the receiver's window. */
size_t pipe_sendable(const struct pipe *pipe);
bool pipe_has_room_for_packet(const struct pipe *pipe);
/* The next `size` bytes are on their way. Without room the last packet grows. */
void pipe_send(struct pipe *pipe, size_t size, uint64_t arrives_ns);
/* FIN or RST, behind all packets. */
void pipe_send_end(struct pipe *pipe, enum packet_kind kind, uint64_t arrives_ns);
/* When the last packet arrives, at the earliest `at_ns`. */
uint64_t pipe_after_packets(const struct pipe *pipe, uint64_t at_ns);
/* The first packet that has not arrived; NULL: none is on its way. */
struct packet *pipe_first_packet(struct pipe *pipe);
/* It has arrived. */
struct packet pipe_take_packet(struct pipe *pipe);

/* The receiver's acknowledgements reach the sender; true if they were news. */
bool pipe_hear(struct pipe *pipe);

static inline size_t pipe_readable(const struct pipe *pipe)
{
    return (size_t)(pipe->arrived - pipe->read);
}

static inline size_t pipe_unsent(const struct pipe *pipe)
{
    return (size_t)(pipe->written - pipe->sent);
}

static inline size_t pipe_room(const struct pipe *pipe)
{
    return pipe->send_capacity - (size_t)(pipe->written - pipe->acked);
}

static inline bool pipe_has_news(const struct pipe *pipe)
{
    return pipe->acked != pipe->arrived || pipe->window_base != pipe->read;
}

#endif
