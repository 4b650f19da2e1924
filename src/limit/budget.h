/* SPDX-License-Identifier: Apache-2.0
 *
 * budget - the money of one account in one period: what is spent, what is held for requests in
 * progress, and what was drawn from the store for both.
 *
 *   0 ------- spent ------- used = spent + held ------- drawn ------- limit
 *                                               '--- available ---'
 *
 * Nothing is reserved beyond `drawn`, which is durable; what an answer costs beyond its reservation
 * is counted all the same, and drawn next. Who has to wait for a draw has a claim until
 * it asks again or leaves. Beyond what is used and claimed, between a quarter of a chunk and a
 * chunk is drawn: with less, it is drawn up to half a chunk; with more (reservations were given
 * back), all but half a chunk is given back to the store.
 *
 * Units    nano-USD; days since 1970.
 * Memory   the caller embeds the struct; zeroed: of no period yet.
 * Threads  belongs to whoever holds its lock.
 * Errors   none: verdicts.
 */
#ifndef LIMIT_BUDGET_H
#define LIMIT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
    uint64_t limit_nusd; /* as of the last request */
    uint64_t spent_nusd, held_nusd, drawn_nusd;
    uint64_t claimed_nusd; /* by those who wait for a draw */
    uint32_t first_day;    /* of its period */
    uint8_t told_percent;
    bool is_asked;   /* a draw is under way */
    bool has_failed; /* the last one did */
};

enum budget_verdict {
    BUDGET_FITS,
    BUDGET_WANTS_DRAW,
    BUDGET_UNAVAILABLE, /* the last draw failed */
    BUDGET_OVER,
};

uint64_t budget_used(const struct budget *budget);

/* Begins anew if its period is over. A clock that steps back changes no period. */
void budget_enter(struct budget *budget, uint32_t first_day, uint64_t limit_nusd);
enum budget_verdict budget_judge(const struct budget *budget, uint64_t cost_nusd);
/* Of somebody who waits; a claim that went with its period is dropped without harm. */
void budget_claim(struct budget *budget, uint64_t cost_nusd);
void budget_unclaim(struct budget *budget, uint64_t cost_nusd);
void budget_hold(struct budget *budget, uint64_t cost_nusd);
/* What was held has turned out to cost this much. */
void budget_spend(struct budget *budget, uint64_t held_nusd, uint64_t cost_nusd);
bool budget_is_over(const struct budget *budget);

/* Whether the store should hold another sum than it does. */
bool budget_wants_draw(const struct budget *budget, uint64_t chunk_nusd);
/* The sum, which is then asked for. What is given back is not spent any more from here. */
uint64_t budget_ask(struct budget *budget, uint64_t chunk_nusd);
void budget_drawn(struct budget *budget, uint64_t drawn_nusd);
void budget_failed(struct budget *budget);

/* 50, 80 or 100 that somebody should be told of; 0: nothing new. */
uint8_t budget_alert(const struct budget *budget);

#endif
