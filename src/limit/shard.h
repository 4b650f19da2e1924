/* SPDX-License-Identifier: Apache-2.0
 *
 * shard - what limiter.c, reserve.c and notices.c share: the limiter's parts.
 *
 * Locks    a shard's, then that of `loaded`; never two shards'. The account of a key and that of
 *          its tenant are in one shard.
 */
#ifndef LIMIT_SHARD_H
#define LIMIT_SHARD_H

#include <stdatomic.h>

#include "base/mutex.h"
#include "limit/account.h"
#include "limit/judge.h"
#include "limit/limiter.h"

#define LIMIT_SHARDS 64

struct limit_shard {
    struct mutex mutex;
    struct account_table table;
    struct limit_account *first_noticed, *last_noticed;
    char apart[64]; /* keeps the next one's lock out of this one's cache lines */
};

struct limiter {
    struct limit_shard shards[LIMIT_SHARDS];
    struct limit_shard loaded; /* accounts that limiter_load() told of and nobody has asked for */
    struct limiter_options options;
    _Atomic size_t live;    /* accounts in the shards */
    _Atomic size_t waiting; /* accounts in `loaded` */
    _Atomic size_t noticed; /* accounts with notices */
    _Atomic size_t sweep;   /* the next shard to look for idle accounts in */
};

struct limit_shard *limiter_shard(struct limiter *limiter, uint64_t tenant);
/* Finds the accounts of an admission that has its shard and subject, or makes them. With the
 * shard's lock when it returns true, without it else: there is no room. */
bool limiter_lock_accounts(struct limiter *limiter, struct limit_time time,
                           struct limit_admission *admission);
/* With the shard's lock. If there is something to tell of the account that is not yet told. */
void shard_review(struct limiter *limiter, struct limit_shard *shard,
                  struct limit_account *account);
/* With the shard's lock: takes over what was loaded of this account, if anything. */
void shard_take_loaded(struct limiter *limiter, struct limit_account *account);

static inline struct judged judged_of(const struct limit_subject *subject,
                                      struct limit_account *const *accounts, enum limit_owner owner)
{
    const struct limit_party *party = owner == LIMIT_OF_KEY ? &subject->key : &subject->tenant;
    return (struct judged){owner, accounts[owner], &party->limits};
}

#endif
