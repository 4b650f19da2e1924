/* SPDX-License-Identifier: Apache-2.0
 *
 * generation - one answer that is generated: token by token if it streams, else whole when
 * its last token is due. Knows time only as a number and writes only into a buffer.
 *
 * Units    monotonic nanoseconds, passed in.
 * Memory   the caller embeds the struct; engine_generation_clear() clears its question, too.
 * Threads  belongs to its connection.
 * Errors   -ENOBUFS, -ENOMEM: the answer cannot go on.
 */
#ifndef SIM_ENGINE_GENERATION_H
#define SIM_ENGINE_GENERATION_H

#include "sim/engine/batch.h"
#include "sim/engine/question.h"
#include "sim/engine/wire.h"

#define ENGINE_OUT_BYTES 65536 /* so far may a stream be ahead of its reader, about */

/* When its tokens come, if no GPU says so. */
struct engine_pace {
    uint64_t begin_ns;
    uint64_t first_ns; /* from the beginning to token 0 */
    uint64_t each_ns;  /* between two tokens */
};

struct engine_generation {
    struct engine_question question; /* and by that what is said */
    struct engine_pace pace;
    struct engine_seat *seat; /* in the batch; NULL: it has its own pace */
    uint64_t token_count;     /* that will be, with no fault, of the longest choice */
    bool keeps_alive, knows_chunks;
    enum engine_fault fault;
    uint32_t after_tokens; /* the fault comes behind so many */

    /* What has happened so far; zeroed by the caller. */
    bool has_begun;
    uint64_t next_token;
    uint64_t event_count;
    size_t text_bytes[ENGINE_CHOICE_LIMIT]; /* said of each choice */
    enum engine_framing framing;
    struct buffer event_head; /* what all events of a stream begin with */
    struct buffer event;      /* the rest of the one that is being made */
    enum engine_end end;
};

/* Appends what is due, up to about ENGINE_OUT_BYTES. While end is ENGINE_END_NOT_YET, *ret_due_ns
 * says when to call again; a time that is not after now_ns: as soon as `out` was sent; GPU_NEVER:
 * when the seat has a token more. */
int engine_generation_write(struct engine_generation *generation, uint64_t now_ns,
                            struct buffer *out, uint64_t *ret_due_ns);
void engine_generation_clear(struct engine_generation *generation);

#endif
