/* SPDX-License-Identifier: Apache-2.0
 *
 * reply - one request and where its answer goes, with the answers that are ready at once.
 *
 * Memory   appends to the caller's buffer; bodies handed in are cleared.
 * Threads  the engine's loop.
 * Errors   -ENOBUFS, -ENOMEM: no answer can be made.
 */
#ifndef SIM_ENGINE_REPLY_H
#define SIM_ENGINE_REPLY_H

#include "openai/error.h"
#include "sim/engine/generation.h"
#include "sim/engine/reader.h"
#include "sim/engine/state.h"

struct engine_reply {
    struct engine *engine;
    const struct engine_reader *request;
    struct engine_generation *generation;
    struct buffer *out;
    enum engine_end end;
};

/* 200 with a body whose making gave r; passes r on if it failed. NULL type: JSON. */
int engine_reply_body(struct engine_reply *reply, int r, const char *type, struct buffer *body);
int engine_reply_error(struct engine_reply *reply, const struct openai_error *error);
int engine_reply_refuse(struct engine_reply *reply, unsigned status, const char *sentence);

#endif
