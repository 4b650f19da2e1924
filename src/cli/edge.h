/* SPDX-License-Identifier: Apache-2.0
 *
 * edge - `isthmus edge`: the gateway as a process, until SIGTERM or SIGINT.
 *
 * The first signal drains: no new connections, streams finish within timeouts.drain. A second one
 * ends them now.
 *
 * Errors   the exit status: 0; 1: it cannot start; 2: the configuration is wrong.
 */
#ifndef CLI_EDGE_H
#define CLI_EDGE_H

/* The arguments behind the subcommand. */
int edge_command(int argument_count, char **arguments);

#endif
