/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_options - everything `isthmus edge` can be told: the rows behind struct edge_config. Those
 * behind each entry of its maps are in config/entry_options.h.
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

#endif
