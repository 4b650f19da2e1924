/* SPDX-License-Identifier: Apache-2.0
 *
 * money - amounts of US dollars as whole numbers, so that sums are exact.
 *
 * Units    nano-USD (`_nusd`): 10^9 are one dollar, and 64 bits hold 18 billion dollars. A price is
 *          nano-USD for a million tokens; what a token costs may be a fraction.
 * Threads  any.
 * Errors   money_read() returns false and leaves *ret_nusd alone; sums and products that 64 bits do
 *          not hold are UINT64_MAX.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define MONEY_NUSD_PER_USD UINT64_C(1000000000)
#define MONEY_TEXT_BYTES 21 /* of the longest: 11 digits, a point, 9 digits */

/* Dollars as people write them: "50", "0.15", ".5", "1.000000001". No sign, no exponent, no
 * separators; digits behind the ninth decimal must be zeros. */
bool money_read(struct bytes text, uint64_t *ret_nusd);
/* Dollars with at least two decimals and no more than it takes: "50.00", "0.15", "0.000000001".
 * Into the caller's array, which the view returned points into. */
struct bytes money_write(uint64_t nusd, char ret_text[MONEY_TEXT_BYTES]);

/* Up to UINT64_MAX. */
uint64_t money_add(uint64_t a_nusd, uint64_t b_nusd);
/* Rounded up to the next nano-USD, so that no token is free. */
uint64_t money_of_tokens(uint64_t tokens, uint64_t nusd_per_million);

#endif
