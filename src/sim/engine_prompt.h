/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_prompt - the raw bytes of a member of a JSON object, as they stand in the request, and
 * how many words they are.
 *
 * Memory   views into the caller's text.
 * Errors   none: text that is no JSON gives some view inside it, or an empty one.
 */
#ifndef SIM_ENGINE_PROMPT_H
#define SIM_ENGINE_PROMPT_H

#include "base/bytes.h"

/* The first member of that name at the top; at == NULL if there is none. */
struct bytes engine_member_raw(struct bytes object, struct bytes name);
/* Cuts the first element, raw, off what stands between an array's brackets; at == NULL: none. */
struct bytes engine_element_cut(struct bytes *rest);
uint64_t engine_word_count(struct bytes text);

#endif
