/* SPDX-License-Identifier: Apache-2.0
 *
 * wire - an engine's HTTP/1.1 answers as bytes (RFC 9112), right ones and broken ones.
 *
 * Memory   appends to the caller's buffer.
 * Errors   -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef SIM_ENGINE_WIRE_H
#define SIM_ENGINE_WIRE_H

#include "base/buffer.h"
#include "sim/engine/faults.h"

/* How the body ends. */
enum engine_framing { ENGINE_CHUNKED, ENGINE_LENGTH, ENGINE_UNTIL_CLOSE };

/* What becomes of the connection once everything appended was sent. */
enum engine_end {
    ENGINE_END_NOT_YET, /* more of the answer comes */
    ENGINE_END_KEEP,
    ENGINE_END_CLOSE,
    ENGINE_END_RESET,
    ENGINE_END_LATE_RESET, /* so late that what was sent arrives before it */
    ENGINE_END_SILENCE,    /* nothing more, and the connection stays */
};

struct engine_head {
    unsigned status;
    const char *type; /* NULL: application/json */
    enum engine_framing framing;
    uint64_t length; /* with ENGINE_LENGTH */
    bool keeps_alive;
};

/* A whole answer. */
struct engine_plain {
    unsigned status;
    const char *type;
    struct bytes body;
    bool keeps_alive;
    bool head_only; /* the request was HEAD */
    enum engine_fault fault;
};

int engine_wire_head(struct buffer *out, const struct engine_head *head);
/* One piece of a body: a chunk, where chunks are used. */
int engine_wire_piece(struct buffer *out, enum engine_framing framing, const struct bytes *parts,
                      size_t part_count);
/* The last chunk, where chunks are used. */
int engine_wire_last(struct buffer *out, enum engine_framing framing);
/* Bytes that are no chunk. */
int engine_wire_garbage_chunk(struct buffer *out);
/* Bytes that are no head. */
int engine_wire_garbage_head(struct buffer *out);
/* A whole answer that nobody asked for. */
int engine_wire_surplus(struct buffer *out);
int engine_wire_plain(struct buffer *out, const struct engine_plain *plain,
                      enum engine_end *ret_end);

#endif
