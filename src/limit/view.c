/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/limiter.h"
#include "limit/period.h"
#include "limit/shard.h"

#define NS_PER_MS UINT64_C(1000000)

static struct limit_gauge gauge_of(uint64_t limit, uint64_t used, uint64_t reset_ms)
{
    return (struct limit_gauge){
        .limit = limit,
        .used = used,
        .remaining = limit > used ? limit - used : 0,
        .reset_ms = reset_ms,
    };
}

static struct limit_gauge rate_gauge(uint64_t per_minute, const struct gcra *gcra, uint64_t now_ns)
{
    uint32_t rate = limit_rate(per_minute);
    if (rate == 0)
        return (struct limit_gauge){0};
    uint64_t reset_ms = (gcra_empty_in_ns(gcra, now_ns) + NS_PER_MS - 1) / NS_PER_MS;
    return gauge_of(rate, rate - gcra_left(gcra, rate, now_ns), reset_ms);
}

static struct limit_gauge budget_gauge(uint64_t limit_nusd, const struct budget *budget,
                                       enum limit_period period, uint64_t wall_ms)
{
    uint32_t first_day = period_first_day(period, wall_ms);
    if (limit_nusd == 0)
        return (struct limit_gauge){0};
    if (budget->first_day < first_day)
        return gauge_of(limit_nusd, 0, period_end_ms(period, first_day) - wall_ms);
    return gauge_of(limit_nusd, budget_used(budget),
                    period_end_ms(period, budget->first_day) - wall_ms);
}

static struct limit_gauges gauges_of(const struct limits *limits,
                                     const struct limit_account *account, struct limit_time time)
{
    static const struct limit_account unused;
    if (!account)
        account = &unused;
    return (struct limit_gauges){{
        [LIMIT_REQUESTS] = rate_gauge(limits->requests_per_minute, &account->requests, time.now_ns),
        [LIMIT_TOKENS] = rate_gauge(limits->tokens_per_minute, &account->tokens, time.now_ns),
        [LIMIT_CONCURRENCY] = gauge_of(limits->concurrency, account->slots, 0),
        [LIMIT_DAY_BUDGET] =
            budget_gauge(limits->day_nusd, &account->budgets[LIMIT_DAY], LIMIT_DAY, time.wall_ms),
        [LIMIT_MONTH_BUDGET] = budget_gauge(limits->month_nusd, &account->budgets[LIMIT_MONTH],
                                            LIMIT_MONTH, time.wall_ms),
    }};
}

void limit_view(struct limiter *limiter, const struct limit_subject *subject,
                struct limit_time time, struct limit_view *ret_view)
{
    struct limit_admission seen = {.subject = subject,
                                   .shard = limiter_shard(limiter, subject->tenant.account)};
    bool is_locked = limiter_lock_accounts(limiter, time, &seen);
    ret_view->key = gauges_of(&subject->key.limits, seen.accounts[LIMIT_OF_KEY], time);
    ret_view->tenant = gauges_of(&subject->tenant.limits, seen.accounts[LIMIT_OF_TENANT], time);
    if (is_locked)
        mutex_unlock(&seen.shard->mutex);
}

const struct limit_gauge *limit_view_least(const struct limit_view *view, enum limit_kind kind)
{
    const struct limit_gauge *key = &view->key.of[kind], *tenant = &view->tenant.of[kind];
    if (key->limit == 0)
        return tenant;
    return tenant->limit > 0 && tenant->remaining < key->remaining ? tenant : key;
}
