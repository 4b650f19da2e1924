/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_embedding - the answer to /v1/embeddings: small vectors made from each input's raw bytes,
 * so that the same text has the same vector everywhere.
 *
 * Memory   appends to the caller's buffer.
 * Errors   -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef SIM_ENGINE_EMBEDDING_H
#define SIM_ENGINE_EMBEDDING_H

#include "sim/engine_generation.h"

#define ENGINE_EMBEDDING_DIMENSIONS 8

/* One input; each value is in [-1, 1). */
void engine_embedding(struct bytes input, float ret_vector[ENGINE_EMBEDDING_DIMENSIONS]);
int engine_embedding_write(const struct engine_generation *generation, struct buffer *body);

#endif
