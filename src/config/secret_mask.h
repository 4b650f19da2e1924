/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_mask - finds what must not be shown of a configuration file's lines.
 *
 * The text may be no valid YAML, so what is a secret is decided by its look: behind a key that is
 * named like a secret option, nearly like one, or like anybody's secret ("api_key"), the value is
 * hidden, on its line and on those it continues on; in a url what stands before "@". When in doubt
 * too much is hidden.
 *
 * Memory   the caller embeds the struct, zeroed but for `table` before a text's first line.
 * Threads  belongs to its owner.
 */
#ifndef CONFIG_SECRET_MASK_H
#define CONFIG_SECRET_MASK_H

#include "base/bytes.h"
#include "config/option.h"

/* What the lines before leave open. */
struct secret_mask {
    const struct option *table; /* whose words are known not to be secret, or to be */
    char quote;                 /* a secret's quoted value goes on until this, or 0 */
    bool is_hiding;             /* a secret's value may go on ... */
    size_t indent;              /* ... on lines that are indented deeper than this */
};

struct mask_range {
    size_t start, end; /* bytes of a line */
};

/* The next secret at or behind `from`, which is 0 or the end of the range before; an empty one at
 * the line's end: no more. Every line of a text is to be asked about, in order. */
struct mask_range secret_mask_next(struct secret_mask *mask, struct bytes line, size_t from);

#endif
