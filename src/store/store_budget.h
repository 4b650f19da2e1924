/* SPDX-License-Identifier: Apache-2.0
 *
 * store_budget - what has been drawn from the budgets of accounts (keys, tenants, subjects of
 * tokens), by period. Money is drawn here before it is spent, so that a crash never forgets
 * spending: after one, all that was drawn counts as used.
 *
 * Units, memory, threads, errors: store.h.
 */
#ifndef STORE_STORE_BUDGET_H
#define STORE_STORE_BUDGET_H

#include <stddef.h>

#include "store/store.h"

enum store_period {
    STORE_DAY,
    STORE_MONTH,
};

struct store_budget {
    uint64_t account; /* any 64 bits */
    enum store_period period;
    uint32_t first_day; /* of the period, in days since 1970, UTC */
    uint64_t drawn_nusd;
    uint64_t used_nusd;
    unsigned told_percent; /* the highest threshold that somebody was told of */
};

typedef bool (*store_on_budget)(void *user, const struct store_budget *budget);

/* In one transaction: drawn and used become what is given, which may be less than before (what was
 * drawn and is not needed is given back); told_percent never gets less. */
enum store_status store_budget_draw(struct store *store, const struct store_budget *budgets,
                                    size_t count);
/* In one transaction: told_percent, unless it is greater already, and nothing else of what is
 * there. */
enum store_status store_budget_tell(struct store *store, const struct store_budget *budgets,
                                    size_t count);
/* At a clean stop, in one transaction: drawn becomes used, both as given. */
enum store_status store_budget_close(struct store *store, const struct store_budget *budgets,
                                     size_t count);
/* Periods that begin on `first_day` or later. */
enum store_status store_budget_load(struct store *store, uint32_t first_day,
                                    store_on_budget on_budget, void *user);
/* Periods that began before `first_day` are over and their rows are dropped. */
enum store_status store_budget_forget(struct store *store, enum store_period period,
                                      uint32_t first_day);

#endif
