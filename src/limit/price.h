/* SPDX-License-Identifier: Apache-2.0
 *
 * price - what tokens of one model cost.
 *
 * Units    nano-USD; prices are for a million tokens.
 * Threads  any.
 */
#ifndef LIMIT_PRICE_H
#define LIMIT_PRICE_H

#include <stdint.h>

struct price {
    uint64_t in_nusd, cached_in_nusd, out_nusd; /* per million tokens */
};

struct token_counts {
    uint64_t prompt; /* cached ones included, as `usage` counts */
    uint64_t cached; /* of the prompt, those that the engine had already; at most all */
    uint64_t answer;
};

/* Each kind is rounded up, so that no token is free; up to UINT64_MAX. */
uint64_t price_of(const struct price *price, struct token_counts tokens);

#endif
