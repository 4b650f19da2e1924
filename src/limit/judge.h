/* SPDX-License-Identifier: Apache-2.0
 *
 * judge - whether a request keeps within all limits of its key and of its tenant; changes nothing.
 *
 * Every limit is asked, also behind one that refuses, so that the refusal is the one that takes
 * longest: who waits for that finds no other one behind it.
 *
 * Threads  whoever holds the lock of the accounts.
 */
#ifndef LIMIT_JUDGE_H
#define LIMIT_JUDGE_H

#include "limit/account.h"
#include "limit/refusal.h"

/* A key or a tenant; account NULL: it has no limits. */
struct judged {
    enum limit_owner owner;
    struct limit_account *account;
    const struct limits *limits;
};

struct judge {
    struct limit_time time;
    bool refuses;
    bool is_unavailable;
    bool wants_draw;
    struct limit_refusal worst; /* if it refuses */
};

/* A rate as gcra.h wants it. 0: none. */
uint32_t limit_rate(uint64_t per_minute);

void judge_request(struct judge *judge, const struct judged *judged);
void judge_cost(struct judge *judge, const struct judged *judged,
                const struct limit_estimate *estimate);
/* Budgets that are used beyond their limit. */
void judge_overrun(struct judge *judge, const struct judged *judged);

#endif
