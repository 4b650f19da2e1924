/* SPDX-License-Identifier: Apache-2.0
 *
 * sheet - what somebody said of one key, or of a tenant: on a command line or on a line of JSON.
 * One table of traits (trait.h) says what can be said, by flag and by JSON member, so that `add`,
 * `set`, `import` and `export` know the same things by the same names.
 *
 * Units    as struct store_key.
 * Memory   texts live in the sheet's memory, which is wiped: a secret may be among them.
 * Threads  belongs to its owner.
 */
#ifndef CLI_KEYS_SHEET_H
#define CLI_KEYS_SHEET_H

#include "config/memory.h"
#include "store/store_key.h"

struct sheet {
    struct store_key key;
    struct bytes secret; /* at == NULL: not told */
    uint32_t are_given;  /* bit n: trait n of `traits` was said */
    uint64_t now_ms;     /* what "90d" counts from */
    struct memory memory;
};

void sheet_init(struct sheet *sheet, uint64_t now_ms);
/* Puts what was said into the row of a key or tenant; its other traits stay. */
void sheet_apply(const struct sheet *sheet, struct store_key *row);
/* What a new key may do unless something else is said: any model, any path, class standard. */
void sheet_fill_defaults(struct store_key *row);
/* The row with its texts copied, to outlive the callback that it came in; false: no memory. */
bool sheet_keep(struct memory *memory, const struct store_key *row, struct store_key *ret_copy);
void sheet_clear(struct sheet *sheet);

/* Names of keys and tenants: printable, 1 to 128 bytes, no space at either end, in front neither a
 * dash nor a parenthesis: "(operator)" is the edge itself (edge/bill.h). NULL: fine; otherwise what
 * is wrong. */
#define SHEET_NAME_BYTES 128
const char *sheet_check_name(struct bytes text);
extern const char sheet_name_remedy[];
/* A secret that is brought along: what a header can carry, 16 to 512 characters. */
#define SHEET_SECRET_LEAST 16
#define SHEET_SECRET_BYTES 512
const char *sheet_check_secret(struct bytes text);
extern const char sheet_secret_remedy[];

#endif
