/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys/counted.h"
#include "keys/json_fields.h"

struct jwks {
    struct counted counted;
    size_t count, left_out;
    struct jwk keys[JWKS_KEYS_LIMIT];
};

static int refuse(char ret_why[JWKS_WHY_BYTES], const char *why)
{
    snprintf(ret_why, JWKS_WHY_BYTES, "%s", why);
    return -EINVAL;
}

/* ---- reading ---- */

static int read_key(struct jwks *jwks, struct json_reader *reader, char ret_why[JWKS_WHY_BYTES])
{
    struct json_value value;
    json_read_value(reader, &value);
    if (value.kind != JSON_OBJECT)
        return refuse(ret_why, "one of \"keys\" is no object");
    if (jwks->count == JWKS_KEYS_LIMIT)
        return refuse(ret_why, "there are too many keys");
    enum jwk_reading reading = jwk_read(&jwks->keys[jwks->count], reader);
    if (reading == JWK_NO_MEMORY)
        return -ENOMEM;
    if (reading == JWK_MALFORMED)
        return refuse(ret_why, "one of \"keys\" has a member twice");
    jwks->count += reading == JWK_READ;
    jwks->left_out += reading == JWK_LEFT_OUT;
    return 0;
}

/* The text is sound JSON already; what is read here is read again. */
static int read_keys(struct jwks *jwks, struct bytes text, char ret_why[JWKS_WHY_BYTES])
{
    struct json_reader reader;
    struct json_value list;
    json_reader_init(&reader, text);
    json_read_value(&reader, &list);
    while (json_next_element(&reader)) {
        int r = read_key(jwks, &reader, ret_why);
        if (r < 0)
            return r;
    }
    return jwks->count > 0 ? 0 : refuse(ret_why, "none of \"keys\" can be used here");
}

static int read_set(struct jwks *jwks, struct bytes text, char ret_why[JWKS_WHY_BYTES])
{
    struct json_field keys = {.name = BYTES("keys")};
    if (text.length > JWKS_BYTES_LIMIT)
        return refuse(ret_why, "it is too large");
    if (!json_fields_read(text, &keys, 1))
        return refuse(ret_why, "it is no JSON object, or has \"keys\" twice");
    if (!keys.is_given || keys.value.kind != JSON_ARRAY)
        return refuse(ret_why, "it lacks a list \"keys\"");
    return read_keys(jwks, keys.value.raw, ret_why);
}

int jwks_read(struct jwks **ret_jwks, struct bytes text, char ret_why[JWKS_WHY_BYTES])
{
    struct jwks *jwks = calloc(1, sizeof *jwks);
    if (!jwks)
        return -ENOMEM;
    counted_init(&jwks->counted);
    int r = read_set(jwks, text, ret_why);
    if (r < 0)
        jwks_release(jwks);
    else
        *ret_jwks = jwks;
    return r;
}

void jwks_hold(struct jwks *jwks)
{
    counted_hold(&jwks->counted);
}

void jwks_release(struct jwks *jwks)
{
    if (!jwks || !counted_drop(&jwks->counted))
        return;
    for (size_t i = 0; i < jwks->count; i++)
        jwk_clear(&jwks->keys[i]);
    free(jwks);
}

/* ---- questions ---- */

size_t jwks_count(const struct jwks *jwks)
{
    return jwks->count;
}

size_t jwks_left_out(const struct jwks *jwks)
{
    return jwks->left_out;
}

static bool has_id(const struct jwk *jwk, struct bytes id)
{
    return jwk->has_id && bytes_equal(bytes_of(jwk->id, jwk->id_length), id);
}

const struct jwk *jwks_find(const struct jwks *jwks, enum jwt_algorithm algorithm, struct bytes id)
{
    const struct jwk *found = NULL;
    for (size_t i = 0; i < jwks->count; i++) {
        const struct jwk *jwk = &jwks->keys[i];
        if (jwk->algorithm != algorithm || (id.at && !has_id(jwk, id)))
            continue;
        if (found)
            return NULL;
        found = jwk;
    }
    return found;
}
