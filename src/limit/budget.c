/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/budget.h"

#include "base/money.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t budget_used(const struct budget *budget)
{
    return money_add(budget->spent_nusd, budget->held_nusd);
}

void budget_enter(struct budget *budget, uint32_t first_day, uint64_t limit_nusd)
{
    if (budget->first_day < first_day)
        *budget = (struct budget){.first_day = first_day};
    budget->limit_nusd = limit_nusd;
}

/* What costs nothing is never refused. */
enum budget_verdict budget_judge(const struct budget *budget, uint64_t cost_nusd)
{
    uint64_t used = budget_used(budget);
    if (cost_nusd == 0)
        return BUDGET_FITS;
    if (used > budget->limit_nusd || cost_nusd > budget->limit_nusd - used)
        return BUDGET_OVER;
    if (used + cost_nusd <= budget->drawn_nusd)
        return BUDGET_FITS;
    return budget->has_failed ? BUDGET_UNAVAILABLE : BUDGET_WANTS_DRAW;
}

void budget_claim(struct budget *budget, uint64_t cost_nusd)
{
    budget->claimed_nusd = money_add(budget->claimed_nusd, cost_nusd);
}

void budget_unclaim(struct budget *budget, uint64_t cost_nusd)
{
    budget->claimed_nusd -= least(budget->claimed_nusd, cost_nusd);
}

void budget_hold(struct budget *budget, uint64_t cost_nusd)
{
    budget->held_nusd = money_add(budget->held_nusd, cost_nusd);
}

void budget_spend(struct budget *budget, uint64_t held_nusd, uint64_t cost_nusd)
{
    budget->held_nusd -= held_nusd;
    budget->spent_nusd = money_add(budget->spent_nusd, cost_nusd);
}

bool budget_is_over(const struct budget *budget)
{
    return budget_used(budget) > budget->limit_nusd;
}

/* Behind a failure nobody knows what the store holds, and it is asked until one works. */
bool budget_wants_draw(const struct budget *budget, uint64_t chunk_nusd)
{
    uint64_t needed = money_add(budget_used(budget), budget->claimed_nusd);
    uint64_t ahead = budget->drawn_nusd - least(needed, budget->drawn_nusd);
    if (budget->is_asked)
        return false;
    if (budget->has_failed || ahead > chunk_nusd)
        return true;
    bool is_in_use = needed > 0 || budget->drawn_nusd > 0;
    return is_in_use && ahead <= chunk_nusd / 4 && budget->drawn_nusd < budget->limit_nusd;
}

uint64_t budget_ask(struct budget *budget, uint64_t chunk_nusd)
{
    uint64_t used = budget_used(budget);
    uint64_t ahead = money_add(budget->claimed_nusd, chunk_nusd / 2 + 1);
    uint64_t wanted = least(money_add(used, ahead), budget->limit_nusd);
    if (wanted < budget->drawn_nusd) {
        uint64_t firm = least(used, budget->drawn_nusd);
        wanted = wanted > firm ? wanted : firm;
        budget->drawn_nusd = wanted;
    }
    budget->is_asked = true;
    return wanted;
}

void budget_drawn(struct budget *budget, uint64_t drawn_nusd)
{
    budget->drawn_nusd = drawn_nusd;
    budget->is_asked = false;
    budget->has_failed = false;
}

void budget_failed(struct budget *budget)
{
    budget->is_asked = false;
    budget->has_failed = true;
}

/* The last hundredth seldom fits a reservation: a budget of which no more is left is used up. */
uint8_t budget_alert(const struct budget *budget)
{
    uint64_t limit = budget->limit_nusd, spent = budget->spent_nusd;
    uint8_t percent = 0;
    if (spent >= limit - limit / 100)
        percent = 100;
    else if (spent >= limit - limit / 5)
        percent = 80;
    else if (spent >= limit - limit / 2)
        percent = 50;
    return percent > budget->told_percent ? percent : 0;
}
