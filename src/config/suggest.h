/* SPDX-License-Identifier: Apache-2.0
 *
 * suggest - which known word was probably meant.
 *
 * Distance: letters inserted, deleted, replaced, or swapped with their neighbour (optimal string
 * alignment).
 *
 * Memory   nothing allocates; words beyond SUGGEST_WORD_BYTES are near nothing.
 * Threads  any.
 */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "base/bytes.h"

#define SUGGEST_WORD_BYTES 64

/* SIZE_MAX: too long to compare. */
size_t suggest_distance(struct bytes a, struct bytes b);

/* Offer every known word, then ask; it starts with `word` set and the rest zeroed. */
struct suggestion {
    struct bytes word;
    const char *nearest; /* NULL: nothing near enough yet */
    size_t distance;
};
void suggest_offer(struct suggestion *suggestion, struct bytes known, const char *name);

#endif
