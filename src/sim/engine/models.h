/* SPDX-License-Identifier: Apache-2.0
 *
 * models - the models an engine has, and LoRA adapters, which are asked for like models.
 *
 * Threads  the engine's loop.
 * Errors   as engine_reply.
 */
#ifndef SIM_ENGINE_MODELS_H
#define SIM_ENGINE_MODELS_H

#include <yyjson.h>

#include "sim/engine/reply.h"

/* rest: "/models", or "/models/NAME". */
int engine_models_page(struct engine_reply *reply, struct bytes rest);
/* The engine's own copy of the name that a request asks for. *ret_model is NULL if it has none such
 * and the answer says so. Python engines take a request that names none. */
int engine_model_asked(struct engine_reply *reply, yyjson_val *request, const char **ret_model);

#endif
