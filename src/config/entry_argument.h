/* SPDX-License-Identifier: Apache-2.0
 *
 * entry_argument - cuts what an argument of the command line says of a map's entry: its name, and
 * the value of its short form.
 *
 * Memory   the parts are views of the argument, or of the entry's own made_name.
 * Threads  any.
 * Errors   as option_cut_fn.
 */
#ifndef CONFIG_ENTRY_ARGUMENT_H
#define CONFIG_ENTRY_ARGUMENT_H

#include "config/option.h"

/* [NAME=]URL; a core without a name is named after its host and port. */
const char *entry_argument_cut_core(struct bytes argument, struct option_entry *ret_entry);
/* NAME=MODEL; a name may hold what it likes but "=". */
const char *entry_argument_cut_model(struct bytes argument, struct option_entry *ret_entry);
/* PATH[=METHOD] */
const char *entry_argument_cut_route(struct bytes argument, struct option_entry *ret_entry);

#endif
