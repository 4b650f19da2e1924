/* SPDX-License-Identifier: Apache-2.0
 *
 * embedding - the answer to /v1/embeddings: small vectors made from each input's raw bytes,
 * so that the same text has the same vector everywhere, and a shorter vector is how a longer one
 * begins. The shape is engine_shape_embeddings.
 *
 * Memory   the caller's.
 * Errors   none.
 */
#ifndef SIM_ENGINE_EMBEDDING_H
#define SIM_ENGINE_EMBEDDING_H

#include "base/bytes.h"

#define ENGINE_EMBEDDING_DIMENSIONS 8 /* unless the request says how many */
#define ENGINE_EMBEDDING_MOST 4096

/* One input; each value is in [-1, 1). */
void engine_embedding(struct bytes input, float *ret_vector, size_t dimensions);

#endif
