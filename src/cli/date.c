/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/date.h"

#include <inttypes.h>
#include <stdio.h>

#define MS_PER_S 1000
#define S_PER_MINUTE 60
#define S_PER_HOUR 3600
#define DAYS_PER_ERA 146097     /* 400 years */
#define DAYS_BEFORE_1970 719468 /* from 0000-03-01 */

struct civil {
    uint64_t year, month, day;
};

/* Years begin with March here, so that a leap day is the last of its year (Hinnant, "chrono-
 * Compatible Low-Level Date Algorithms", 2013). */
static uint64_t days_of(struct civil date)
{
    uint64_t year = date.year - (date.month <= 2);
    uint64_t era = year / 400, year_of_era = year % 400;
    uint64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    uint64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

static struct civil civil_of(uint64_t days)
{
    days += DAYS_BEFORE_1970;
    uint64_t era = days / DAYS_PER_ERA, day_of_era = days % DAYS_PER_ERA;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t shifted = (5 * day_of_year + 2) / 153;
    uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    return (struct civil){
        .year = era * 400 + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * shifted + 2) / 5 + 1,
    };
}

/* Exactly this many digits from the front of the text, and the separator behind them, if one is
 * wanted. */
static bool take(struct bytes *text, size_t digits, char separator, uint64_t *ret_number)
{
    size_t length = digits + (separator != 0);
    if (text->length < length || !bytes_read_u64(bytes_of(text->at, digits), ret_number) ||
        (separator && text->at[digits] != separator))
        return false;
    *text = bytes_after(*text, length);
    return true;
}

static bool take_day(struct bytes *text, uint32_t *ret_day)
{
    struct civil date;
    if (!take(text, 4, '-', &date.year) || !take(text, 2, '-', &date.month) ||
        !take(text, 2, 0, &date.day) || date.year < 1970 || date.day < 1 || date.day > 31 ||
        date.month < 1 || date.month > 12)
        return false;
    uint64_t days = days_of(date);
    if (civil_of(days).day != date.day) /* the 30th of February */
        return false;
    *ret_day = (uint32_t)days;
    return true;
}

bool date_read_day(struct bytes text, uint32_t *ret_day)
{
    uint32_t day;
    if (!take_day(&text, &day) || text.length > 0)
        return false;
    *ret_day = day;
    return true;
}

/* "14:30:00Z", "14:30:00.250Z" */
static bool take_time(struct bytes *text, uint64_t *ret_ms)
{
    uint64_t hour, minute, second, ms = 0;
    if (!take(text, 2, ':', &hour) || !take(text, 2, ':', &minute) || hour > 23 || minute > 59)
        return false;
    bool is_whole = take(text, 2, 'Z', &second);
    if (!is_whole && (!take(text, 2, '.', &second) || !take(text, 3, 'Z', &ms)))
        return false;
    *ret_ms = (hour * S_PER_HOUR + minute * S_PER_MINUTE + second) * MS_PER_S + ms;
    return second <= 59;
}

bool date_read_instant(struct bytes text, uint64_t *ret_ms)
{
    uint32_t day;
    uint64_t ms;
    if (!take_day(&text, &day) || text.length == 0 || text.at[0] != 'T')
        return false;
    text = bytes_after(text, 1);
    if (!take_time(&text, &ms) || text.length > 0)
        return false;
    *ret_ms = day * DATE_MS_PER_DAY + ms;
    return true;
}

const char *date_write_day(uint32_t day, char ret_text[DATE_TEXT_BYTES])
{
    struct civil date = civil_of(day < DATE_LAST_DAY ? day : DATE_LAST_DAY);
    snprintf(ret_text, DATE_TEXT_BYTES, "%04u-%02u-%02u", (unsigned)date.year, (unsigned)date.month,
             (unsigned)date.day);
    return ret_text;
}

const char *date_write_instant(uint64_t ms, char ret_text[DATE_TEXT_BYTES])
{
    const uint64_t last = (DATE_LAST_DAY + 1) * DATE_MS_PER_DAY - 1;
    uint64_t shown = ms < last ? ms : last;
    unsigned second = (unsigned)(shown % DATE_MS_PER_DAY / MS_PER_S);
    unsigned fraction = (unsigned)(shown % MS_PER_S);
    date_write_day(date_of_instant(shown), ret_text);
    size_t length = strlen(ret_text);
    length += (size_t)snprintf(ret_text + length, DATE_TEXT_BYTES - length, "T%02u:%02u:%02u",
                               second / S_PER_HOUR, second / S_PER_MINUTE % 60, second % 60);
    if (fraction > 0)
        length += (size_t)snprintf(ret_text + length, DATE_TEXT_BYTES - length, ".%03u", fraction);
    snprintf(ret_text + length, DATE_TEXT_BYTES - length, "Z");
    return ret_text;
}

uint32_t date_of_instant(uint64_t ms)
{
    uint64_t day = ms / DATE_MS_PER_DAY;
    return day < DATE_LAST_DAY ? (uint32_t)day : DATE_LAST_DAY;
}

uint32_t date_first_of_month(uint32_t day)
{
    struct civil date = civil_of(day);
    date.day = 1;
    return (uint32_t)days_of(date);
}
