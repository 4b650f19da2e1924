/* SPDX-License-Identifier: Apache-2.0
 *
 * units - durations and sizes as people write them.
 *
 *   durations  500ms  30s  10m  1h  7d      0 needs no unit
 *   sizes      64KiB  1MiB  2GiB  10kB  10MB  1GB  65536
 *
 * Units    milliseconds and bytes.
 * Memory   the caller's.
 * Threads  any.
 * Errors   readers return false and leave *ret alone: no number, no such unit, beyond 64 bits.
 */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include "base/bytes.h"

#define UNITS_TEXT_BYTES 32

bool units_read_duration(struct bytes text, uint64_t *ret_ms);
bool units_read_size(struct bytes text, uint64_t *ret_bytes);

/* In the largest unit that needs no fraction; what the readers read back. Return ret_text. */
const char *units_format_duration(uint64_t ms, char ret_text[UNITS_TEXT_BYTES]);
const char *units_format_size(uint64_t bytes, char ret_text[UNITS_TEXT_BYTES]);

#endif
