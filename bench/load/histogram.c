/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/histogram.h"

#include <stddef.h>

#define LAST (HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS - 1)

/* Below 32 each number has its own step; above, the highest bit picks the doubling and the five
 * bits behind it the step. */
static size_t step_of(uint64_t duration_ns)
{
    if (duration_ns < HISTOGRAM_STEPS)
        return (size_t)duration_ns;
    unsigned doubling = 63U - (unsigned)__builtin_clzll(duration_ns) - 4U;
    size_t step = doubling * (size_t)HISTOGRAM_STEPS +
                  (size_t)((duration_ns >> (doubling - 1)) - HISTOGRAM_STEPS);
    return step < LAST ? step : LAST;
}

static uint64_t upper_edge(size_t step)
{
    if (step < HISTOGRAM_STEPS)
        return step;
    size_t doubling = step / HISTOGRAM_STEPS;
    return (HISTOGRAM_STEPS + step % HISTOGRAM_STEPS + 1) << (doubling - 1);
}

void histogram_add(struct histogram *histogram, uint64_t duration_ns)
{
    histogram->counts[step_of(duration_ns)]++;
    histogram->total++;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)((double)histogram->total * share), seen = 0;

    for (size_t step = 0; step <= LAST; step++) {
        seen += histogram->counts[step];
        if (seen > wanted)
            return upper_edge(step);
    }
    return 0;
}
