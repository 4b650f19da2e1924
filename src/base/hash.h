/* SPDX-License-Identifier: Apache-2.0
 *
 * hash - 64-bit XXH3 of bytes. For tables, traces and recognisable test data; a hash alone never
 * decides whose answer somebody gets.
 *
 * Threads  any.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/bytes.h"

uint64_t hash_bytes(struct bytes view, uint64_t seed);
/* Mixes one more number into a running hash. */
uint64_t hash_mix(uint64_t hash, uint64_t value);

#endif
