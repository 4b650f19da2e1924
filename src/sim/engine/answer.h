/* SPDX-License-Identifier: Apache-2.0
 *
 * answer - what a request gets: a whole answer at once, or a generation that will write it.
 *
 * Memory   appends to the caller's buffer; the generation keeps views of the request's body.
 * Threads  the engine's loop.
 * Errors   -ENOBUFS, -ENOMEM: no answer can be made.
 */
#ifndef SIM_ENGINE_ANSWER_H
#define SIM_ENGINE_ANSWER_H

#include "sim/engine/generation.h"
#include "sim/engine/reader.h"
#include "sim/engine/state.h"

/* *ret_end is ENGINE_END_NOT_YET if *ret_generation was begun; it is zeroed by the caller. */
int engine_answer(struct engine *engine, const struct engine_reader *request,
                  struct engine_generation *ret_generation, struct buffer *out,
                  enum engine_end *ret_end);
/* To what is no request: 400 or 413, and close. */
int engine_answer_refusal(enum engine_read why, struct buffer *out, enum engine_end *ret_end);

#endif
