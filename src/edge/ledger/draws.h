/* SPDX-License-Identifier: Apache-2.0
 *
 * draws - what the limiter wants drawn, on its way to the store: one batch at a time, each in one
 * transaction. A batch that fails is sent again, DRAWS_TRIES times in all; then the limiter is
 * told, and whoever wants more than is drawn is refused until a later batch works.
 *
 * What somebody was told of a budget goes the same way.
 *
 * Memory   embedded in the teller.
 * Threads  the main loop's; the rows are the lane's while the errand is away.
 */
#ifndef EDGE_LEDGER_DRAWS_H
#define EDGE_LEDGER_DRAWS_H

#include "edge/ledger/errand.h"
#include "edge/ledger/seat_body.h"

#define DRAWS_MOST 256
#define DRAWS_TRIES 5

struct draws {
    struct limiter *limiter;
    /* 50, 80 or 100 % of a budget is used. */
    void (*on_alert)(struct draws *draws, const struct limit_notice *notice);
    struct limit_notice batch[DRAWS_MOST];
    size_t count;
    unsigned tries; /* of this batch */
    struct limit_notice told[DRAWS_MOST];
    size_t told_count, told_sent;
    struct store_budget rows[DRAWS_MOST], told_rows[DRAWS_MOST];
};

/* Collects, unless a batch is to be tried again, and fills the rows. False: there is nothing. */
bool draws_prepare(struct draws *draws, struct errand_rows *ret_rows);
/* The errand is back. What the seats are to be told. */
enum told draws_finish(struct draws *draws, enum errand_result result);
/* When too many wait it is not kept: a restart may tell it again. */
void draws_keep_told(struct draws *draws, const struct limit_notice *notice);
/* Where there is no store: what is wanted is drawn, and forgotten with the process. */
enum told draws_grant(struct draws *draws);

#endif
