/* SPDX-License-Identifier: Apache-2.0
 *
 * usage - what an answer has cost so far, in the words of each API.
 *
 * Memory   writes to the caller's writer.
 * Threads  any.
 */
#ifndef SIM_ENGINE_USAGE_H
#define SIM_ENGINE_USAGE_H

#include "sim/engine/generation.h"
#include "sim/writer.h"

/* {"prompt_tokens":...}: chat and completions. */
void engine_usage_write(const struct engine_generation *generation, struct writer *writer);
/* {"input_tokens":...}: Responses. */
void engine_usage_write_responses(const struct engine_generation *generation,
                                  struct writer *writer);
/* {"input_tokens":...}: Messages, whose input leaves out what was cached. */
void engine_usage_write_messages(const struct engine_generation *generation, struct writer *writer);

#endif
