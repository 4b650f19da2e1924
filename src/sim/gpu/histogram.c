/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/histogram.h"

void histogram_init(struct histogram *histogram, const uint64_t *bounds)
{
    *histogram = (struct histogram){.bounds = bounds};
}

void histogram_add(struct histogram *histogram, uint64_t value, uint64_t times)
{
    size_t bucket = 0;
    while (histogram->bounds[bucket] < value)
        bucket++;
    histogram->counts[bucket] += times;
    histogram->count += times;
    histogram->sum += value * times;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
    uint64_t wanted = (histogram->count * percent + 99) / 100;
    uint64_t seen = 0;

    if (histogram->count == 0)
        return 0;
    for (size_t bucket = 0;; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= wanted && seen > 0)
            return histogram->bounds[bucket];
    }
}
