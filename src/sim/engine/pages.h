/* SPDX-License-Identifier: Apache-2.0
 *
 * pages - what an engine tells besides answers: health, load, metrics, tokens, its faults.
 * Each dialect has its own pages; "openai" has all of them.
 *
 * Threads  the engine's loop.
 * Errors   as engine_reply.
 */
#ifndef SIM_ENGINE_PAGES_H
#define SIM_ENGINE_PAGES_H

#include "sim/engine/reply.h"

typedef int engine_page_fn(struct engine_reply *reply);

/* NULL: the engine has none at this path by this method. */
engine_page_fn *engine_page_find(const struct engine *engine, llhttp_method_t method,
                                 struct bytes path);
/* Whether it is the simulation's own, /sim/..., and no engine's. */
bool engine_page_is_own(struct bytes path);

#endif
