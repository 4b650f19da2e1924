/* SPDX-License-Identifier: Apache-2.0
 *
 * core_request - what a request to a core says because it is this core: where its paths begin, and
 * who asks.
 *
 * Memory   in the arena; at == NULL: out of memory.
 * Threads  any.
 */
#ifndef EDGE_CALL_CORE_REQUEST_H
#define EDGE_CALL_CORE_REQUEST_H

#include "base/arena.h"
#include "config/edge_config.h"
#include "http/head.h"

/* What stands behind "/v1" goes behind the core's base path; any other path begins where the base
 * path does, without its version. */
struct bytes core_target(const struct core_entry *core, struct bytes path, struct bytes query,
                         struct arena *arena);
/* The field that carries the core's key; false: there is none. */
bool core_key_field(const struct core_config *core, struct arena *arena,
                    struct http_field *ret_field);

#endif
