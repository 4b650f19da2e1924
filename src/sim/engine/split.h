/* SPDX-License-Identifier: Apache-2.0
 *
 * split - finds where a completion's prompt ends and this engine's own answer to it begins,
 * when a request sends both to have the rest: for completions there is no other way to ask.
 *
 * Only whole words count: one is a coincidence once in 10^7 prompts that end like one.
 *
 * Memory   views into the caller's text.
 * Threads  any.
 * Errors   -ENOMEM.
 */
#ifndef SIM_ENGINE_SPLIT_H
#define SIM_ENGINE_SPLIT_H

#include "base/bytes.h"

#define ENGINE_SPLIT_PLACES 64 /* at which an answer may begin; later ones are not tried */

/* raw: the prompt as a JSON string. The hash is that of the prompt alone, and *ret_said what was
 * said; at == NULL: nothing was, and the hash is that of all of it. */
int engine_split(struct bytes raw, uint64_t *ret_hash, struct bytes *ret_said);

#endif
