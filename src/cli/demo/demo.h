/* SPDX-License-Identifier: Apache-2.0
 *
 * demo - `isthmus demo`: an edge, two simulated cores and their clients in one process; a core dies
 * and comes back; then a summary. The first thing that a newcomer runs.
 *
 *   OPENING -> STORY -+-> ENDING -> over      --stay: STORY -> STAYING -> ENDING -> over
 *                     '--- Ctrl-C ---^        a second Ctrl-C: over, at once
 *
 * Errors   the exit status: 0; 1: it cannot start, nobody reads what it writes, or an answer was
 *          cut without a word; 2: the arguments are wrong; 130: ended by a second Ctrl-C.
 */
#ifndef CLI_DEMO_DEMO_H
#define CLI_DEMO_DEMO_H

/* The arguments behind the subcommand. */
int demo_command(int argument_count, char **arguments);

#endif
