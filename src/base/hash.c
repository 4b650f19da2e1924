/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_bytes(struct bytes view, uint64_t seed)
{
    return XXH3_64bits_withSeed(view.length > 0 ? view.at : "", view.length, seed);
}

uint64_t hash_mix(uint64_t hash, uint64_t value)
{
    return XXH3_64bits_withSeed(&value, sizeof value, hash);
}
