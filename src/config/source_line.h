/* SPDX-License-Identifier: Apache-2.0
 *
 * source_line - one line of a configuration file for a message, with a caret below it, and with
 * "***" where a secret stands or may stand (config/secret_mask.h). Of a long line only what is near
 * the caret is shown.
 *
 * Units    lines and columns count from 1, columns in characters.
 * Memory   nothing allocates but the printer.
 * Threads  any.
 */
#ifndef CONFIG_SOURCE_LINE_H
#define CONFIG_SOURCE_LINE_H

#include "config/option.h"
#include "config/printer.h"

/* Prints nothing if there is no such line. The table knows which options are secret. */
void source_line_print(struct printer *printer, const struct option *table, struct bytes text,
                       size_t line, size_t column);

#endif
