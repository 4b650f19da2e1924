/* SPDX-License-Identifier: Apache-2.0
 *
 * period - the UTC days and months that budgets are for.
 *
 * Units    wall milliseconds and days, both since 1970 (proleptic Gregorian calendar).
 * Threads  any.
 */
#ifndef LIMIT_PERIOD_H
#define LIMIT_PERIOD_H

#include "limit/limits.h"

/* Of the period that this moment is in. */
uint32_t period_first_day(enum limit_period period, uint64_t wall_ms);
/* The first moment of the period that follows the one that begins on first_day. */
uint64_t period_end_ms(enum limit_period period, uint32_t first_day);

#endif
