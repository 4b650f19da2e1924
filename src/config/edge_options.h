/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_options - everything `isthmus edge` can be told: the rows behind struct edge_config, and
 * those behind each core of `cores:`.
 *
 * Memory   static.
 * Threads  any.
 */
#ifndef CONFIG_EDGE_OPTIONS_H
#define CONFIG_EDGE_OPTIONS_H

#include "config/option.h"

#define EDGE_CORE_LIMIT 64 /* the bits of a call's set of cores already tried */

/* Offsets into struct edge_config; the options of a section stand together. */
extern const struct option edge_options[];
/* Offsets into struct core_entry; no sections. */
extern const struct option core_options[];

/* The row of `cores`, and that of a core's `url`, which has a short form. */
const struct option *edge_option_cores(void);
const struct option *core_option_url(void);

#endif
