/* SPDX-License-Identifier: Apache-2.0
 *
 * limits - the numbers that bound one key or one tenant, and who is bound by them.
 *
 * A rate is a window of a minute that moves with the time: a minute's worth may come at once, and
 * then what has gone comes back evenly. Budgets are of the UTC day and the UTC month.
 *
 * Units    0: there is no such limit. Money in nano-USD.
 * Memory   plain structs; the caller's.
 */
#ifndef LIMIT_LIMITS_H
#define LIMIT_LIMITS_H

#include <stdint.h>

struct limits {
    uint64_t requests_per_minute; /* above 300 million: as if 300 million */
    uint64_t tokens_per_minute;   /* likewise */
    uint64_t concurrency;         /* requests in progress */
    uint64_t day_nusd, month_nusd;
};

enum limit_kind {
    LIMIT_REQUESTS,
    LIMIT_TOKENS,
    LIMIT_CONCURRENCY,
    LIMIT_DAY_BUDGET,
    LIMIT_MONTH_BUDGET,
};

enum limit_period { LIMIT_DAY, LIMIT_MONTH };
#define LIMIT_PERIODS 2

static inline uint64_t limits_budget(const struct limits *limits, enum limit_period period)
{
    return period == LIMIT_DAY ? limits->day_nusd : limits->month_nusd;
}

/* The account is run-time state (limiter.h), found by an id that no other key or tenant has; the
 * limits come with each question, so that changed ones hold at once. */
struct limit_party {
    uint64_t account;
    struct limits limits;
};

/* Whose request it is: it has to keep within both. */
struct limit_subject {
    struct limit_party key, tenant;
};

enum limit_owner { LIMIT_OF_KEY, LIMIT_OF_TENANT };
#define LIMIT_OWNERS 2

struct limit_time {
    uint64_t now_ns;  /* monotonic */
    uint64_t wall_ms; /* since 1970, UTC; for the periods of budgets */
};

/* What a request needs, or has used so far. More than 300 million tokens or a million dollars count
 * as that. */
struct limit_cost {
    uint64_t tokens; /* of the prompt and of the answer */
    uint64_t nusd;
};

/* Before an answer has begun. A guess about an answer alone makes no request impossible: what is
 * likely counts as the whole of a limit at most, what is firm as what it is. */
struct limit_estimate {
    struct limit_cost firm;   /* the prompt: if that is more than a limit, it never passes */
    struct limit_cost likely; /* the prompt with its answer */
};

#endif
