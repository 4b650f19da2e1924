/* SPDX-License-Identifier: Apache-2.0
 *
 * entry_options - what stands below a name of the user's choice: the rows of a core, a model, a
 * route, a price.
 *
 * Memory   static.
 * Threads  any.
 */
#ifndef CONFIG_ENTRY_OPTIONS_H
#define CONFIG_ENTRY_OPTIONS_H

#include "config/option.h"

extern const struct option_map core_map, model_map, route_map, price_map;

#endif
