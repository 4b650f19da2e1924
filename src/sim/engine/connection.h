/* SPDX-License-Identifier: Apache-2.0
 *
 * connection - one client of an engine, from its first byte to its last.
 *
 *   READING -> GENERATING -> SENDING -+-> READING (kept alive)
 *      '------- at once ------^       '-> closed, reset, or silent until the client leaves
 *
 * Memory   frees itself when the client leaves or its answer ends the connection; else
 *          engine_connection_close().
 * Threads  the engine's loop.
 * Errors   -ENOMEM from opening; later ones reset the connection.
 */
#ifndef SIM_ENGINE_CONNECTION_H
#define SIM_ENGINE_CONNECTION_H

#include "loop/stream.h"
#include "sim/engine/generation.h"
#include "sim/engine/state.h"

/* Takes the stream over, also when it fails. */
int engine_connection_open(struct engine *engine, struct stream *stream);
/* A connection's generation has a token more in its seat. Both may be gone afterwards. */
void engine_connection_go_on(struct engine_generation *generation);
/* What a member of engine->connections does with this model, the engine's own copy of its name. */
enum engine_activity { ENGINE_IDLE, ENGINE_WAITING, ENGINE_RUNNING };
enum engine_activity engine_connection_activity(struct list *link, const char *model);
void engine_connection_close(struct list *link);

#endif
