/* SPDX-License-Identifier: Apache-2.0
 *
 * sim - `isthmus sim`: a simulated engine as a process, until SIGTERM or SIGINT.
 *
 * Errors   the exit status: 0; 1: it cannot listen; 2: the arguments are wrong.
 */
#ifndef CLI_SIM_H
#define CLI_SIM_H

/* The arguments behind the subcommand. */
int sim_command(int argument_count, char **arguments);

#endif
