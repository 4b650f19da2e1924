/* SPDX-License-Identifier: Apache-2.0
 *
 * prompt - the raw bytes of a member of a JSON object, as they stand in the request, and
 * how many words and tokens they are.
 *
 * Memory   views into the caller's text.
 * Errors   none: text that is no JSON gives some view inside it, or an empty one.
 */
#ifndef SIM_ENGINE_PROMPT_H
#define SIM_ENGINE_PROMPT_H

#include <yyjson.h>

#include "base/bytes.h"

#define ENGINE_IMAGE_TOKENS 256 /* what one image counts */

/* The first member of that name at the top; at == NULL if there is none. */
struct bytes engine_member_raw(struct bytes object, struct bytes name);
/* Cuts the first element, raw, off what stands between an array's brackets; at == NULL: none. */
struct bytes engine_element_cut(struct bytes *rest);
uint64_t engine_word_count(struct bytes text);
/* Cuts the first word off; at == NULL: none is left. */
struct bytes engine_word_cut(struct bytes *rest);
/* Whether the raw value is a list of token numbers. */
bool engine_prompt_is_tokens(struct bytes raw);
/* One for each word of the raw value, and what its images count; a list of token numbers counts as
 * it is long. */
uint64_t engine_prompt_tokens(struct bytes raw, yyjson_val *value);

#endif
