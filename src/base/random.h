/* SPDX-License-Identifier: Apache-2.0
 *
 * random - a seeded generator (xoshiro256**, Blackman and Vigna 2018) for jitter, sampling and
 * simulations. Never for secrets: those come from loop_entropy().
 *
 * Memory   the caller embeds the struct.
 * Threads  belongs to its owner.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_init(struct random *random, uint64_t seed);
uint64_t random_u64(struct random *random);
/* Uniform in [0, bound); bound 0 gives 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/* Uniform in [least, most]. */
uint64_t random_between(struct random *random, uint64_t least, uint64_t most);
/* True `numerator` times in `denominator`. */
bool random_chance(struct random *random, uint64_t numerator, uint64_t denominator);

#endif
