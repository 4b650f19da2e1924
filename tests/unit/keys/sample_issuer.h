/* SPDX-License-Identifier: Apache-2.0
 *
 * sample_issuer - somebody who signs tokens: a key pair for each algorithm, its public keys as
 * JSON, and tokens with whatever header and claims a test wants.
 *
 * Memory   sample_issuer_clear() frees the keys; texts go into the caller's arrays.
 * Errors   a failing test.
 */
#ifndef TESTS_UNIT_KEYS_SAMPLE_ISSUER_H
#define TESTS_UNIT_KEYS_SAMPLE_ISSUER_H

#include "keys/jwk.h"

#define SAMPLE_TEXT_BYTES 16384

struct sample_issuer {
    struct evp_pkey_st *keys[JWT_ALGORITHM_COUNT];
};

void sample_issuer_make(struct sample_issuer *ret_issuer);
void sample_issuer_clear(struct sample_issuer *issuer);

/* {"keys":[...]} with all three, their ids being the names of their algorithms. */
struct bytes sample_jwks(const struct sample_issuer *issuer, char ret_text[SAMPLE_TEXT_BYTES]);
/* One of them: the members without braces. */
struct bytes sample_jwk(const struct sample_issuer *issuer, enum jwt_algorithm algorithm,
                        char ret_text[SAMPLE_TEXT_BYTES]);
/* Both parts as JSON, signed with the key of the algorithm, whatever the header says. */
struct bytes sample_token(const struct sample_issuer *issuer, enum jwt_algorithm algorithm,
                          const char *header, const char *claims, char ret_text[SAMPLE_TEXT_BYTES]);

#endif
