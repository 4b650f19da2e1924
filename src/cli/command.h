/* SPDX-License-Identifier: Apache-2.0
 *
 * command - what all subcommands share: the exit statuses, and pages for standard output.
 *
 * Results go to standard output, everything else to standard error.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>

#include "base/buffer.h"

enum command_status {
    COMMAND_FINE = 0,
    COMMAND_FAILED = 1,  /* the world did not play along */
    COMMAND_MISUSED = 2, /* the arguments or the configuration are wrong */
};

/* Whether "--help" or "-h" is among the arguments. */
bool command_wants_help(int argument_count, char **arguments);
/* Prints what `make` appends; returns the exit status. */
int command_print_page(int (*make)(struct buffer *out));
/* Prints a whole buffer; returns the exit status. */
int command_print(const struct buffer *page);

#endif
