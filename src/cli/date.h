/* SPDX-License-Identifier: Apache-2.0
 *
 * date - days and instants as ISO 8601 has them, all in UTC.
 *
 *   days      2026-11-22
 *   instants  2026-11-22T14:30:00Z, and with milliseconds 2026-11-22T14:30:00.250Z
 *
 * Units    days since 1970; milliseconds since 1970.
 * Memory   the caller's.
 * Threads  any.
 * Errors   readers return false and leave *ret alone: another form, no such day, before 1970.
 */
#ifndef CLI_DATE_H
#define CLI_DATE_H

#include "base/bytes.h"

#define DATE_MS_PER_DAY UINT64_C(86400000)
#define DATE_LAST_DAY 2932896 /* 9999-12-31 */
#define DATE_TEXT_BYTES 32

bool date_read_day(struct bytes text, uint32_t *ret_day);
bool date_read_instant(struct bytes text, uint64_t *ret_ms);

/* What the readers read back; beyond the last day: the last one. Return ret_text. */
const char *date_write_day(uint32_t day, char ret_text[DATE_TEXT_BYTES]);
const char *date_write_instant(uint64_t ms, char ret_text[DATE_TEXT_BYTES]);

uint32_t date_of_instant(uint64_t ms);
uint32_t date_first_of_month(uint32_t day);

#endif
