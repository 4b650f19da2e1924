/* SPDX-License-Identifier: Apache-2.0
 *
 * What the limiter has to tell of budgets, and what it is told of the store.
 */
#include <assert.h>
#include <errno.h>

#include "limit/limiter.h"
#include "limit/shard.h"

/* A draw and an alert for each period. */
#define NOTICES_PER_ACCOUNT (2 * LIMIT_PERIODS)

/* --- telling --- */

static bool has_notice(const struct limit_account *account, uint64_t chunk_nusd)
{
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        const struct budget *budget = &account->budgets[period];
        if (budget->limit_nusd > 0 &&
            (budget_wants_draw(budget, chunk_nusd) || budget_alert(budget) > 0))
            return true;
    }
    return false;
}

void shard_review(struct limiter *limiter, struct limit_shard *shard, struct limit_account *account)
{
    if (account->is_noticed || !has_notice(account, limiter->options.chunk_nusd))
        return;
    account->is_noticed = true;
    account->next_noticed = NULL;
    if (shard->last_noticed)
        shard->last_noticed->next_noticed = account;
    else
        shard->first_noticed = account;
    shard->last_noticed = account;
    atomic_fetch_add(&limiter->noticed, 1);
}

static struct limit_account *next_noticed(struct limiter *limiter, struct limit_shard *shard)
{
    struct limit_account *account = shard->first_noticed;
    if (!account)
        return NULL;
    shard->first_noticed = account->next_noticed;
    if (!shard->first_noticed)
        shard->last_noticed = NULL;
    account->is_noticed = false;
    atomic_fetch_sub(&limiter->noticed, 1);
    return account;
}

static struct limit_notice notice_of(const struct limit_account *account, enum limit_period period)
{
    const struct budget *budget = &account->budgets[period];
    return (struct limit_notice){
        .period = period,
        .account = account->id,
        .tenant = account->tenant,
        .first_day = budget->first_day,
        .drawn_nusd = budget->drawn_nusd,
        .used_nusd = budget_used(budget),
        .limit_nusd = budget->limit_nusd,
    };
}

/* How many it wrote. */
static size_t tell(struct limit_account *account, uint64_t chunk_nusd,
                   struct limit_notice *ret_notices)
{
    size_t count = 0;
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        struct budget *budget = &account->budgets[period];
        if (budget->limit_nusd == 0)
            continue;
        if (budget_wants_draw(budget, chunk_nusd)) {
            uint64_t drawn_nusd = budget_ask(budget, chunk_nusd);
            ret_notices[count] = notice_of(account, period);
            ret_notices[count].kind = LIMIT_DRAW;
            ret_notices[count++].drawn_nusd = drawn_nusd;
        }
        uint8_t percent = budget_alert(budget);
        if (percent > 0) {
            budget->told_percent = percent;
            ret_notices[count] = notice_of(account, period);
            ret_notices[count].kind = LIMIT_ALERT;
            ret_notices[count++].percent = percent;
        }
    }
    return count;
}

bool limiter_has_notices(const struct limiter *limiter)
{
    return atomic_load(&limiter->noticed) > 0;
}

size_t limiter_collect(struct limiter *limiter, struct limit_notice *ret_notices, size_t capacity)
{
    size_t count = 0;
    assert(capacity >= NOTICES_PER_ACCOUNT);
    for (size_t i = 0; i < LIMIT_SHARDS && limiter_has_notices(limiter); i++) {
        struct limit_shard *shard = &limiter->shards[i];
        struct limit_account *account;
        mutex_lock(&shard->mutex);
        while (count + NOTICES_PER_ACCOUNT <= capacity &&
               (account = next_noticed(limiter, shard)) != NULL)
            count += tell(account, limiter->options.chunk_nusd, ret_notices + count);
        mutex_unlock(&shard->mutex);
    }
    return count;
}

static void answer(struct limiter *limiter, const struct limit_notice *draw, bool is_durable)
{
    struct limit_shard *shard = limiter_shard(limiter, draw->tenant);
    mutex_lock(&shard->mutex);
    struct limit_account *account = account_table_find(&shard->table, draw->account);
    struct budget *budget = account ? &account->budgets[draw->period] : NULL;
    if (budget && budget->first_day == draw->first_day) {
        if (is_durable)
            budget_drawn(budget, draw->drawn_nusd);
        else
            budget_failed(budget);
        shard_review(limiter, shard, account);
    }
    mutex_unlock(&shard->mutex);
}

void limiter_drawn(struct limiter *limiter, const struct limit_notice *draw)
{
    answer(limiter, draw, true);
}

void limiter_draw_failed(struct limiter *limiter, const struct limit_notice *draw)
{
    answer(limiter, draw, false);
}

static void each_budget(const struct limit_account *account, limiter_on_budget on_budget,
                        void *user)
{
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        struct limit_notice notice = notice_of(account, period);
        if (notice.used_nusd > 0 || notice.drawn_nusd > 0)
            on_budget(user, &notice);
    }
}

void limiter_each_budget(struct limiter *limiter, limiter_on_budget on_budget, void *user)
{
    for (size_t i = 0; i < LIMIT_SHARDS; i++) {
        struct limit_shard *shard = &limiter->shards[i];
        mutex_lock(&shard->mutex);
        for (size_t chain = 0; chain < shard->table.chain_count; chain++)
            for (struct limit_account *account = shard->table.chains[chain]; account;
                 account = account->next)
                each_budget(account, on_budget, user);
        mutex_unlock(&shard->mutex);
    }
}

/* --- what was drawn before this process began --- */

static void merge(struct budget *budget, const struct budget *loaded)
{
    if (budget->first_day < loaded->first_day) {
        uint64_t limit_nusd = budget->limit_nusd;
        *budget = *loaded;
        budget->limit_nusd = limit_nusd;
    } else if (budget->first_day == loaded->first_day && budget->drawn_nusd == 0) {
        budget->spent_nusd += loaded->spent_nusd;
        budget->drawn_nusd = loaded->drawn_nusd;
        budget->told_percent = loaded->told_percent;
    }
}

void shard_take_loaded(struct limiter *limiter, struct limit_account *account)
{
    struct limit_shard *room = &limiter->loaded;
    if (atomic_load(&limiter->waiting) == 0)
        return;
    mutex_lock(&room->mutex);
    struct limit_account *loaded = account_table_find(&room->table, account->id);
    if (loaded) {
        for (unsigned period = 0; period < LIMIT_PERIODS; period++)
            merge(&account->budgets[period], &loaded->budgets[period]);
        account_table_remove(&room->table, loaded);
        atomic_fetch_sub(&limiter->waiting, 1);
    }
    mutex_unlock(&room->mutex);
}

static int reach_loaded(struct limiter *limiter, uint64_t id, struct limit_account **ret_account)
{
    struct account_table *table = &limiter->loaded.table;
    *ret_account = account_table_find(table, id);
    if (*ret_account)
        return 0;
    size_t count = atomic_fetch_add(&limiter->waiting, 1) + atomic_load(&limiter->live);
    int r = count < limiter->options.accounts ? account_table_add(table, id, ret_account) : -ENOSPC;
    if (r < 0)
        atomic_fetch_sub(&limiter->waiting, 1);
    return r;
}

/* An account that somebody made while this was loaded. Either of the two sees the other: both first
 * say that they are there, and then look. */
static void find_taker(struct limiter *limiter, uint64_t id)
{
    for (size_t i = 0; i < LIMIT_SHARDS && atomic_load(&limiter->live) > 0; i++) {
        struct limit_shard *shard = &limiter->shards[i];
        mutex_lock(&shard->mutex);
        struct limit_account *account = account_table_find(&shard->table, id);
        if (account)
            shard_take_loaded(limiter, account);
        mutex_unlock(&shard->mutex);
    }
}

int limiter_load(struct limiter *limiter, const struct limit_loaded *loaded)
{
    struct limit_shard *room = &limiter->loaded;
    struct limit_account *account;
    mutex_lock(&room->mutex);
    int r = reach_loaded(limiter, loaded->account, &account);
    if (r == 0)
        account->budgets[loaded->period] = (struct budget){
            .spent_nusd = loaded->drawn_nusd,
            .drawn_nusd = loaded->drawn_nusd,
            .first_day = loaded->first_day,
            .told_percent = (uint8_t)loaded->percent,
        };
    mutex_unlock(&room->mutex);
    if (r == 0)
        find_taker(limiter, loaded->account);
    return r;
}
