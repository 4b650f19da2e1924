/* SPDX-License-Identifier: Apache-2.0
 *
 * account - the run-time state of one key or tenant, and the table of those of a shard.
 *
 * Memory   one block an account; the table's until it is removed. Pinned ones stay where they are.
 * Threads  belongs to whoever holds the shard's lock.
 * Errors   -ENOMEM. An index that cannot grow is no error: its chains get longer.
 */
#ifndef LIMIT_ACCOUNT_H
#define LIMIT_ACCOUNT_H

#include <stddef.h>

#include "limit/budget.h"
#include "limit/gcra.h"
#include "limit/limits.h"

struct limit_account {
    uint64_t id;
    struct limit_account *next; /* in its chain */
    uint32_t pins;              /* admissions and reservations that point here */
    uint32_t slots;             /* requests in progress */
    struct gcra requests, tokens;
    struct budget budgets[LIMIT_PERIODS];
    uint64_t tenant;                    /* id of its tenant's account, which may be itself */
    struct limit_account *next_noticed; /* in the shard's list of those with notices */
    uint32_t hold_ms;                   /* how long requests take, a moving average; 0: unknown */
    bool is_noticed;
};

struct account_table {
    struct limit_account **chains;
    size_t chain_count; /* a power of two; 0: none yet */
    size_t count;
    size_t sweep; /* the next chain to look for idle accounts in */
    uint64_t seed;
};

void account_table_init(struct account_table *table, uint64_t seed);
/* Frees the accounts, too. */
void account_table_clear(struct account_table *table);
/* NULL: not there. */
struct limit_account *account_table_find(const struct account_table *table, uint64_t id);
/* It will be looked for in a moment: a table of many accounts is in no cache. */
void account_table_prefetch(const struct account_table *table, uint64_t id);
/* What is not there yet. */
int account_table_add(struct account_table *table, uint64_t id, struct limit_account **ret_account);
/* Takes it out and frees it. */
void account_table_remove(struct account_table *table, struct limit_account *account);
/* An account that says no more than a new one would; looks at a few chains, and goes on from there
 * the next time. NULL: none of those. */
struct limit_account *account_table_idle(struct account_table *table, struct limit_time time);

bool account_is_idle(const struct limit_account *account, struct limit_time time);
/* A request in progress took so long. */
void account_learn_hold(struct limit_account *account, uint64_t hold_ns);
/* When a slot may become free: requests that take `hold` each end at that rate. */
uint64_t account_slot_wait_ms(const struct limit_account *account);

#endif
