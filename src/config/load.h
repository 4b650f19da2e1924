/* SPDX-License-Identifier: Apache-2.0
 *
 * load - from YAML text and command line to a configuration, or to a message that says what to do.
 *
 * Order: defaults, file, command line; ${VAR} and ${VAR:-default} in the file come from
 * `environment`. The message names file:line:column, shows the line with a caret, and the remedy:
 *
 *   isthmus.yaml:4:10: timeouts.total: "10 minuts" is no duration
 *     total: 10 minuts
 *            ^
 *     write a number with a unit: 500ms, 30s, 10m, 1h
 *
 * All mistakes of a file are told at once, up to REPORT_LIMIT (config/report.h). A list or a map
 * given on the command line replaces that of the file. Values of secrets are in no message.
 *
 * Memory   the caller owns the configuration (edge_config_unref()) and the message buffer.
 * Threads  any; nothing here reads a file, a clock or the environment.
 * Errors   -EINVAL with the message appended to `ret_message`; -ENOMEM.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "base/buffer.h"
#include "config/edge_config.h"
#include "config/memory.h"
#include "config/option.h"

#define CONFIG_FILE_BYTES ((size_t)1024 * 1024) /* a larger text is refused */

struct config_input {
    const char *file_name; /* for messages; NULL: no file */
    struct bytes file_text;
    char **arguments; /* behind the subcommand; "--name value" and "--name=value" */
    size_t argument_count;
    const char *(*environment)(void *user, const char *name); /* NULL result: not set */
    void *environment_user;
};

int config_load_edge(struct edge_config **ret_config, const struct config_input *input,
                     struct buffer *ret_message);
/* The whole configuration as YAML, defaults included, secrets as "***". */
int config_dump_edge(const struct edge_config *config, struct buffer *out);

/* Files of other kinds, each with a table of its own. */
struct config_table {
    const struct option *options; /* at most OPTION_LIMIT, offsets into a target */
    const char *help;             /* where all of them are told, for who writes one that is not */
};

/* Reads the file, and no arguments, into a zeroed target, whose texts and entries live in `memory`
 * (memory_clear() is the caller's, also after a failure). */
int config_load_table(void *target, const struct config_table *table,
                      const struct config_input *input, struct memory *memory,
                      struct buffer *ret_message);

#endif
