/* SPDX-License-Identifier: Apache-2.0
 *
 * desk - what the subcommands of `isthmus keys` and `isthmus usage` have in common: which store is
 * meant, opening it whether an edge runs or not, and saying what went wrong.
 *
 * Memory   the caller embeds the struct, zeroed but for `command`.
 * Threads  belongs to its owner.
 * Errors   an exit status (cli/command.h), after the message was printed.
 */
#ifndef CLI_KEYS_DESK_H
#define CLI_KEYS_DESK_H

#include "cli/flag.h"
#include "loop/loop.h"
#include "store/store_key.h"

struct desk {
    const char *command; /* "isthmus keys add" */
    struct loop *loop;
    struct store *store;
    const char *data_dir, *config_file; /* as they were told, or NULL */
};

/* The two rows that say which store is meant; their target begins with a struct desk. */
extern const struct flag desk_data_dir, desk_config;

/* The file is made with its directory, or must be there. */
enum desk_want { DESK_MAKES, DESK_READS };
int desk_open(struct desk *desk, enum desk_want want);
void desk_close(struct desk *desk);

/* "isthmus keys add: " and this; a second line, indented, is the remedy. */
void desk_tell(const struct desk *desk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What the store said last; returns COMMAND_FAILED. */
int desk_tell_store(const struct desk *desk);
/* There is no key of this name, but perhaps one that was meant; returns COMMAND_FAILED. */
int desk_tell_no_key(const struct desk *desk, struct bytes name);
/* The same for tenants. */
int desk_tell_no_tenant(const struct desk *desk, struct bytes name);

/* "-": standard input. At most `limit` bytes, appended. */
int desk_read_file(const struct desk *desk, const char *path, size_t limit, struct buffer *text);

#endif
