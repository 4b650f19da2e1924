/* SPDX-License-Identifier: Apache-2.0
 *
 * jwt_claims - what the claims of a token that is genuine say: is it for us, now, and what may its
 * holder do? Only jwt.c includes it.
 *
 * Units, memory, threads, errors: jwt.h.
 */
#ifndef KEYS_JWT_CLAIMS_H
#define KEYS_JWT_CLAIMS_H

#include "keys/jwt.h"

/* All of *ret_key but its digest. */
enum jwt_verdict jwt_claims_read(const struct jwt_check *check, struct bytes claims,
                                 struct key *ret_key);

#endif
