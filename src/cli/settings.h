/* SPDX-License-Identifier: Apache-2.0
 *
 * settings - an edge's configuration from a command line: reads the file behind -c or --config,
 * and says on standard error what is wrong with either.
 *
 * Memory   the caller owns the configuration (edge_config_unref()).
 * Errors   -errno, after the message was printed.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "config/edge_config.h"
#include "loop/loop.h"

int settings_load(struct edge_config **ret_config, struct loop *loop, int argument_count,
                  char **arguments);

#endif
