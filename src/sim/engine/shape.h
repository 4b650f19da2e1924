/* SPDX-License-Identifier: Apache-2.0
 *
 * shape - the bytes of generated answers, for each kind of request: events of a stream, or
 * a whole answer.
 *
 * Memory   appends to the caller's buffer.
 * Errors   -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef SIM_ENGINE_SHAPE_H
#define SIM_ENGINE_SHAPE_H

#include "sim/engine/generation.h"
#include "sim/writer.h"

/* What comes before all tokens. The rest need it. */
int engine_shape_first(struct engine_generation *generation, struct buffer *out);
/* This token of each choice that has one. */
int engine_shape_token(struct engine_generation *generation, uint64_t token, struct buffer *out);
int engine_shape_error(struct engine_generation *generation, struct buffer *out);
/* What comes behind all tokens: how it ended, the usage if it was asked for, [DONE]. */
int engine_shape_last(struct engine_generation *generation, struct buffer *out);

/* The whole answer, all tokens at once. */
int engine_shape_plain(struct engine_generation *generation, struct buffer *body);

/* ---- for the shapes themselves ---- */

/* How one kind of answer looks. */
struct engine_shape {
    int (*first)(struct engine_generation *generation, struct buffer *out);
    int (*token)(struct engine_generation *generation, uint64_t token, struct buffer *out);
    int (*last)(struct engine_generation *generation, struct buffer *out);
    int (*plain)(struct engine_generation *generation, struct writer *writer);
};

extern const struct engine_shape engine_shape_chat, engine_shape_text;
extern const struct engine_shape engine_shape_responses, engine_shape_messages;
/* These do not stream. */
extern const struct engine_shape engine_shape_embeddings;
extern const struct engine_shape engine_shape_rerank, engine_shape_score;

/* Sends what stands in generation->event, behind event_head, and empties it; `error` is the
 * writer's that made it. */
int engine_shape_send(struct engine_generation *generation, int error, struct buffer *out);
/* The text of tokens from `first` on as one JSON string, escaped, without its quotes; padding goes
 * on with further words. */
void engine_shape_words(struct engine_generation *generation, unsigned choice,
                        struct writer *writer);
/* Arguments of call number `call`, escaped, without quotes. */
void engine_shape_arguments(const struct engine_generation *generation, unsigned call,
                            struct writer *writer);
/* "call_0123456789abcdef", quoted; the same in all events of an answer. */
void engine_shape_call_id(const struct engine_generation *generation, const char *prefix,
                          unsigned call, struct writer *writer);
/* So many have been made, of all choices. */
uint64_t engine_shape_made_tokens(const struct engine_generation *generation);

#endif
