/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/keys/sample_issuer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "keys/base64url.h"
#include "tests/test.h"

#define NUMBER_BYTES 256

void sample_issuer_make(struct sample_issuer *ret_issuer)
{
    *ret_issuer = (struct sample_issuer){{
        [JWT_RS256] = EVP_RSA_gen(2048),
        [JWT_ES256] = EVP_EC_gen("P-256"),
        [JWT_EDDSA] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
    }};
    for (size_t i = 0; i < JWT_ALGORITHM_COUNT; i++)
        assert_non_null(ret_issuer->keys[i]);
}

void sample_issuer_clear(struct sample_issuer *issuer)
{
    for (size_t i = 0; i < JWT_ALGORITHM_COUNT; i++)
        EVP_PKEY_free(issuer->keys[i]);
}

/* ---- public keys ---- */

static void write_bytes(const uint8_t *bytes, size_t count, char *ret_text)
{
    *base64url_encode(bytes, count, ret_text) = '\0';
}

/* least_bytes: a coordinate keeps its zeros. */
static void write_number(const EVP_PKEY *key, const char *name, int least_bytes, char *ret_text)
{
    BIGNUM *number = NULL;
    uint8_t bytes[NUMBER_BYTES];
    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
    int count = BN_num_bytes(number) > least_bytes ? BN_num_bytes(number) : least_bytes;
    assert_int_equal(BN_bn2binpad(number, bytes, count), count);
    write_bytes(bytes, (size_t)count, ret_text);
    BN_free(number);
}

struct bytes sample_jwk(const struct sample_issuer *issuer, enum jwt_algorithm algorithm,
                        char ret_text[SAMPLE_TEXT_BYTES])
{
    const EVP_PKEY *key = issuer->keys[algorithm];
    char first[512], second[512];
    uint8_t raw[32];
    size_t raw_bytes = sizeof raw;
    int length = 0;
    switch (algorithm) {
    case JWT_RS256:
        write_number(key, OSSL_PKEY_PARAM_RSA_N, 0, first);
        write_number(key, OSSL_PKEY_PARAM_RSA_E, 0, second);
        length = snprintf(ret_text, SAMPLE_TEXT_BYTES, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"",
                          first, second);
        break;
    case JWT_ES256:
        write_number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32, first);
        write_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32, second);
        length =
            snprintf(ret_text, SAMPLE_TEXT_BYTES,
                     "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"", first, second);
        break;
    case JWT_EDDSA:
        assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &raw_bytes), 1);
        write_bytes(raw, raw_bytes, first);
        length = snprintf(ret_text, SAMPLE_TEXT_BYTES,
                          "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"", first);
        break;
    }
    return bytes_of(ret_text, (size_t)length);
}

struct bytes sample_jwks(const struct sample_issuer *issuer, char ret_text[SAMPLE_TEXT_BYTES])
{
    size_t length = (size_t)snprintf(ret_text, SAMPLE_TEXT_BYTES, "{\"keys\":[");
    for (unsigned i = 0; i < JWT_ALGORITHM_COUNT; i++) {
        char jwk[SAMPLE_TEXT_BYTES];
        (void)sample_jwk(issuer, (enum jwt_algorithm)i, jwk);
        length +=
            (size_t)snprintf(ret_text + length, SAMPLE_TEXT_BYTES - length, "%s{\"kid\":\"%s\",%s}",
                             i > 0 ? "," : "", jwt_algorithm_names[i], jwk);
    }
    length += (size_t)snprintf(ret_text + length, SAMPLE_TEXT_BYTES - length, "]}");
    assert_true(length < SAMPLE_TEXT_BYTES);
    return bytes_of(ret_text, length);
}

/* ---- tokens ---- */

/* Two numbers of 32 bytes, out of what OpenSSL writes. */
static size_t halve(uint8_t *signature, size_t length)
{
    const uint8_t *at = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
    assert_non_null(pair);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32), 32);
    ECDSA_SIG_free(pair);
    return 64;
}

struct bytes sample_token(const struct sample_issuer *issuer, enum jwt_algorithm algorithm,
                          const char *header, const char *claims, char ret_text[SAMPLE_TEXT_BYTES])
{
    uint8_t signature[NUMBER_BYTES];
    size_t signature_bytes = sizeof signature;
    char *at = base64url_encode((const uint8_t *)header, strlen(header), ret_text);
    *at++ = '.';
    at = base64url_encode((const uint8_t *)claims, strlen(claims), at);

    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *hash = algorithm == JWT_EDDSA ? NULL : EVP_sha256();
    assert_int_equal(EVP_DigestSignInit(context, NULL, hash, NULL, issuer->keys[algorithm]), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &signature_bytes, (uint8_t *)ret_text,
                                    (size_t)(at - ret_text)),
                     1);
    EVP_MD_CTX_free(context);
    if (algorithm == JWT_ES256)
        signature_bytes = halve(signature, signature_bytes);
    *at++ = '.';
    at = base64url_encode(signature, signature_bytes, at);
    *at = '\0';
    return bytes_of(ret_text, (size_t)(at - ret_text));
}
