/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/period.h"

#define DAY_MS UINT64_C(86400000)
#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* since the first of March of the year 0 */

/* How far `day` is in its month, from 0. Years begin in March here, so that the leap day is the
 * last (H. Hinnant, "chrono-compatible low-level date algorithms"). */
static uint32_t day_of_month(uint32_t day)
{
    uint32_t of_era = (uint32_t)(((uint64_t)day + DAYS_TO_1970) % DAYS_PER_ERA);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153;
    return of_year - (153 * month + 2) / 5;
}

uint32_t period_first_day(enum limit_period period, uint64_t wall_ms)
{
    uint64_t days = wall_ms / DAY_MS;
    uint32_t day = days < UINT32_MAX ? (uint32_t)days : UINT32_MAX;
    return period == LIMIT_DAY ? day : day - day_of_month(day);
}

uint64_t period_end_ms(enum limit_period period, uint32_t first_day)
{
    if (period == LIMIT_DAY)
        return (first_day + UINT64_C(1)) * DAY_MS;
    /* No month is longer than 31 days, so that the 32nd is in the next. */
    uint64_t in_next = first_day + UINT64_C(31);
    return (in_next - day_of_month((uint32_t)in_next)) * DAY_MS;
}
