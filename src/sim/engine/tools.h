/* SPDX-License-Identifier: Apache-2.0
 *
 * tools - which of the tools in a request are called, and with what.
 *
 * tool_choice decides. Where it leaves the decision to the model ("auto", or nothing said) the
 * tools are called whose names stand in the last message, if a user wrote that: "please use
 * get_weather". "required" (Anthropic: "any") calls the first tool where no name is there.
 * Arguments fit the tool's schema.
 *
 * Memory   names are views into the request's document.
 * Threads  any.
 * Errors   -EINVAL with *ret_refusal filled; -ENOMEM.
 */
#ifndef SIM_ENGINE_TOOLS_H
#define SIM_ENGINE_TOOLS_H

#include "sim/engine/question.h"

/* Nothing changes when nothing is called. */
int engine_tools_call(struct engine_question *question, struct engine_refusal *ret_refusal);

#endif
