/* SPDX-License-Identifier: Apache-2.0
 *
 * token - numbers for tokens, the same everywhere. A token is a word; the engine's own words
 * (engine_token()) can be read back from their numbers, which are larger than those of all others.
 *
 * Memory   the caller's.
 * Threads  any.
 * Errors   none.
 */
#ifndef SIM_ENGINE_TOKEN_H
#define SIM_ENGINE_TOKEN_H

#include "sim/engine/engine.h"

/* A space before the word means nothing. */
uint32_t engine_token_id(struct bytes word);
/* The engine's word of that number, in `room`; at == NULL: it is another's. */
struct bytes engine_token_word(uint64_t id, char room[ENGINE_TOKEN_BYTES]);

#endif
