/* SPDX-License-Identifier: Apache-2.0
 *
 * jwt_cache - tokens that were verified, by the SHA-256 of the whole token, so that a signature is
 * checked once and not with each request.
 *
 * What another set of public keys verified does not count: a key taken out of the set ends its
 * tokens at once. When full the token that was asked for longest ago goes.
 *
 * Units    wall milliseconds since 1970, passed in.
 * Memory   at most `most` tokens (1 or more), whose room is taken at once; a key found has a hold
 * of its own. Threads  one cache belongs to one loop. Errors   -ENOMEM; the cache is then as it
 * was.
 */
#ifndef KEYS_JWT_CACHE_H
#define KEYS_JWT_CACHE_H

#include "keys/jwks.h"
#include "keys/key.h"

struct jwt_cache;

int jwt_cache_open(struct jwt_cache **ret_cache, size_t most, uint64_t seed);
void jwt_cache_close(struct jwt_cache *cache);
/* The key with a hold for the caller; NULL: not there, or expired. */
const struct key *jwt_cache_find(struct jwt_cache *cache, const struct jwks *jwks,
                                 const uint8_t digest[KEY_DIGEST_BYTES], uint64_t wall_ms);
/* Keeps a copy, found by key->digest until key->expires_ms, for this set; the copy goes to
 * *ret_key with a hold for the caller. */
int jwt_cache_put(struct jwt_cache *cache, struct jwks *jwks, const struct key *key,
                  const struct key **ret_key);

#endif
