/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/judge.h"

#include "limit/period.h"

#define NS_PER_MS UINT64_C(1000000)

uint32_t limit_rate(uint64_t per_minute)
{
    return per_minute < GCRA_MOST ? (uint32_t)per_minute : GCRA_MOST;
}

/* What never passes is worse than any wait. */
static bool is_worse(const struct limit_refusal *a, const struct limit_refusal *b)
{
    if (a->is_never != b->is_never)
        return a->is_never;
    return a->retry_after_ms > b->retry_after_ms;
}

static void refuse(struct judge *judge, const struct limit_refusal *refusal)
{
    if (!judge->refuses || is_worse(refusal, &judge->worst))
        judge->worst = *refusal;
    judge->refuses = true;
}

struct rate_question {
    const struct gcra *gcra;
    uint32_t rate;
    uint64_t firm, units;
};

static void judge_rate(struct judge *judge, struct limit_refusal refusal,
                       const struct rate_question *question)
{
    uint64_t now_ns = judge->time.now_ns;
    uint32_t rate = question->rate;
    refusal.is_never = question->firm > rate;
    uint64_t fits_ns =
        refusal.is_never ? UINT64_MAX : gcra_fits_at(question->gcra, rate, question->units);
    if (fits_ns <= now_ns)
        return;
    refusal.limit = rate;
    refusal.used = rate - gcra_left(question->gcra, rate, now_ns);
    refusal.wanted = refusal.is_never ? question->firm : question->units;
    if (!refusal.is_never)
        refusal.retry_after_ms = (fits_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    refuse(judge, &refusal);
}

static void judge_slots(struct judge *judge, const struct judged *judged)
{
    const struct limit_account *account = judged->account;
    if (account->slots < judged->limits->concurrency)
        return;
    refuse(judge, &(struct limit_refusal){
                      .kind = LIMIT_CONCURRENCY,
                      .owner = judged->owner,
                      .limit = judged->limits->concurrency,
                      .used = account->slots,
                      .wanted = 1,
                      .retry_after_ms = account_slot_wait_ms(account),
                  });
}

void judge_request(struct judge *judge, const struct judged *judged)
{
    uint32_t rate = limit_rate(judged->limits->requests_per_minute);
    if (!judged->account)
        return;
    if (rate > 0)
        judge_rate(judge, (struct limit_refusal){.kind = LIMIT_REQUESTS, .owner = judged->owner},
                   &(struct rate_question){&judged->account->requests, rate, 1, 1});
    if (judged->limits->concurrency > 0)
        judge_slots(judge, judged);
}

static struct limit_refusal budget_refusal(const struct judge *judge, const struct judged *judged,
                                           enum limit_period period)
{
    const struct budget *budget = &judged->account->budgets[period];
    return (struct limit_refusal){
        .kind = period == LIMIT_DAY ? LIMIT_DAY_BUDGET : LIMIT_MONTH_BUDGET,
        .owner = judged->owner,
        .limit = budget->limit_nusd,
        .used = budget_used(budget),
        .retry_after_ms = period_end_ms(period, budget->first_day) - judge->time.wall_ms,
    };
}

struct money_question {
    uint64_t firm_nusd, cost_nusd;
};

static void judge_budget(struct judge *judge, const struct judged *judged, enum limit_period period,
                         struct money_question question)
{
    enum budget_verdict verdict =
        budget_judge(&judged->account->budgets[period], question.cost_nusd);
    judge->wants_draw |= verdict == BUDGET_WANTS_DRAW;
    judge->is_unavailable |= verdict == BUDGET_UNAVAILABLE;
    if (verdict != BUDGET_OVER)
        return;
    struct limit_refusal refusal = budget_refusal(judge, judged, period);
    refusal.wanted = question.cost_nusd;
    if (question.firm_nusd > refusal.limit) {
        refusal.is_never = true;
        refusal.wanted = question.firm_nusd;
        refusal.retry_after_ms = 0;
    }
    refuse(judge, &refusal);
}

void judge_cost(struct judge *judge, const struct judged *judged,
                const struct limit_estimate *estimate)
{
    uint32_t rate = limit_rate(judged->limits->tokens_per_minute);
    struct money_question money = {estimate->firm.nusd, estimate->likely.nusd};
    if (!judged->account)
        return;
    if (rate > 0)
        judge_rate(judge, (struct limit_refusal){.kind = LIMIT_TOKENS, .owner = judged->owner},
                   &(struct rate_question){&judged->account->tokens, rate, estimate->firm.tokens,
                                           estimate->likely.tokens});
    for (unsigned period = 0; period < LIMIT_PERIODS; period++)
        if (limits_budget(judged->limits, period) > 0)
            judge_budget(judge, judged, period, money);
}

void judge_overrun(struct judge *judge, const struct judged *judged)
{
    if (!judged->account)
        return;
    for (unsigned period = 0; period < LIMIT_PERIODS; period++) {
        if (limits_budget(judged->limits, period) == 0 ||
            !budget_is_over(&judged->account->budgets[period]))
            continue;
        struct limit_refusal refusal = budget_refusal(judge, judged, period);
        refuse(judge, &refusal);
    }
}
