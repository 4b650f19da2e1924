/* SPDX-License-Identifier: Apache-2.0
 *
 * wording - fills a question's script: words, JSON that was asked for, calls of tools, or
 * the rest of an answer that was begun.
 *
 * Memory   views into the question's document.
 * Threads  any.
 * Errors   -EINVAL with *ret_refusal filled; -ENOMEM.
 */
#ifndef SIM_ENGINE_WORDING_H
#define SIM_ENGINE_WORDING_H

#include "sim/engine/question.h"

int engine_wording_read(struct engine_question *question, struct engine_refusal *ret_refusal);
/* Stop strings, once it is known how long the answer may be. */
int engine_wording_stop(struct engine_question *question);

#endif
