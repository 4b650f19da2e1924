/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_date.h"

#include <string.h>

#define SECONDS_PER_DAY 86400
#define DAYS_PER_ERA 146097     /* 400 years; the calendar repeats after them */
#define DAYS_BEFORE_1970 719468 /* from the first of March of the year 0 */

struct civil {
    unsigned year, month, day; /* month and day from 1 */
};

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the
 * leap day is the last one and months follow one formula. */
static struct civil civil_of(uint64_t unix_days)
{
    uint64_t days = unix_days + DAYS_BEFORE_1970;
    unsigned era = (unsigned)(days / DAYS_PER_ERA);
    unsigned day_of_era = (unsigned)(days % DAYS_PER_ERA);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;
    unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

static void put_digits(char *at, unsigned number, int count)
{
    for (int i = count; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
}

void http_date_write(char ret_text[HTTP_DATE_BYTES], uint64_t unix_s)
{
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil civil = civil_of(unix_s / SECONDS_PER_DAY);
    unsigned second = (unsigned)(unix_s % SECONDS_PER_DAY);

    memcpy(ret_text, "Ddd, 00 Mmm 0000 00:00:00 GMT", HTTP_DATE_BYTES);
    memcpy(ret_text, &days[3 * (unix_s / SECONDS_PER_DAY % 7)], 3);
    put_digits(ret_text + 5, civil.day, 2);
    memcpy(ret_text + 8, &months[3 * (civil.month - 1)], 3);
    put_digits(ret_text + 12, civil.year, 4);
    put_digits(ret_text + 17, second / 3600, 2);
    put_digits(ret_text + 20, second / 60 % 60, 2);
    put_digits(ret_text + 23, second % 60, 2);
}
