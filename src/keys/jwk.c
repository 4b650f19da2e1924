/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwk.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "keys/base64url.h"
#include "keys/der.h"
#include "keys/json_fields.h"

#define RSA_BITS_LEAST 2048
#define COORDINATE_BYTES 32 /* of P-256, and an Ed25519 key */

const char *const jwt_algorithm_names[JWT_ALGORITHM_COUNT] = {
    [JWT_RS256] = "RS256",
    [JWT_ES256] = "ES256",
    [JWT_EDDSA] = "EdDSA",
};

bool jwt_algorithm_read(struct bytes name, enum jwt_algorithm *ret_algorithm)
{
    for (unsigned i = 0; i < JWT_ALGORITHM_COUNT; i++)
        if (bytes_equal(name, bytes_from_cstr(jwt_algorithm_names[i]))) {
            *ret_algorithm = (enum jwt_algorithm)i;
            return true;
        }
    return false;
}

/* ---- members ---- */

enum { TYPE, USE, ALGORITHM, ID, CURVE, MODULUS, EXPONENT, X, Y, FIELD_COUNT };

static bool is_absent_or(const struct json_field *field, const char *text)
{
    return !field->is_given || (field->value.kind == JSON_STRING &&
                                bytes_equal(field->value.text.raw, bytes_from_cstr(text)));
}

static bool is_text(const struct json_field *field, const char *text)
{
    return field->is_given && is_absent_or(field, text);
}

/* The bytes of a number. Escapes are no base64url, so `raw` is the text. */
static bool read_number(const struct json_field *field, uint8_t room[DER_NUMBER_BYTES],
                        struct bytes *ret_number)
{
    size_t count;
    if (!field->is_given || field->value.kind != JSON_STRING ||
        field->value.text.raw.length > BASE64URL_CHARACTERS(DER_NUMBER_BYTES) ||
        !base64url_decode(field->value.text.raw, room, &count) || count == 0)
        return false;
    *ret_number = bytes_of((const char *)room, count);
    return true;
}

static bool read_coordinate(const struct json_field *field, uint8_t ret_bytes[COORDINATE_BYTES])
{
    uint8_t room[DER_NUMBER_BYTES];
    struct bytes number;
    if (!read_number(field, room, &number) || number.length != COORDINATE_BYTES)
        return false;
    memcpy(ret_bytes, room, COORDINATE_BYTES);
    return true;
}

static bool read_id(const struct json_field *field, struct jwk *jwk)
{
    if (!field->is_given)
        return true;
    if (field->value.kind != JSON_STRING || field->value.text.raw.length > JWK_ID_BYTES)
        return false;
    jwk->id_length = (uint8_t)json_text_decode(field->value.text, jwk->id);
    jwk->has_id = true;
    return true;
}

/* ---- keys ---- */

/* Looks through OpenSSL's errors, and leaves none behind. */
static bool was_out_of_memory(void)
{
    bool was = false;
    for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error())
        was |= ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    return was;
}

/* An exponent above 2^16, as FIPS 186-5 has it: 1 would make every signature right. */
static EVP_PKEY *make_rsa(const struct json_field *fields)
{
    uint8_t modulus_room[DER_NUMBER_BYTES], exponent_room[DER_NUMBER_BYTES], der[DER_PAIR_BYTES];
    struct bytes modulus, exponent;
    if (!read_number(&fields[MODULUS], modulus_room, &modulus) ||
        !read_number(&fields[EXPONENT], exponent_room, &exponent) || exponent.length < 3 ||
        exponent.at[0] == 0)
        return NULL;
    const uint8_t *at = der;
    EVP_PKEY *key =
        d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der_write_pair(modulus, exponent, der));
    if (key && EVP_PKEY_get_bits(key) >= RSA_BITS_LEAST)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

/* RFC 5480: what says "P-256, and the point in full" before the two coordinates. */
static EVP_PKEY *make_p256(const struct json_field *fields)
{
    static const uint8_t head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    uint8_t der[sizeof head + 2 * COORDINATE_BYTES];
    memcpy(der, head, sizeof head);
    if (!read_coordinate(&fields[X], der + sizeof head) ||
        !read_coordinate(&fields[Y], der + sizeof head + COORDINATE_BYTES))
        return NULL;
    const uint8_t *at = der;
    return d2i_PUBKEY(NULL, &at, sizeof der);
}

static EVP_PKEY *make_ed25519(const struct json_field *fields)
{
    uint8_t x[COORDINATE_BYTES];
    if (!read_coordinate(&fields[X], x))
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, sizeof x);
}

static const struct kind {
    const char *type, *curve; /* NULL: has none */
    enum jwt_algorithm algorithm;
    EVP_PKEY *(*make)(const struct json_field *fields);
} kinds[] = {
    {"RSA", NULL, JWT_RS256, make_rsa},
    {"EC", "P-256", JWT_ES256, make_p256},
    {"OKP", "Ed25519", JWT_EDDSA, make_ed25519},
};

static const struct kind *kind_of(const struct json_field *fields)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_text(&fields[TYPE], kinds[i].type) &&
            (!kinds[i].curve || is_text(&fields[CURVE], kinds[i].curve)))
            return &kinds[i];
    return NULL;
}

enum jwk_reading jwk_read(struct jwk *ret_jwk, struct json_reader *reader)
{
    struct json_field fields[FIELD_COUNT] = {
        [TYPE] = {.name = BYTES("kty")},      [USE] = {.name = BYTES("use")},
        [ALGORITHM] = {.name = BYTES("alg")}, [ID] = {.name = BYTES("kid")},
        [CURVE] = {.name = BYTES("crv")},     [MODULUS] = {.name = BYTES("n")},
        [EXPONENT] = {.name = BYTES("e")},    [X] = {.name = BYTES("x")},
        [Y] = {.name = BYTES("y")},
    };
    struct jwk jwk = {0};
    if (!json_fields_read_inside(reader, fields, FIELD_COUNT))
        return JWK_MALFORMED;
    const struct kind *kind = kind_of(fields);
    if (!kind || !is_absent_or(&fields[USE], "sig") ||
        !is_absent_or(&fields[ALGORITHM], jwt_algorithm_names[kind->algorithm]) ||
        !read_id(&fields[ID], &jwk))
        return JWK_LEFT_OUT;
    jwk.algorithm = kind->algorithm;
    jwk.key = kind->make(fields);
    if (!jwk.key)
        return was_out_of_memory() ? JWK_NO_MEMORY : JWK_LEFT_OUT;
    *ret_jwk = jwk;
    return JWK_READ;
}

void jwk_clear(struct jwk *jwk)
{
    EVP_PKEY_free(jwk->key);
    jwk->key = NULL;
}

/* ---- signatures ---- */

/* The two halves that stand in a token (RFC 7518 section 3.4), as OpenSSL wants them. */
static struct bytes write_ecdsa(struct bytes halves, uint8_t room[DER_PAIR_BYTES])
{
    size_t length = der_write_pair(bytes_of(halves.at, COORDINATE_BYTES),
                                   bytes_after(halves, COORDINATE_BYTES), room);
    return bytes_of((const char *)room, length);
}

static bool verify(const struct jwk *jwk, EVP_MD_CTX *context, struct bytes text,
                   struct bytes signature)
{
    /* Ed25519 hashes by itself. */
    const char *hash = jwk->algorithm == JWT_EDDSA ? NULL : "SHA256";
    return EVP_DigestVerifyInit_ex(context, NULL, hash, NULL, NULL, jwk->key, NULL) == 1 &&
           EVP_DigestVerify(context, (const uint8_t *)signature.at, signature.length,
                            (const uint8_t *)text.at, text.length) == 1;
}

enum signature_verdict jwk_verify(const struct jwk *jwk, struct bytes text, struct bytes signature)
{
    uint8_t room[DER_PAIR_BYTES];
    if (jwk->algorithm == JWT_ES256) {
        if (signature.length != 2 * COORDINATE_BYTES)
            return SIGNATURE_WRONG;
        signature = write_ecdsa(signature, room);
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_right = context && verify(jwk, context, text, signature);
    EVP_MD_CTX_free(context);
    bool lacked_memory = was_out_of_memory();
    if (is_right)
        return SIGNATURE_RIGHT;
    return lacked_memory ? SIGNATURE_NO_MEMORY : SIGNATURE_WRONG;
}
