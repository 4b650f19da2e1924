/* SPDX-License-Identifier: Apache-2.0
 *
 * welch - do the times of two kinds of guesses differ? Welch's t; beyond 4.5 either way they do
 * (Goodwill et al., "A testing methodology for side-channel resistance validation", 2011).
 */
#ifndef BENCH_KEYS_WELCH_H
#define BENCH_KEYS_WELCH_H

#include <stdbool.h>
#include <stdint.h>

/* Welford's running mean and squared differences. */
struct sample {
    double count, mean, squares;
};

/* All zero: nothing added yet. */
struct welch {
    struct sample close, other;
};

void welch_add(struct welch *welch, bool is_close, uint64_t took_ns);
bool welch_tells(const struct welch *welch);
/* `timing NAME value t`, and the two means. */
void welch_print(const struct welch *welch, const char *name);

#endif
