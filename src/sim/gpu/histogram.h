/* SPDX-License-Identifier: Apache-2.0
 *
 * histogram - how often values fell between fixed bounds, as metrics pages tell it.
 *
 * Units    the bounds'.
 * Memory   the caller embeds the struct; bounds are static.
 * Threads  belongs to its owner.
 */
#ifndef SIM_GPU_HISTOGRAM_H
#define SIM_GPU_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 24 /* at most; the last is for what is beyond all bounds */

struct histogram {
    const uint64_t *bounds;             /* rising, ends with UINT64_MAX */
    uint64_t counts[HISTOGRAM_BUCKETS]; /* of bucket i: bounds[i - 1] < value <= bounds[i] */
    uint64_t count, sum;
};

void histogram_init(struct histogram *histogram, const uint64_t *bounds);
/* The same value `times` times. */
void histogram_add(struct histogram *histogram, uint64_t value, uint64_t times);
/* The bound below which `percent` of the values lie; 0 without values. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

#endif
