/* SPDX-License-Identifier: Apache-2.0
 *
 * answer_sizes - how long answers were lately: counts in buckets of half an octave, of which all
 * are halved now and then, so that old answers fade.
 *
 * Units    tokens.
 * Memory   the caller embeds the struct; zeroed: none yet.
 * Threads  belongs to whoever holds its lock.
 */
#ifndef LIMIT_ANSWER_SIZES_H
#define LIMIT_ANSWER_SIZES_H

#include <stdint.h>

#define ANSWER_SIZES_BUCKETS 37 /* up to 1, 1, 2, 3, 4, 6, 8, 12 ... 262144 */

struct answer_sizes {
    uint16_t counts[ANSWER_SIZES_BUCKETS];
    uint16_t total;
};

void answer_sizes_add(struct answer_sizes *sizes, uint64_t tokens);
/* What nine of ten were within; 0: too few to say. */
uint64_t answer_sizes_usual(const struct answer_sizes *sizes);

#endif
