/* SPDX-License-Identifier: Apache-2.0 */
#include "route/retry_budget.h"

#include <stddef.h>

#define NS_PER_S UINT64_C(1000000000)

void retry_budget_init(struct retry_budget *budget, uint32_t percent, uint32_t burst)
{
    *budget = (struct retry_budget){.percent = percent, .burst = burst};
}

/* Empties the buckets that the time has passed; each pass of the ring at most once. */
static void advance(struct retry_budget *budget, uint64_t now_ns)
{
    uint64_t now = now_ns / NS_PER_S;
    if (now <= budget->second)
        return;
    uint64_t passed = now - budget->second;
    if (passed > RETRY_BUDGET_SECONDS)
        passed = RETRY_BUDGET_SECONDS;
    for (uint64_t second = now - passed + 1; second <= now; second++) {
        budget->requests[second % RETRY_BUDGET_SECONDS] = 0;
        budget->retries[second % RETRY_BUDGET_SECONDS] = 0;
    }
    budget->second = now;
}

static uint64_t sum(const uint32_t *buckets)
{
    uint64_t total = 0;
    for (size_t i = 0; i < RETRY_BUDGET_SECONDS; i++)
        total += buckets[i];
    return total;
}

void retry_budget_note_request(struct retry_budget *budget, uint64_t now_ns)
{
    advance(budget, now_ns);
    budget->requests[budget->second % RETRY_BUDGET_SECONDS]++;
}

bool retry_budget_take(struct retry_budget *budget, uint64_t now_ns)
{
    advance(budget, now_ns);
    uint64_t allowed = budget->burst + sum(budget->requests) * budget->percent / 100;
    if (sum(budget->retries) >= allowed)
        return false;
    budget->retries[budget->second % RETRY_BUDGET_SECONDS]++;
    return true;
}
