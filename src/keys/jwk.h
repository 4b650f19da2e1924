/* SPDX-License-Identifier: Apache-2.0
 *
 * jwk - one public key of an issuer (RFC 7517, 7518, 8037), and checking signatures with it.
 *
 * Memory   the caller embeds the struct; jwk_clear() takes one that is all zero.
 * Threads  read-only once read.
 * Errors   enums. OpenSSL does not always tell lack of memory from a fault in what it was given:
 * then a key is left out or a signature wrong, never the other way round.
 */
#ifndef KEYS_JWK_H
#define KEYS_JWK_H

#include "openai/json_reader.h"

enum jwt_algorithm { JWT_RS256, JWT_ES256, JWT_EDDSA };
#define JWT_ALGORITHM_COUNT 3

extern const char *const jwt_algorithm_names[JWT_ALGORITHM_COUNT];
/* False: none that is known here. */
bool jwt_algorithm_read(struct bytes name, enum jwt_algorithm *ret_algorithm);

#define JWK_ID_BYTES 255

struct jwk {
    struct evp_pkey_st *key; /* EVP_PKEY */
    enum jwt_algorithm algorithm;
    uint8_t id_length;
    bool has_id;
    char id[JWK_ID_BYTES];
};

enum jwk_reading {
    JWK_READ,
    JWK_LEFT_OUT,  /* another kind, another use, too weak, or its numbers make no key */
    JWK_MALFORMED, /* no JSON object */
    JWK_NO_MEMORY,
};

/* The object that the reader has just entered, to its end. */
enum jwk_reading jwk_read(struct jwk *ret_jwk, struct json_reader *reader);
void jwk_clear(struct jwk *jwk);

enum signature_verdict { SIGNATURE_RIGHT, SIGNATURE_WRONG, SIGNATURE_NO_MEMORY };

/* Of the text, in the form of the key's algorithm. */
enum signature_verdict jwk_verify(const struct jwk *jwk, struct bytes text, struct bytes signature);

#endif
