/* SPDX-License-Identifier: Apache-2.0
 *
 * path - a request's path where the edge passes on, or reads, more of it than it knows by heart.
 *
 * Threads  any.
 * Errors   none; path_decode(): at == NULL when out of memory.
 */
#ifndef EDGE_EXCHANGE_PATH_H
#define EDGE_EXCHANGE_PATH_H

#include "base/arena.h"

/* Nobody could read a way up in it ("..", also with escapes), or an end ("%00"): what is allowed
 * below one path does not lead to another. */
bool path_is_plain(struct bytes path);
/* RFC 3986 section 2.1. What is no escape stays as it is. */
struct bytes path_decode(struct bytes path, struct arena *arena);

#endif
