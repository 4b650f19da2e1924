/* SPDX-License-Identifier: Apache-2.0
 *
 * key_row - a key or tenant as the store has it, made into what keys/ knows. The store keeps lists
 * as text with commas; here they become lists.
 *
 * Memory   texts and lists live in the caller's scratch until the next row, or key_scratch_clear().
 * Threads  belongs to its owner.
 * Errors   -ENOMEM.
 */
#ifndef EDGE_LEDGER_KEY_ROW_H
#define EDGE_LEDGER_KEY_ROW_H

#include "keys/key.h"
#include "store/store_key.h"

/* Zeroed: empty. */
struct key_scratch {
    char *block;
    size_t capacity, used;
};

int key_row_read(struct key_scratch *scratch, const struct store_key *row, struct key *ret_key);
int tenant_row_read(struct key_scratch *scratch, const struct store_tenant *row,
                    struct tenant *ret_tenant);
void key_scratch_clear(struct key_scratch *scratch);

#endif
