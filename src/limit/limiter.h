/* SPDX-License-Identifier: Apache-2.0
 *
 * limiter - who may have how much: requests and tokens a minute, requests at once, money a day and
 * a month, each for a key and for its tenant together.
 *
 *   admit ------------> leave          one request and one slot
 *     reserve -> charge* -> settle     its tokens and money: taken ahead, then what was used
 *
 * A budget is drawn before it is spent: what the account may spend (`drawn`) is durable before any
 * of it is reserved, so that a crash forgets nothing of that. What an answer costs beyond its
 * reservation is counted at once and drawn next. The limiter says what it wants drawn
 * (limiter_collect()); who has a store does it and tells (limiter_drawn()).
 *
 * Units    limits.h.
 * Memory   the limiter's own; bounded by the number of accounts. Admissions and reservations are
 *          embedded by the caller, zeroed before and after use, and keep their accounts in place.
 *          Whoever has no limits needs no account.
 * Threads  any. Accounts of one tenant share one lock, held for about 100 ns.
 * Errors   limiter_open(): -ENOMEM. All else are verdicts.
 */
#ifndef LIMIT_LIMITER_H
#define LIMIT_LIMITER_H

#include <stdbool.h>
#include <stddef.h>

#include "limit/limits.h"
#include "limit/refusal.h"

struct limiter;
struct limit_account;
struct limit_shard;

struct limiter_options {
    size_t accounts;     /* at most so many keys and tenants have one at a time */
    uint64_t chunk_nusd; /* at most so much more than needed is drawn; not 0 */
    uint64_t seed;       /* random; for the tables */
};

int limiter_open(struct limiter **ret_limiter, const struct limiter_options *options);
/* Nothing is admitted or reserved any more. Takes NULL. */
void limiter_close(struct limiter *limiter);

enum limit_verdict {
    LIMIT_GRANTED,
    LIMIT_REFUSED, /* the refusal says why */
    /* Within the budget, but not drawn yet: ask again when something was drawn. Nothing is taken.
     */
    LIMIT_WANTS_DRAW,
    LIMIT_UNAVAILABLE, /* the last draw failed: the store is gone. 503 store_unavailable */
    LIMIT_NO_ROOM,     /* no memory, or as many accounts in use as there may be: 503 */
};

/* A request that came in; zeroed: none. */
struct limit_admission {
    struct limiter *limiter;
    const struct limit_subject *subject;
    struct limit_shard *shard;
    struct limit_account *accounts[LIMIT_OWNERS]; /* NULL: one without any limit */
    uint64_t since_ns;
    uint64_t claim_nusd; /* while it waits for a draw */
};

/* All of it or nothing: a request of each rate and a slot of each concurrency limit. Writes
 * *ret_refusal only with LIMIT_REFUSED. The subject outlives the admission and its reservations. */
enum limit_verdict limit_admit(struct limiter *limiter, const struct limit_subject *subject,
                               struct limit_time time, struct limit_admission *ret_admission,
                               struct limit_refusal *ret_refusal);
/* Gives the slots back; the request stays counted. A zeroed admission is left alone. */
void limit_leave(struct limit_admission *admission, struct limit_time time);

/* Of one period's budget: the sum that was counted in periods before, for requests that last
 * over midnight. */
struct limit_stake {
    uint64_t before_nusd;
    uint32_t first_day;
};

/* Of an admitted request, which it may outlive; zeroed: nothing is reserved. */
struct limit_reservation {
    struct limiter *limiter;
    const struct limit_subject *subject;
    struct limit_shard *shard;
    struct limit_account *accounts[LIMIT_OWNERS];
    struct limit_cost held; /* what was estimated, and more once it was more */
    struct limit_stake stakes[LIMIT_OWNERS][LIMIT_PERIODS];
};

/* All of it or nothing, of all rates and budgets. */
enum limit_verdict limit_reserve(struct limit_admission *admission, struct limit_time time,
                                 const struct limit_estimate *estimate,
                                 struct limit_reservation *ret_reservation,
                                 struct limit_refusal *ret_refusal);

/* Where a request stands whose cost has become known in part. */
enum limit_charge {
    LIMIT_WITHIN,
    LIMIT_OVER_BUDGET, /* more money is used than a budget has; the refusal says which */
};

/* `so_far` is the sum since the beginning, not what came since the last charge. What exceeds the
 * reservation is always counted, also beyond the limit: it has been generated. Takes no lock while
 * the reservation covers it. */
enum limit_charge limit_charge(struct limit_reservation *reservation, struct limit_time time,
                               struct limit_cost so_far, struct limit_refusal *ret_refusal);
/* What it was in the end: gives back or takes the difference. Once; the reservation is zeroed, and
 * a zeroed one is left alone. What was reserved in a period that is over is not given back to the
 * one that has begun; what comes on top is taken from the one in which it comes. */
void limit_settle(struct limit_reservation *reservation, struct limit_time time,
                  struct limit_cost used);

/* --- what is left, for headers and GET /v1/usage --- */

struct limit_gauge {
    uint64_t limit; /* 0: none, and the rest says nothing */
    uint64_t used;
    uint64_t remaining;
    uint64_t reset_ms; /* until all of it is free again if nothing is asked; concurrency: 0 */
};

/* By enum limit_kind. */
#define LIMIT_KINDS 5
struct limit_gauges {
    struct limit_gauge of[LIMIT_KINDS];
};

struct limit_view {
    struct limit_gauges key, tenant;
};

void limit_view(struct limiter *limiter, const struct limit_subject *subject,
                struct limit_time time, struct limit_view *ret_view);
/* The key's or the tenant's, whichever leaves less: what a client should know. A limit of 0: there
 * is neither. */
const struct limit_gauge *limit_view_least(const struct limit_view *view, enum limit_kind kind);

/* --- budgets and the store --- */

enum limit_notice_kind {
    LIMIT_DRAW,  /* make drawn_nusd durable, which may be less than before, then limiter_drawn() */
    LIMIT_ALERT, /* `percent` of the budget is used */
};

struct limit_notice {
    enum limit_notice_kind kind;
    enum limit_period period;
    uint64_t account;
    uint64_t tenant;    /* the account of its tenant, which may be itself */
    uint32_t first_day; /* of the period, in days since 1970 */
    unsigned percent;   /* LIMIT_ALERT: 50, 80 or 100, each once in a period */
    uint64_t drawn_nusd, used_nusd, limit_nusd;
};

/* Cheap, to be asked often: whether limiter_collect() would find anything. */
bool limiter_has_notices(const struct limiter *limiter);
/* Hands out at most `capacity` and returns how many. A draw is handed out once until it is
 * answered by one of the two below. */
size_t limiter_collect(struct limiter *limiter, struct limit_notice *ret_notices, size_t capacity);
/* The draw is durable. */
void limiter_drawn(struct limiter *limiter, const struct limit_notice *draw);
/* It is not, or nobody knows: who wants more than is drawn gets LIMIT_UNAVAILABLE until a draw
 * works. It is handed out again at once; when to try it again is up to the caller. */
void limiter_draw_failed(struct limiter *limiter, const struct limit_notice *draw);

/* What an account had drawn in a period before this process began. */
struct limit_loaded {
    uint64_t account;
    enum limit_period period;
    uint32_t first_day;
    uint64_t drawn_nusd; /* counts as used */
    unsigned percent;    /* of which somebody was told */
};

/* Before anything is reserved; or later, when the account has none of this period yet. -ENOMEM;
 * -ENOSPC: there are too many accounts. */
int limiter_load(struct limiter *limiter, const struct limit_loaded *loaded);

/* At a clean stop, with nothing reserved: tells of each account and period that has been used or
 * drawn what of it was used. The callback may not call the limiter. */
typedef void (*limiter_on_budget)(void *user, const struct limit_notice *budget);
void limiter_each_budget(struct limiter *limiter, limiter_on_budget on_budget, void *user);

struct limiter_counts {
    size_t accounts, accounts_limit;
    size_t bytes; /* of memory */
};
void limiter_count(struct limiter *limiter, struct limiter_counts *ret_counts);

#endif
