/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/account.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "limit/period.h"

#define CHAINS_FIRST 16
#define CHAINS_PER_ACCOUNT 2 /* so that there is seldom a second one in a chain */
#define CACHE_LINE 64
#define SWEEP_CHAINS 128
#define NS_PER_MS 1000000
#define HOLD_WEIGHT 8
#define HOLD_MOST_MS 600000
#define WAIT_UNKNOWN_MS 1000
#define WAIT_LEAST_MS 50
#define WAIT_MOST_MS 10000

void account_table_init(struct account_table *table, uint64_t seed)
{
    *table = (struct account_table){.seed = seed};
}

void account_table_clear(struct account_table *table)
{
    for (size_t i = 0; i < table->chain_count; i++) {
        struct limit_account *next;
        for (struct limit_account *account = table->chains[i]; account; account = next) {
            next = account->next;
            free(account);
        }
    }
    free(table->chains);
    *table = (struct account_table){0};
}

static struct limit_account **chain_of(const struct account_table *table, uint64_t id)
{
    return &table->chains[hash_mix(table->seed, id) & (table->chain_count - 1)];
}

/* Whoever finds an account reads all of it: its cache lines may come at once. */
static void prefetch_rest(const struct limit_account *account)
{
    for (size_t at = CACHE_LINE; at < sizeof *account; at += CACHE_LINE)
        __builtin_prefetch((const char *)account + at);
}

struct limit_account *account_table_find(const struct account_table *table, uint64_t id)
{
    if (table->chain_count == 0)
        return NULL;
    struct limit_account *account = *chain_of(table, id);
    while (account && account->id != id)
        account = account->next;
    if (account)
        prefetch_rest(account);
    return account;
}

void account_table_prefetch(const struct account_table *table, uint64_t id)
{
    if (table->chain_count > 0)
        __builtin_prefetch(chain_of(table, id));
}

static void link_account(struct account_table *table, struct limit_account *account)
{
    struct limit_account **chain = chain_of(table, account->id);
    account->next = *chain;
    *chain = account;
}

static int grow(struct account_table *table)
{
    struct account_table wide = *table;
    wide.chain_count = table->chain_count > 0 ? table->chain_count * 2 : CHAINS_FIRST;
    wide.chains = calloc(wide.chain_count, sizeof *wide.chains);
    if (!wide.chains)
        return -ENOMEM;
    for (size_t i = 0; i < table->chain_count; i++) {
        struct limit_account *next;
        for (struct limit_account *account = table->chains[i]; account; account = next) {
            next = account->next;
            link_account(&wide, account);
        }
    }
    free(table->chains);
    *table = wide;
    return 0;
}

int account_table_add(struct account_table *table, uint64_t id, struct limit_account **ret_account)
{
    if (table->count * CHAINS_PER_ACCOUNT >= table->chain_count && grow(table) < 0 &&
        table->chain_count == 0)
        return -ENOMEM;
    struct limit_account *account = calloc(1, sizeof *account);
    if (!account)
        return -ENOMEM;
    account->id = id;
    link_account(table, account);
    table->count++;
    *ret_account = account;
    return 0;
}

void account_table_remove(struct account_table *table, struct limit_account *account)
{
    struct limit_account **link = chain_of(table, account->id);
    while (*link != account)
        link = &(*link)->next;
    *link = account->next;
    table->count--;
    free(account);
}

struct limit_account *account_table_idle(struct account_table *table, struct limit_time time)
{
    for (size_t i = 0; i < SWEEP_CHAINS && i < table->chain_count; i++) {
        size_t chain = table->sweep++ & (table->chain_count - 1);
        struct limit_account *account = table->chains[chain];
        for (; account; account = account->next)
            if (account_is_idle(account, time))
                return account;
    }
    return NULL;
}

static bool budget_is_empty(const struct budget *budget, uint32_t first_day)
{
    return budget->first_day < first_day || (budget_used(budget) == 0 && budget->drawn_nusd == 0);
}

bool account_is_idle(const struct limit_account *account, struct limit_time time)
{
    if (account->pins > 0 || account->is_noticed)
        return false;
    if (gcra_empty_in_ns(&account->requests, time.now_ns) > 0 ||
        gcra_empty_in_ns(&account->tokens, time.now_ns) > 0)
        return false;
    for (unsigned period = 0; period < LIMIT_PERIODS; period++)
        if (!budget_is_empty(&account->budgets[period], period_first_day(period, time.wall_ms)))
            return false;
    return true;
}

void account_learn_hold(struct limit_account *account, uint64_t hold_ns)
{
    uint64_t hold_ms = hold_ns / NS_PER_MS + 1;
    if (hold_ms > HOLD_MOST_MS)
        hold_ms = HOLD_MOST_MS;
    uint64_t sum = account->hold_ms > 0 ? account->hold_ms * (HOLD_WEIGHT - 1ULL) + hold_ms
                                        : hold_ms * HOLD_WEIGHT;
    account->hold_ms = (uint32_t)((sum + HOLD_WEIGHT - 1) / HOLD_WEIGHT);
}

uint64_t account_slot_wait_ms(const struct limit_account *account)
{
    if (account->hold_ms == 0)
        return WAIT_UNKNOWN_MS;
    uint64_t wait_ms = account->hold_ms / (account->slots + UINT64_C(1));
    if (wait_ms < WAIT_LEAST_MS)
        return WAIT_LEAST_MS;
    return wait_ms < WAIT_MOST_MS ? wait_ms : WAIT_MOST_MS;
}
