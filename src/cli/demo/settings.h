/* SPDX-License-Identifier: Apache-2.0
 *
 * settings - what the demonstration was told: by its arguments, and by the environment about
 * the terminal. Pure, but for messages on standard error.
 *
 * Memory   views of the arguments.
 * Errors   false, after the message was printed.
 */
#ifndef CLI_DEMO_SETTINGS_H
#define CLI_DEMO_SETTINGS_H

#include "base/buffer.h"

struct demo_settings {
    const char *listen;
    uint64_t seconds, seed;
    bool stays, is_plain;
};

bool demo_settings_read(struct demo_settings *ret_settings, int argument_count, char **arguments);
int demo_settings_help(struct buffer *out);

/* What a terminal can do, as the environment has it. */
struct demo_abilities {
    bool can_move;   /* its cursor: TERM is set, and not "dumb" */
    bool has_colour; /* NO_COLOR is not set, or empty (no-color.org) */
    bool has_utf8;   /* the locale says so: LC_ALL, LC_CTYPE, LANG, the first that is set */
};

typedef const char *demo_environment_fn(const char *name);
struct demo_abilities demo_abilities_read(demo_environment_fn *environment);

#endif
