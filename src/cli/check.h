/* SPDX-License-Identifier: Apache-2.0
 *
 * check - `isthmus check`: is this configuration right? With --dump: what it amounts to, as YAML,
 * defaults included and secrets hidden. It takes what `isthmus edge` takes and starts nothing.
 *
 * Errors   an exit status (cli/command.h).
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

/* The arguments behind the subcommand. */
int check_command(int argument_count, char **arguments);

#endif
