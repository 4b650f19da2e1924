/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwt.h"

#include "keys/base64url.h"
#include "keys/json_fields.h"
#include "keys/jwt_claims.h"

const char *const jwt_verdict_texts[JWT_VERDICT_COUNT] = {
    [JWT_VALID] = "it is valid",
    [JWT_MALFORMED] = "it is malformed",
    [JWT_WRONG_ALGORITHM] = "its algorithm is not allowed",
    [JWT_UNKNOWN_KEY] = "it is signed by an unknown key",
    [JWT_WRONG_SIGNATURE] = "its signature is wrong",
    [JWT_EXPIRED] = "it has expired",
    [JWT_NOT_YET] = "it is not valid yet",
    [JWT_WRONG_ISSUER] = "it is of another issuer",
    [JWT_WRONG_AUDIENCE] = "it is for another audience",
    [JWT_WRONG_CLAIM] = "a claim is missing or malformed",
    [JWT_NO_MEMORY] = "there was no memory to check it",
};

struct token {
    struct bytes header, claims, signature; /* decoded */
    struct bytes signed_text;               /* header and claims, as they came */
};

static enum jwt_verdict decode(struct arena *arena, struct bytes text, struct bytes *ret_decoded)
{
    size_t count;
    uint8_t *room = arena_alloc(arena, BASE64URL_BYTES(text.length));
    if (!room)
        return JWT_NO_MEMORY;
    if (!base64url_decode(text, room, &count))
        return JWT_MALFORMED;
    *ret_decoded = bytes_of((const char *)room, count);
    return JWT_VALID;
}

static enum jwt_verdict split(struct arena *arena, struct bytes text, struct token *ret_token)
{
    if (text.length > JWT_BYTES_LIMIT)
        return JWT_MALFORMED;
    struct bytes rest = text, header = bytes_cut(&rest, '.'), claims = bytes_cut(&rest, '.');
    if (!rest.at) /* fewer than three parts; a fourth is no base64url */
        return JWT_MALFORMED;
    ret_token->signed_text = bytes_of(text.at, text.length - rest.length - 1);
    enum jwt_verdict verdict = decode(arena, header, &ret_token->header);
    if (verdict == JWT_VALID)
        verdict = decode(arena, claims, &ret_token->claims);
    if (verdict == JWT_VALID)
        verdict = decode(arena, rest, &ret_token->signature);
    return verdict;
}

/* Which key it names, if it is one of an algorithm that is allowed. */
static enum jwt_verdict find_key(const struct jwt_check *check, struct bytes header,
                                 const struct jwk **ret_jwk)
{
    enum { ALGORITHM, ID, CRITICAL, FIELD_COUNT };
    struct json_field fields[FIELD_COUNT] = {
        {.name = BYTES("alg")}, {.name = BYTES("kid")}, {.name = BYTES("crit")}};
    enum jwt_algorithm algorithm;
    struct bytes id = {0};
    if (!json_fields_read(header, fields, FIELD_COUNT) || fields[CRITICAL].is_given)
        return JWT_MALFORMED;
    const struct json_value *name = &fields[ALGORITHM].value;
    if (!fields[ALGORITHM].is_given || name->kind != JSON_STRING ||
        !jwt_algorithm_read(name->text.raw, &algorithm) || !check->rules->allows[algorithm])
        return JWT_WRONG_ALGORITHM;
    if (fields[ID].is_given) {
        if (fields[ID].value.kind != JSON_STRING)
            return JWT_MALFORMED;
        id = json_text_copy(fields[ID].value.text, check->arena);
        if (!id.at)
            return JWT_NO_MEMORY;
    }
    *ret_jwk = jwks_find(check->jwks, algorithm, id);
    return *ret_jwk ? JWT_VALID : JWT_UNKNOWN_KEY;
}

static enum jwt_verdict check_signature(const struct jwt_check *check, const struct token *token)
{
    const struct jwk *jwk;
    enum jwt_verdict verdict = find_key(check, token->header, &jwk);
    if (verdict != JWT_VALID)
        return verdict;
    enum signature_verdict signature = jwk_verify(jwk, token->signed_text, token->signature);
    if (signature == SIGNATURE_NO_MEMORY)
        return JWT_NO_MEMORY;
    return signature == SIGNATURE_RIGHT ? JWT_VALID : JWT_WRONG_SIGNATURE;
}

enum jwt_verdict jwt_verify(const struct jwt_check *check, struct bytes token, struct key *ret_key)
{
    struct token parts;
    enum jwt_verdict verdict = split(check->arena, token, &parts);
    if (verdict == JWT_VALID)
        verdict = check_signature(check, &parts);
    if (verdict == JWT_VALID)
        verdict = jwt_claims_read(check, parts.claims, ret_key);
    if (verdict == JWT_VALID && secret_key_digest(check->hasher, token, ret_key->digest) < 0)
        verdict = JWT_NO_MEMORY;
    return verdict;
}
