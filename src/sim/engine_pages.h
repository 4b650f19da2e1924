/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_pages - what an engine tells besides answers: health, metrics, models, its faults.
 *
 * Threads  the engine's loop.
 * Errors   as engine_reply.
 */
#ifndef SIM_ENGINE_PAGES_H
#define SIM_ENGINE_PAGES_H

#include "sim/engine_reply.h"

typedef int engine_page_fn(struct engine_reply *reply);

/* NULL: none at this path by this method. */
engine_page_fn *engine_page_find(llhttp_method_t method, struct bytes path);
/* rest: "/models", or "/models/NAME". */
int engine_models_page(struct engine_reply *reply, struct bytes rest);

/* The engine's own copy of a model's name; NULL: it has no such model. */
const char *engine_model_find(const struct engine *engine, struct bytes name);
int engine_model_missing(struct engine_reply *reply);

#endif
