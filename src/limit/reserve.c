/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a reservation. Tokens flow off from the moment they are reserved, so that waits can
 * be told exactly; money is held, and spent when the request is settled.
 */
#include "limit/limiter.h"
#include "limit/period.h"
#include "limit/shard.h"

#define COST_MOST_NUSD UINT64_C(1000000000000000) /* a million dollars */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static struct limit_cost bounded(struct limit_cost cost)
{
    return (struct limit_cost){least(cost.tokens, GCRA_MOST), least(cost.nusd, COST_MOST_NUSD)};
}

/* --- what a request will be counted as --- */

static uint64_t least_limit(uint64_t sum, uint64_t limit)
{
    return limit > 0 ? least(sum, limit) : sum;
}

static struct limit_cost within_limits(struct limit_cost cost, const struct limits *limits)
{
    cost.tokens = least_limit(cost.tokens, limits->tokens_per_minute);
    for (unsigned period = 0; period < LIMIT_PERIODS; period++)
        cost.nusd = least_limit(cost.nusd, limits_budget(limits, period));
    return cost;
}

static struct limit_estimate count_estimate(const struct limit_estimate *estimate,
                                            const struct limit_subject *subject)
{
    struct limit_cost firm = bounded(estimate->firm), likely = bounded(estimate->likely);
    likely = within_limits(likely, &subject->key.limits);
    likely = within_limits(likely, &subject->tenant.limits);
    likely.tokens = most(likely.tokens, firm.tokens);
    likely.nusd = most(likely.nusd, firm.nusd);
    return (struct limit_estimate){.firm = firm, .likely = likely};
}

/* --- reserve, with the shard's lock --- */

/* The first days of the periods that it is now. */
struct first_days {
    uint32_t of[LIMIT_PERIODS];
};

static struct first_days first_days_at(uint64_t wall_ms)
{
    return (struct first_days){{
        [LIMIT_DAY] = period_first_day(LIMIT_DAY, wall_ms),
        [LIMIT_MONTH] = period_first_day(LIMIT_MONTH, wall_ms),
    }};
}

static void enter_periods(const struct judged *judged, const struct first_days *first_days)
{
    for (unsigned period = 0; judged->account && period < LIMIT_PERIODS; period++) {
        uint64_t limit_nusd = limits_budget(judged->limits, period);
        if (limit_nusd > 0)
            budget_enter(&judged->account->budgets[period], first_days->of[period], limit_nusd);
    }
}

static void enter_all(const struct limit_reservation *reservation, struct limit_time time)
{
    struct first_days first_days = first_days_at(time.wall_ms);
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(reservation->subject, reservation->accounts, owner);
        enter_periods(&judged, &first_days);
    }
}

/* What it claimed the last time that it asked makes place for what it claims now. */
static void claim(struct limit_admission *admission, uint64_t claim_nusd)
{
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(admission->subject, admission->accounts, owner);
        for (unsigned period = 0; judged.account && period < LIMIT_PERIODS; period++) {
            struct budget *budget = &judged.account->budgets[period];
            if (limits_budget(judged.limits, period) == 0)
                continue;
            budget_unclaim(budget, admission->claim_nusd);
            budget_claim(budget, claim_nusd);
        }
    }
    admission->claim_nusd = claim_nusd;
}

/* Takes `more` of one party on top of what the reservation holds already. */
static void take(struct limit_reservation *reservation, const struct judged *judged,
                 struct limit_cost more, struct limit_time time)
{
    uint32_t rate = limit_rate(judged->limits->tokens_per_minute);
    if (!judged->account)
        return;
    if (rate > 0)
        gcra_take(&judged->account->tokens, rate, more.tokens, time.now_ns);
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        struct budget *budget = &judged->account->budgets[period];
        struct limit_stake *stake = &reservation->stakes[judged->owner][period];
        if (limits_budget(judged->limits, period) == 0)
            continue;
        if (stake->first_day != budget->first_day)
            *stake = (struct limit_stake){reservation->held.nusd, budget->first_day};
        budget_hold(budget, more.nusd);
    }
}

static void take_all(struct limit_reservation *reservation, struct limit_cost more,
                     struct limit_time time)
{
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(reservation->subject, reservation->accounts, owner);
        take(reservation, &judged, more, time);
    }
    reservation->held.tokens += more.tokens;
    reservation->held.nusd += more.nusd;
}

static void review_all(const struct limit_reservation *reservation)
{
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++)
        if (reservation->accounts[owner])
            shard_review(reservation->limiter, reservation->shard, reservation->accounts[owner]);
}

static void pin_all(const struct limit_reservation *reservation)
{
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++)
        if (reservation->accounts[owner])
            reservation->accounts[owner]->pins++;
}

/* Nothing is taken yet. */
static enum limit_verdict judge_estimate(const struct limit_reservation *reservation,
                                         struct limit_time time,
                                         const struct limit_estimate *estimate,
                                         struct limit_refusal *ret_refusal)
{
    struct judge judge = {.time = time};
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(reservation->subject, reservation->accounts, owner);
        judge_cost(&judge, &judged, estimate);
    }
    if (judge.refuses) {
        *ret_refusal = judge.worst;
        return LIMIT_REFUSED;
    }
    if (judge.is_unavailable)
        return LIMIT_UNAVAILABLE;
    return judge.wants_draw ? LIMIT_WANTS_DRAW : LIMIT_GRANTED;
}

enum limit_verdict limit_reserve(struct limit_admission *admission, struct limit_time time,
                                 const struct limit_estimate *estimate,
                                 struct limit_reservation *ret_reservation,
                                 struct limit_refusal *ret_refusal)
{
    struct limit_estimate counted = count_estimate(estimate, admission->subject);
    struct limit_reservation reservation = {
        .limiter = admission->limiter,
        .subject = admission->subject,
        .shard = admission->shard,
        .accounts = {admission->accounts[LIMIT_OF_KEY], admission->accounts[LIMIT_OF_TENANT]},
    };
    mutex_lock(&reservation.shard->mutex);
    enter_all(&reservation, time);
    enum limit_verdict verdict = judge_estimate(&reservation, time, &counted, ret_refusal);
    claim(admission, verdict == LIMIT_WANTS_DRAW ? counted.likely.nusd : 0);
    if (verdict == LIMIT_GRANTED) {
        take_all(&reservation, counted.likely, time);
        pin_all(&reservation);
    }
    review_all(&reservation);
    mutex_unlock(&reservation.shard->mutex);
    if (verdict == LIMIT_GRANTED)
        *ret_reservation = reservation;
    return verdict;
}

/* --- charge and settle --- */

static struct limit_cost beyond(struct limit_cost cost, struct limit_cost held)
{
    return (struct limit_cost){
        .tokens = cost.tokens > held.tokens ? cost.tokens - held.tokens : 0,
        .nusd = cost.nusd > held.nusd ? cost.nusd - held.nusd : 0,
    };
}

static enum limit_charge judge_charge(const struct limit_reservation *reservation,
                                      struct limit_time time, struct limit_refusal *ret_refusal)
{
    struct judge judge = {.time = time};
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(reservation->subject, reservation->accounts, owner);
        judge_overrun(&judge, &judged);
    }
    if (!judge.refuses)
        return LIMIT_WITHIN;
    *ret_refusal = judge.worst;
    return LIMIT_OVER_BUDGET;
}

enum limit_charge limit_charge(struct limit_reservation *reservation, struct limit_time time,
                               struct limit_cost so_far, struct limit_refusal *ret_refusal)
{
    struct limit_cost more = beyond(bounded(so_far), reservation->held);
    enum limit_charge charge = LIMIT_WITHIN;
    if (!reservation->limiter || (more.tokens == 0 && more.nusd == 0))
        return LIMIT_WITHIN;
    mutex_lock(&reservation->shard->mutex);
    enter_all(reservation, time);
    take_all(reservation, more, time);
    if (more.nusd > 0)
        charge = judge_charge(reservation, time, ret_refusal);
    review_all(reservation);
    mutex_unlock(&reservation->shard->mutex);
    return charge;
}

/* With the lock; nothing exceeds the reservation any more, and its stakes are those of now. */
static void settle(const struct limit_reservation *reservation, const struct judged *judged,
                   struct limit_cost used)
{
    uint32_t rate = limit_rate(judged->limits->tokens_per_minute);
    if (!judged->account)
        return;
    if (rate > 0)
        gcra_give(&judged->account->tokens, rate, reservation->held.tokens - used.tokens);
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        struct budget *budget = &judged->account->budgets[period];
        const struct limit_stake *stake = &reservation->stakes[judged->owner][period];
        if (limits_budget(judged->limits, period) > 0)
            budget_spend(budget, reservation->held.nusd - stake->before_nusd,
                         used.nusd > stake->before_nusd ? used.nusd - stake->before_nusd : 0);
    }
    judged->account->pins--;
}

void limit_settle(struct limit_reservation *reservation, struct limit_time time,
                  struct limit_cost used)
{
    used = bounded(used);
    if (!reservation->limiter)
        return;
    mutex_lock(&reservation->shard->mutex);
    enter_all(reservation, time);
    take_all(reservation, beyond(used, reservation->held), time);
    for (unsigned owner = 0; owner < LIMIT_OWNERS; owner++) {
        struct judged judged = judged_of(reservation->subject, reservation->accounts, owner);
        settle(reservation, &judged, used);
    }
    review_all(reservation);
    mutex_unlock(&reservation->shard->mutex);
    *reservation = (struct limit_reservation){0};
}
