/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_shape - the JSON of generated answers: chunks of a stream, whole answers, embeddings,
 * in the shapes that vLLM gives them.
 *
 * Memory   appends to the caller's buffer.
 * Errors   -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef SIM_ENGINE_SHAPE_H
#define SIM_ENGINE_SHAPE_H

#include "sim/engine_generation.h"

/* What every event of the stream begins with, kept in the generation. The rest need it. */
int engine_shape_event_head(struct engine_generation *generation);
/* The event that says who speaks; text completions have none. */
int engine_shape_first(const struct engine_generation *generation, struct buffer *out);
int engine_shape_token(const struct engine_generation *generation, uint64_t token,
                       struct buffer *out);
int engine_shape_error(const struct engine_generation *generation, struct buffer *out);
/* The finish reason, the usage if it was asked for, and [DONE]. */
int engine_shape_last(const struct engine_generation *generation, struct buffer *out);

/* The whole answer, all tokens at once. */
int engine_shape_plain(struct engine_generation *generation, struct buffer *body);

#endif
