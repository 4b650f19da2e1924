/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/limiter.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "limit/shard.h"

int limiter_open(struct limiter **ret_limiter, const struct limiter_options *options)
{
    struct limiter *limiter = calloc(1, sizeof *limiter);
    if (!limiter)
        return -ENOMEM;
    limiter->options = *options;
    for (size_t i = 0; i <= LIMIT_SHARDS; i++) {
        struct limit_shard *shard = i < LIMIT_SHARDS ? &limiter->shards[i] : &limiter->loaded;
        mutex_init(&shard->mutex);
        account_table_init(&shard->table, options->seed);
    }
    *ret_limiter = limiter;
    return 0;
}

static void shard_clear(struct limit_shard *shard)
{
    account_table_clear(&shard->table);
    mutex_clear(&shard->mutex);
}

void limiter_close(struct limiter *limiter)
{
    if (!limiter)
        return;
    for (size_t i = 0; i < LIMIT_SHARDS; i++)
        shard_clear(&limiter->shards[i]);
    shard_clear(&limiter->loaded);
    free(limiter);
}

/* By other bits of the hash than the table's chains. */
struct limit_shard *limiter_shard(struct limiter *limiter, uint64_t tenant)
{
    return &limiter->shards[hash_mix(limiter->options.seed, tenant) >> 32 & (LIMIT_SHARDS - 1)];
}

/* --- accounts --- */

static bool has_limits(const struct limits *limits)
{
    return (limits->requests_per_minute | limits->tokens_per_minute | limits->concurrency |
            limits->day_nusd | limits->month_nusd) != 0;
}

static struct limit_account *add_account(struct limiter *limiter, struct limit_shard *shard,
                                         uint64_t id, uint64_t tenant)
{
    struct limit_account *account = NULL;
    size_t count = atomic_fetch_add(&limiter->live, 1) + atomic_load(&limiter->waiting);
    if (count >= limiter->options.accounts || account_table_add(&shard->table, id, &account) < 0) {
        atomic_fetch_sub(&limiter->live, 1);
        return NULL;
    }
    account->tenant = tenant;
    shard_take_loaded(limiter, account);
    return account;
}

/* True if it is there or not needed. */
static bool reach_account(struct limiter *limiter, struct limit_admission *admission,
                          enum limit_owner owner)
{
    const struct limit_subject *subject = admission->subject;
    const struct limit_party *party = owner == LIMIT_OF_KEY ? &subject->key : &subject->tenant;
    if (!has_limits(&party->limits))
        return true;
    struct limit_account *account = account_table_find(&admission->shard->table, party->account);
    if (!account)
        account = add_account(limiter, admission->shard, party->account, subject->tenant.account);
    admission->accounts[owner] = account;
    return account != NULL;
}

static bool reach_accounts(struct limiter *limiter, struct limit_admission *admission)
{
    account_table_prefetch(&admission->shard->table, admission->subject->key.account);
    return reach_account(limiter, admission, LIMIT_OF_TENANT) &&
           reach_account(limiter, admission, LIMIT_OF_KEY);
}

static size_t sweep_shard(struct limiter *limiter, struct limit_shard *shard,
                          struct limit_time time)
{
    mutex_lock(&shard->mutex);
    struct limit_account *idle = account_table_idle(&shard->table, time);
    if (idle) {
        account_table_remove(&shard->table, idle);
        atomic_fetch_sub(shard == &limiter->loaded ? &limiter->waiting : &limiter->live, 1);
    }
    mutex_unlock(&shard->mutex);
    return idle != NULL;
}

/* For a key and its tenant. Without any lock; what is freed here may go to somebody else. */
static void make_room(struct limiter *limiter, struct limit_time time)
{
    size_t freed = sweep_shard(limiter, &limiter->loaded, time);
    for (size_t i = 0; i < LIMIT_SHARDS && freed < LIMIT_OWNERS; i++) {
        size_t next = atomic_fetch_add(&limiter->sweep, 1) % LIMIT_SHARDS;
        freed += sweep_shard(limiter, &limiter->shards[next], time);
    }
}

bool limiter_lock_accounts(struct limiter *limiter, struct limit_time time,
                           struct limit_admission *admission)
{
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        if (attempt > 0)
            make_room(limiter, time);
        mutex_lock(&admission->shard->mutex);
        if (reach_accounts(limiter, admission))
            return true;
        mutex_unlock(&admission->shard->mutex);
    }
    memset(admission->accounts, 0, sizeof admission->accounts);
    return false;
}

/* --- admit and leave --- */

static void enter(struct limit_admission *admission, enum limit_owner owner, struct limit_time time)
{
    struct judged judged = judged_of(admission->subject, admission->accounts, owner);
    uint32_t rate = limit_rate(judged.limits->requests_per_minute);
    if (!judged.account)
        return;
    if (rate > 0)
        gcra_take(&judged.account->requests, rate, 1, time.now_ns);
    judged.account->slots++;
    judged.account->pins++;
}

/* With the lock. */
static enum limit_verdict admit(struct limit_admission *admission, struct limit_time time,
                                struct limit_refusal *ret_refusal)
{
    struct judge judge = {.time = time};
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(admission->subject, admission->accounts, owner);
        judge_request(&judge, &judged);
    }
    if (judge.refuses) {
        *ret_refusal = judge.worst;
        return LIMIT_REFUSED;
    }
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++)
        enter(admission, owner, time);
    return LIMIT_GRANTED;
}

enum limit_verdict limit_admit(struct limiter *limiter, const struct limit_subject *subject,
                               struct limit_time time, struct limit_admission *ret_admission,
                               struct limit_refusal *ret_refusal)
{
    struct limit_admission admission = {.limiter = limiter,
                                        .subject = subject,
                                        .shard = limiter_shard(limiter, subject->tenant.account),
                                        .since_ns = time.now_ns};
    if (!limiter_lock_accounts(limiter, time, &admission))
        return LIMIT_NO_ROOM;
    enum limit_verdict verdict = admit(&admission, time, ret_refusal);
    mutex_unlock(&admission.shard->mutex);
    if (verdict == LIMIT_GRANTED)
        *ret_admission = admission;
    return verdict;
}

/* With the lock. */
static void leave(const struct limit_admission *admission, struct limit_account *account,
                  uint64_t hold_ns)
{
    account->slots--;
    account->pins--;
    account_learn_hold(account, hold_ns);
    if (admission->claim_nusd == 0)
        return;
    for (unsigned period = 0; period < LIMIT_PERIODS; period++)
        budget_unclaim(&account->budgets[period], admission->claim_nusd);
    shard_review(admission->limiter, admission->shard, account);
}

void limit_leave(struct limit_admission *admission, struct limit_time time)
{
    uint64_t hold_ns = time.now_ns > admission->since_ns ? time.now_ns - admission->since_ns : 0;
    if (!admission->limiter)
        return;
    mutex_lock(&admission->shard->mutex);
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++)
        if (admission->accounts[owner])
            leave(admission, admission->accounts[owner], hold_ns);
    mutex_unlock(&admission->shard->mutex);
    *admission = (struct limit_admission){0};
}

static size_t count_chains(struct limit_shard *shard)
{
    mutex_lock(&shard->mutex);
    size_t count = shard->table.chain_count;
    mutex_unlock(&shard->mutex);
    return count;
}

void limiter_count(struct limiter *limiter, struct limiter_counts *ret_counts)
{
    size_t accounts = atomic_load(&limiter->live) + atomic_load(&limiter->waiting);
    size_t chains = count_chains(&limiter->loaded);
    for (size_t i = 0; i < LIMIT_SHARDS; i++)
        chains += count_chains(&limiter->shards[i]);
    *ret_counts = (struct limiter_counts){
        .accounts = accounts,
        .accounts_limit = limiter->options.accounts,
        .bytes = sizeof *limiter + accounts * sizeof(struct limit_account) +
                 chains * sizeof(struct limit_account *),
    };
}
