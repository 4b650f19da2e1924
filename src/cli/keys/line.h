/* SPDX-License-Identifier: Apache-2.0
 *
 * line - a line of JSON that says something of a key, or, without a name, of a tenant:
 *
 *   {"name": "a", "key": "sk-0123456789abcdef", "rpm": 600, "tenant": "search"}
 *   {"tenant": "search", "tpm": 1000000}
 *
 * Members that nobody knows are refused: what was meant to be a limit must not be lost.
 *
 *   keys.jsonl:12: rpm: "lots" is no whole number
 *     write a whole number such as 600, or none for no limit (null in JSON)
 *
 * Memory   what is read lives in the sheet.
 * Threads  belongs to its owner.
 * Errors   false, with one problem told; no message repeats a secret.
 */
#ifndef CLI_KEYS_LINE_H
#define CLI_KEYS_LINE_H

#include "cli/keys/trait.h"

struct line_place {
    const char *file;
    size_t number; /* from 1 */
};

/* The sheet is empty. */
bool line_read(struct bytes text, const struct line_place *place, struct sheet *sheet,
               struct printer *message);
/* Whether the sheet is of a tenant, not of a key. */
bool line_is_tenant(const struct sheet *sheet);

#endif
