/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/gcra.h"

/* The same debt in parts of another rate: rounded up, by less than a nanosecond. */
static struct gcra at_rate(const struct gcra *gcra, uint32_t rate)
{
    if (gcra->rate == rate)
        return *gcra;
    return (struct gcra){
        .empty_at_ns = gcra->empty_at_ns + (gcra->rest > 0), .rest = 0, .rate = rate};
}

static uint64_t parts_of(uint64_t units)
{
    return (units < GCRA_MOST ? units : GCRA_MOST) * GCRA_MINUTE_NS;
}

static uint64_t divide_up(uint64_t dividend, uint64_t divisor)
{
    return dividend / divisor + (dividend % divisor > 0);
}

uint64_t gcra_fits_at(const struct gcra *gcra, uint32_t rate, uint64_t units)
{
    struct gcra debt = at_rate(gcra, rate);
    uint64_t end_ns = debt.empty_at_ns + divide_up(parts_of(units) + debt.rest, rate);
    return end_ns > GCRA_MINUTE_NS ? end_ns - GCRA_MINUTE_NS : 0;
}

void gcra_take(struct gcra *gcra, uint32_t rate, uint64_t units, uint64_t now_ns)
{
    struct gcra debt = at_rate(gcra, rate);
    if (debt.empty_at_ns < now_ns)
        debt = (struct gcra){.empty_at_ns = now_ns, .rate = rate};

    uint64_t parts = parts_of(units) + debt.rest;
    uint64_t debt_ns = debt.empty_at_ns - now_ns + parts / rate;
    gcra->empty_at_ns = now_ns + (debt_ns < GCRA_DEBT_MOST_NS ? debt_ns : GCRA_DEBT_MOST_NS);
    gcra->rest = (uint32_t)(parts % rate);
    gcra->rate = rate;
}

void gcra_give(struct gcra *gcra, uint32_t rate, uint64_t units)
{
    struct gcra debt = at_rate(gcra, rate);
    uint64_t parts = parts_of(units);
    uint64_t less_ns = parts / rate, less_rest = parts % rate;
    if (debt.rest < less_rest)
        less_ns++;
    *gcra = (struct gcra){.rate = rate};
    if (debt.empty_at_ns < less_ns)
        return;
    gcra->empty_at_ns = debt.empty_at_ns - less_ns;
    gcra->rest = (uint32_t)(debt.rest - less_rest + (debt.rest < less_rest ? rate : 0));
}

uint32_t gcra_left(const struct gcra *gcra, uint32_t rate, uint64_t now_ns)
{
    struct gcra debt = at_rate(gcra, rate);
    if (debt.empty_at_ns < now_ns)
        return rate;
    uint64_t debt_ns = debt.empty_at_ns - now_ns;
    if (debt_ns >= GCRA_MINUTE_NS)
        return 0;
    return (uint32_t)(((GCRA_MINUTE_NS - debt_ns) * rate - debt.rest) / GCRA_MINUTE_NS);
}

uint64_t gcra_empty_in_ns(const struct gcra *gcra, uint64_t now_ns)
{
    uint64_t empty_at_ns = gcra->empty_at_ns + (gcra->rest > 0);
    return empty_at_ns > now_ns ? empty_at_ns - now_ns : 0;
}
