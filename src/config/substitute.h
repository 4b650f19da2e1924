/* SPDX-License-Identifier: Apache-2.0
 *
 * substitute - ${VAR} and ${VAR:-default} in the values of a configuration file.
 *
 * As in a shell, ":-" also replaces a variable that is set to nothing. "$${" stands for "${".
 * Only whole values are looked at, after YAML has been read: what a variable holds can never
 * change the file's structure.
 *
 * That YAML takes what stands within `{key: ${KEY:-a, b}}` for its own is prevented by shielding:
 * before the text is read the characters between "$" and "}" move to U+E000 to U+E07F of Unicode's
 * private area (which text_is_printable() refuses), in values they move back. Columns, which count
 * characters, stay as they are.
 *
 * Memory   results live in the caller's `memory`.
 * Threads  any; the environment is a function of the caller's.
 * Errors   see each function.
 */
#ifndef CONFIG_SUBSTITUTE_H
#define CONFIG_SUBSTITUTE_H

#include "config/memory.h"

#define SUBSTITUTE_LIMIT ((size_t)64 * 1024) /* bytes of one value */

struct environment {
    const char *(*get)(void *user, const char *name); /* NULL result: not set */
    void *user;
};

enum substitute_verdict {
    SUBSTITUTE_FINE,
    SUBSTITUTE_UNSET,     /* *ret_name: the variable */
    SUBSTITUTE_BAD_NAME,  /* *ret_name: what stands there */
    SUBSTITUTE_UNCLOSED,  /* "${" without "}" */
    SUBSTITUTE_TOO_LARGE, /* SUBSTITUTE_LIMIT */
    SUBSTITUTE_NO_MEMORY,
};

enum substitute_verdict substitute(struct memory *memory, const struct environment *environment,
                                   struct bytes text, struct bytes *ret_text,
                                   struct bytes *ret_name);

/* at == NULL: out of memory. */
struct bytes substitute_shield(struct memory *memory, struct bytes text);
struct bytes substitute_unshield(struct memory *memory, struct bytes text);
#endif
