/* SPDX-License-Identifier: Apache-2.0
 *
 * jwks - the public keys of an issuer of tokens (RFC 7517): RSA of 2048 to 8192 bits for RS256,
 * P-256 for ES256, Ed25519 for EdDSA. Each key verifies its one algorithm and no other.
 *
 * Memory   counted; the text is not kept.
 * Threads  read-only once read; holding and releasing is allowed on any thread.
 * Errors   -EINVAL with a sentence, -ENOMEM.
 */
#ifndef KEYS_JWKS_H
#define KEYS_JWKS_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/jwk.h"

#define JWKS_BYTES_LIMIT (256 << 10)
#define JWKS_KEYS_LIMIT 64
#define JWKS_WHY_BYTES 160

struct jwks;

/* Keys of other kinds or for other uses are left out and counted; a set in which none is left is
 * refused, so that a wrong file never locks everybody out silently. */
int jwks_read(struct jwks **ret_jwks, struct bytes text, char ret_why[JWKS_WHY_BYTES]);
void jwks_hold(struct jwks *jwks);
/* NULL does nothing. */
void jwks_release(struct jwks *jwks);
/* The key of that id and algorithm; without an id (at == NULL) the only one of the algorithm; NULL:
 * there is none, or nobody can say which. */
const struct jwk *jwks_find(const struct jwks *jwks, enum jwt_algorithm algorithm, struct bytes id);
size_t jwks_count(const struct jwks *jwks);
size_t jwks_left_out(const struct jwks *jwks);

#endif
