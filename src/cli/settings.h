/* SPDX-License-Identifier: Apache-2.0
 *
 * settings - an edge's configuration from a command line: reads the file, and says on standard
 * error what is wrong with either.
 *
 * Memory   the caller owns the configuration (edge_config_unref()).
 * Errors   an exit status (cli/command.h), after the message was printed.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "config/edge_config.h"
#include "config/load.h"
#include "loop/loop.h"

/* The file is the one behind -c or --config, if there is one. Takes both out of the arguments. */
int settings_load(struct edge_config **ret_config, struct loop *loop, int argument_count,
                  char **arguments);
/* The same with the file named apart; NULL: none. */
int settings_load_file(struct edge_config **ret_config, struct loop *loop, const char *path,
                       int argument_count, char **arguments);
/* A file of another kind (config_load_table()). */
int settings_load_table(void *target, const struct config_table *table, struct memory *memory,
                        struct loop *loop, const char *path);

#endif
