/* SPDX-License-Identifier: Apache-2.0
 *
 * csv - cells as RFC 4180 has them, safe to open in a spreadsheet.
 *
 * A text that a spreadsheet would take for a formula (OWASP, "CSV Injection") has an apostrophe
 * put before it: names are chosen by users, and reports are read by somebody else.
 *
 * Memory   the caller's printer.
 * Threads  any.
 * Errors   as the printer.
 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "config/printer.h"

/* In quotes where that is needed; the comma or the line's end is the caller's. */
void csv_print_text(struct printer *out, struct bytes text);

#endif
