/* SPDX-License-Identifier: Apache-2.0
 *
 * histogram - durations, to about 3 percent: 32 steps for each doubling.
 *
 * Units    nanoseconds, up to 2^40.
 * Memory   the caller embeds the struct.
 */
#ifndef BENCH_LOAD_HISTOGRAM_H
#define BENCH_LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS 32
#define HISTOGRAM_DOUBLINGS 36

struct histogram {
    uint64_t counts[HISTOGRAM_DOUBLINGS * HISTOGRAM_STEPS];
    uint64_t total;
};

void histogram_add(struct histogram *histogram, uint64_t duration_ns);
/* The upper edge of the step that holds the given share; 0 if nothing was added. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
