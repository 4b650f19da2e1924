/* SPDX-License-Identifier: Apache-2.0
 *
 * gcra - so many units a minute, of which a minute's worth may come at once (the generic cell rate
 * algorithm, ITU-T I.371, as a virtual schedule).
 *
 * What was taken is kept as the time at which all of it will have flowed off: nothing has to be
 * refilled, and a changed rate needs no conversion. The part of a nanosecond that a division
 * leaves is kept too, so that exactly a minute's worth fits at once and not one unit more, and no
 * window of any width w grants more than rate * w + a minute's worth.
 *
 * Units    requests or tokens; monotonic nanoseconds, passed in. Clocks of threads may differ: a
 *          step back grants nothing more.
 * Memory   the caller embeds the struct; zeroed: nothing taken.
 * Threads  belongs to whoever holds its lock.
 * Errors   none.
 */
#ifndef LIMIT_GCRA_H
#define LIMIT_GCRA_H

#include <stdbool.h>
#include <stdint.h>

#define GCRA_MINUTE_NS UINT64_C(60000000000)
/* The greatest rate, and the most that is taken at once: their products with a minute fit in 64
 * bits. */
#define GCRA_MOST 300000000
/* Debts that are longer than this are forgiven. */
#define GCRA_DEBT_MOST_NS (30 * 24 * 60 * GCRA_MINUTE_NS)

struct gcra {
    uint64_t empty_at_ns; /* when all of it has flowed off, and */
    uint32_t rest;        /* so many parts of a nanosecond, of which one has `rate` */
    uint32_t rate;        /* of the rest: the rate at the last change */
};

/* The first moment at which `units`, at most `rate`, will fit; now or earlier: they do. */
uint64_t gcra_fits_at(const struct gcra *gcra, uint32_t rate, uint64_t units);
/* Whether they fit or not: what has been used has been used. */
void gcra_take(struct gcra *gcra, uint32_t rate, uint64_t units, uint64_t now_ns);
/* Gives back what was taken and not used; never to more than a minute's worth. */
void gcra_give(struct gcra *gcra, uint32_t rate, uint64_t units);
/* What would fit at once, in whole units. */
uint32_t gcra_left(const struct gcra *gcra, uint32_t rate, uint64_t now_ns);
/* Until a minute's worth fits. */
uint64_t gcra_empty_in_ns(const struct gcra *gcra, uint64_t now_ns);

#endif
