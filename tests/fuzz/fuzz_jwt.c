/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: a token is valid only if its signature is the one that the issuer makes for what
 * stands before it (Ed25519 makes one and the same each time), and only if another reader of JSON
 * finds the same issuer, audience, subject, tenant and time in it. One character changed, it never
 * is.
 *
 * The first input byte picks: even, the rest is a token; odd, the rest is claims, which the issuer
 * signs, and the next byte says which character is changed then.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <yyjson.h>

#include "base/block_pool.h"
#include "keys/base64url.h"
#include "keys/jwt.h"

#define NOW_S 1800000000
#define TOKEN_BYTES 16384
#define SIGNATURE_BYTES 64
#define SIGNATURE_CHARACTERS BASE64URL_CHARACTERS(SIGNATURE_BYTES)
#define HEADER "eyJhbGciOiJFZERTQSJ9." /* {"alg":"EdDSA"} */
/* The key pair of RFC 8037 A.1. */
#define PUBLIC_KEY                                                                                 \
    "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","                                             \
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"
#define PRIVATE_KEY "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static const struct jwt_rules rules = {
    .issuer = {"i", 1},
    .audience = {"a", 1},
    .allows = {true, true, true},
    .claims = {.tenant = {"org", 3},
               .models = {"models", 6},
               .routes = {"routes", 6},
               .service_class = {"class", 5},
               .requests_per_minute = {"rpm", 3},
               .budget_day = {"day", 3}},
    .otherwise = {.tenant = "t", .labels = ""},
};

static enum jwt_verdict verify(struct bytes token, struct arena *arena, struct key *ret_key)
{
    static struct jwks *jwks;
    static struct secret_hasher *hasher;
    char why[JWKS_WHY_BYTES];
    if (!jwks) {
        expect(jwks_read(&jwks, BYTES(PUBLIC_KEY), why) == 0);
        expect(secret_hasher_open(&hasher) == 0);
    }
    const struct jwt_check check = {&rules, jwks, hasher, arena, UINT64_C(1000) * NOW_S};
    return jwt_verify(&check, token, ret_key);
}

/* ---- the issuer ---- */

static void sign(struct bytes text, char ret_signature[SIGNATURE_CHARACTERS])
{
    uint8_t private_key[34], signature[SIGNATURE_BYTES];
    size_t key_bytes, signature_bytes = sizeof signature;
    expect(base64url_decode(BYTES(PRIVATE_KEY), private_key, &key_bytes));
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key, key_bytes);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    expect(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
    expect(EVP_DigestSign(context, signature, &signature_bytes, (const uint8_t *)text.at,
                          text.length) == 1);
    (void)base64url_encode(signature, sizeof signature, ret_signature);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

static void expect_genuine(struct bytes token)
{
    char signature[SIGNATURE_CHARACTERS];
    expect(token.length > SIGNATURE_CHARACTERS + 1);
    struct bytes text = bytes_of(token.at, token.length - SIGNATURE_CHARACTERS - 1);
    sign(text, signature);
    expect(token.at[text.length] == '.');
    expect(memcmp(token.at + text.length + 1, signature, sizeof signature) == 0);
}

/* ---- another reader of the claims ---- */

static bool is_audience(yyjson_val *claim)
{
    size_t i, count;
    yyjson_val *item;
    if (yyjson_equals_str(claim, "a"))
        return true;
    yyjson_arr_foreach(claim, i, count, item)
    {
        if (yyjson_equals_str(item, "a"))
            return true;
    }
    return false;
}

static void expect_claims(yyjson_val *claims, const struct key *key)
{
    yyjson_val *expires = yyjson_obj_get(claims, "exp"), *tenant = yyjson_obj_get(claims, "org");
    expect(yyjson_equals_str(yyjson_obj_get(claims, "iss"), "i"));
    expect(is_audience(yyjson_obj_get(claims, "aud")));
    expect(yyjson_equals_str(yyjson_obj_get(claims, "sub"), key->name));
    expect(tenant ? yyjson_equals_str(tenant, key->tenant) : strcmp(key->tenant, "t") == 0);
    expect(yyjson_get_num(expires) > NOW_S);
    expect(key_state(key, UINT64_C(1000) * NOW_S) == KEY_LIVE);
    expect(key->id >> 63 == 1 && key->tenant_id >> 63 == 1 && key->id != key->tenant_id);
}

static void expect_agreement(struct bytes token, const struct key *key)
{
    static uint8_t text[TOKEN_BYTES];
    size_t length;
    struct bytes rest = token;
    bytes_cut(&rest, '.');
    expect(base64url_decode(bytes_cut(&rest, '.'), text, &length));
    yyjson_doc *document = yyjson_read((const char *)text, length, 0);
    expect(document != NULL);
    expect_claims(yyjson_doc_get_root(document), key);
    yyjson_doc_free(document);
}

/* ---- inputs ---- */

static bool try_token(struct bytes token)
{
    struct block_pool pool;
    struct arena arena;
    struct key key;
    block_pool_init(&pool, 4096, 0, NULL);
    arena_init(&arena, &pool);
    bool is_valid = verify(token, &arena, &key) == JWT_VALID;
    if (is_valid) {
        expect_genuine(token);
        expect_agreement(token, &key);
    }
    arena_clear(&arena);
    block_pool_clear(&pool);
    return is_valid;
}

static void try_claims(struct bytes claims, uint8_t where)
{
    static char token[TOKEN_BYTES];
    if (claims.length > TOKEN_BYTES / 2)
        return;
    memcpy(token, HEADER, sizeof HEADER - 1);
    char *at =
        base64url_encode((const uint8_t *)claims.at, claims.length, token + sizeof HEADER - 1);
    sign(bytes_of(token, (size_t)(at - token)), at + 1);
    *at = '.';
    at += 1 + SIGNATURE_CHARACTERS;
    struct bytes whole = bytes_of(token, (size_t)(at - token));
    try_token(whole);

    char *changed = &token[where * whole.length / 256];
    *changed = *changed == 'A' ? 'B' : 'A';
    expect(!try_token(whole));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] % 2 == 0)
        try_token(bytes_of((const char *)data + 1, size - 1));
    else
        try_claims(bytes_of((const char *)data + 2, size - 2), data[1]);
    return 0;
}
