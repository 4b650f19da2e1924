/* SPDX-License-Identifier: Apache-2.0
 *
 * logprobs - how likely each token was, and what else might have come: made up, but always
 * the same, the chosen token the likeliest.
 *
 * Memory   writes to the caller's writer.
 * Threads  any.
 */
#ifndef SIM_ENGINE_LOGPROBS_H
#define SIM_ENGINE_LOGPROBS_H

#include "sim/engine/question.h"
#include "sim/writer.h"

/* Tokens of one choice. */
struct engine_span {
    unsigned choice;
    uint64_t begin, end; /* behind the last */
    size_t offset;       /* of the first one's text in the answer */
};

/* The value of a choice's "logprobs", as chat has it and as completions do. */
void engine_logprobs_chat(const struct engine_question *question, struct engine_span span,
                          struct writer *writer);
void engine_logprobs_text(const struct engine_question *question, struct engine_span span,
                          struct writer *writer);

#endif
