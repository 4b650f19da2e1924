/* SPDX-License-Identifier: Apache-2.0
 *
 * reference - the option table as people read it: --help and docs/configuration.md.
 *
 * Memory   appended to the caller's buffer.
 * Threads  any.
 * Errors   what buffer_append() says.
 */
#ifndef CONFIG_REFERENCE_H
#define CONFIG_REFERENCE_H

#include "base/buffer.h"

/* The options of `isthmus edge`, for a terminal. */
int config_help_edge(struct buffer *out);
/* docs/configuration.md, whole. */
int config_reference_edge(struct buffer *out);

#endif
