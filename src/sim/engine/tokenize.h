/* SPDX-License-Identifier: Apache-2.0
 *
 * tokenize - /tokenize and /detokenize as vLLM and SGLang have them, and Anthropic's
 * /v1/messages/count_tokens. Counts are those of usage.
 *
 * Threads  the engine's loop.
 * Errors   as engine_reply.
 */
#ifndef SIM_ENGINE_TOKENIZE_H
#define SIM_ENGINE_TOKENIZE_H

#include "sim/engine/reply.h"

int engine_tokenize_page(struct engine_reply *reply);
int engine_detokenize_page(struct engine_reply *reply);
int engine_count_tokens_page(struct engine_reply *reply);

#endif
