/* SPDX-License-Identifier: Apache-2.0
 *
 * many_keys - a table full of keys as an operator has them, and their secrets.
 *
 * Memory   many_keys_clear() frees it.
 * Errors   ends the program.
 */
#ifndef BENCH_KEYS_MANY_KEYS_H
#define BENCH_KEYS_MANY_KEYS_H

#include "base/random.h"
#include "keys/key_table.h"
#include "keys/secret_key.h"

struct many_keys {
    size_t count;
    char (*secrets)[SECRET_KEY_CHARACTERS + 1];
    struct secret_hasher *hasher;
    struct key_table *table;
};

void many_keys_make(struct many_keys *ret_keys, size_t count, struct random *random);
void many_keys_clear(struct many_keys *keys);

void fail(const char *why);
uint64_t clock_ns(void);

#endif
