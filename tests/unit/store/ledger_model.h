/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger_model - what a store must and may hold, by what it answered: what it reported as stored
 * must be there after any crash; what failed, or was under way, may be.
 */
#ifndef TESTS_UNIT_STORE_LEDGER_MODEL_H
#define TESTS_UNIT_STORE_LEDGER_MODEL_H

#include "base/random.h"
#include "store/store.h"

#define MODEL_KEYS 48
#define MODEL_ACCOUNTS 6

/* A number between what was reported as stored and what was asked for. */
struct model_range {
    uint64_t least, most;
};

struct ledger_model {
    /* Of each key: 0 absent, 1 there. A secret's number is how often it was rotated. */
    struct model_range is_there[MODEL_KEYS], is_revoked[MODEL_KEYS], secret[MODEL_KEYS];
    struct model_range drawn[MODEL_ACCOUNTS];
    struct model_range requests; /* of all usage */
};

/* One random change; false: the store did not take it. */
bool ledger_model_change(struct ledger_model *model, struct store *store, struct random *random);
/* Reads the whole store; false, with words on standard error: it lies outside the ranges, or is
 * damaged. What was read is what it must hold from now on. */
bool ledger_model_verify(struct ledger_model *model, struct store *store);

#endif
