/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_generation - one answer that is generated: token by token if it streams, else whole when
 * its last token is due. Knows time only as a number and writes only into a buffer.
 *
 * Units    monotonic nanoseconds, passed in.
 * Memory   the caller embeds the struct; prompt and model are views that outlive it.
 * Threads  belongs to its connection.
 * Errors   -ENOBUFS, -ENOMEM: the answer cannot go on.
 */
#ifndef SIM_ENGINE_GENERATION_H
#define SIM_ENGINE_GENERATION_H

#include "sim/engine_wire.h"

#define ENGINE_ID_BYTES 40
#define ENGINE_OUT_BYTES 65536 /* so far may a stream be ahead of its reader, about */

enum engine_answer_kind { ENGINE_ANSWER_CHAT, ENGINE_ANSWER_TEXT, ENGINE_ANSWER_EMBEDDINGS };

/* When its tokens come. */
struct engine_pace {
    uint64_t begin_ns;
    uint64_t first_ns; /* from the beginning to token 0 */
    uint64_t each_ns;  /* between two tokens */
};

struct engine_generation {
    enum engine_answer_kind kind;
    struct bytes prompt; /* raw */
    const char *model;
    char id[ENGINE_ID_BYTES];
    uint64_t created_s;
    struct engine_pace pace;
    uint64_t token_count; /* that will be, with no fault */
    size_t answer_bytes;  /* 0, or plain text goes on to this size */
    size_t first_event_bytes;
    bool is_cut; /* by max_tokens */
    bool streams, includes_usage, base64;
    bool keeps_alive, knows_chunks;
    enum engine_fault fault;
    uint32_t after_tokens; /* the fault comes behind so many */

    /* What has happened so far; zeroed by the caller. */
    bool has_begun;
    uint64_t prompt_hash, prompt_words, next_token;
    enum engine_framing framing;
    struct buffer event_head; /* what all events of a stream begin with */
    enum engine_end end;
};

/* Appends what is due, up to about ENGINE_OUT_BYTES. While end is ENGINE_END_NOT_YET, *ret_due_ns
 * says when to call again; a time that is not after now_ns: as soon as `out` was sent. */
int engine_generation_write(struct engine_generation *generation, uint64_t now_ns,
                            struct buffer *out, uint64_t *ret_due_ns);
void engine_generation_clear(struct engine_generation *generation);

#endif
