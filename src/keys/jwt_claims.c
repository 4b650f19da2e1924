/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwt_claims.h"

#include "base/money.h"
#include "keys/json_fields.h"

enum claim {
    ISSUER,
    SUBJECT,
    AUDIENCE,
    EXPIRES,
    NOT_BEFORE,
    TENANT,
    MODELS,
    ROUTES,
    REGIONS,
    SERVICE_CLASS,
    REQUESTS_PER_MINUTE,
    TOKENS_PER_MINUTE,
    CONCURRENCY,
    BUDGET_DAY,
    BUDGET_MONTH,
    CLAIM_COUNT,
};

struct reading {
    const struct jwt_check *check;
    struct json_field claims[CLAIM_COUNT];
    struct key *key;
};

/* ---- values ---- */

/* Names go into log lines, headers and C strings. */
static bool is_name(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == '\x7f')
            return false;
    return text.length > 0 && text.length <= JWT_TEXT_LIMIT;
}

static enum jwt_verdict copy_name(struct arena *arena, const struct json_value *value,
                                  struct bytes *ret_name)
{
    if (value->kind != JSON_STRING)
        return JWT_WRONG_CLAIM;
    *ret_name = json_text_copy(value->text, arena);
    if (!ret_name->at)
        return JWT_NO_MEMORY;
    return is_name(*ret_name) ? JWT_VALID : JWT_WRONG_CLAIM;
}

/* A NumericDate (RFC 7519 section 2); parts of a second are left off. */
static bool read_time(const struct json_value *value, uint64_t *ret_ms)
{
    struct bytes fraction = value->raw, digits = bytes_cut(&fraction, '.');
    uint64_t seconds, ignored;
    if (value->kind != JSON_NUMBER || !bytes_read_u64(digits, &seconds) ||
        (fraction.at && !bytes_read_u64(fraction, &ignored)))
        return false;
    *ret_ms = seconds <= UINT64_MAX / 1000 ? seconds * 1000 : UINT64_MAX;
    return true;
}

/* 0 would mean that there is no limit, which a token that says 0 can hardly mean. */
static bool read_limit(const struct json_field *claim, uint64_t *limit)
{
    if (!claim->is_given)
        return true;
    return claim->value.kind == JSON_NUMBER && bytes_read_u64(claim->value.raw, limit) &&
           *limit > 0;
}

static bool read_budget(const struct json_field *claim, uint64_t *nusd)
{
    if (!claim->is_given)
        return true;
    bool is_text = claim->value.kind == JSON_STRING;
    struct bytes amount = is_text ? claim->value.text.raw : claim->value.raw;
    return money_read(amount, nusd) && *nusd > 0;
}

/* ---- lists ---- */

struct list_room {
    size_t count;
    struct bytes at[JWT_LIST_LIMIT];
};

static enum jwt_verdict add_item(struct list_room *room, struct bytes item)
{
    if (room->count == JWT_LIST_LIMIT || !is_name(item))
        return JWT_WRONG_CLAIM;
    room->at[room->count++] = item;
    return JWT_VALID;
}

/* As `scope` has its words. */
static enum jwt_verdict add_words(struct arena *arena, const struct json_value *value,
                                  struct list_room *room)
{
    struct bytes rest = json_text_copy(value->text, arena);
    if (!rest.at)
        return JWT_NO_MEMORY;
    while (rest.at) {
        enum jwt_verdict verdict = add_item(room, bytes_cut(&rest, ' '));
        if (verdict != JWT_VALID)
            return verdict;
    }
    return JWT_VALID;
}

/* The value is sound JSON already; what is read here is read again. */
static enum jwt_verdict add_array(struct arena *arena, const struct json_value *value,
                                  struct list_room *room)
{
    struct json_reader reader;
    struct json_value item;
    struct bytes name;
    json_reader_init(&reader, value->raw);
    json_read_value(&reader, &item);
    while (json_next_element(&reader)) {
        json_read_value(&reader, &item);
        enum jwt_verdict verdict = copy_name(arena, &item, &name);
        if (verdict == JWT_VALID)
            verdict = add_item(room, name);
        if (verdict != JWT_VALID)
            return verdict;
    }
    return JWT_VALID;
}

/* Where a token should say what is allowed and does not, nothing is. */
static enum jwt_verdict read_list(const struct reading *reading, enum claim claim,
                                  struct name_list *list)
{
    const struct json_field *field = &reading->claims[claim];
    struct arena *arena = reading->check->arena;
    if (field->name.at)
        *list = (struct name_list){0};
    if (!field->is_given)
        return JWT_VALID;
    if (field->value.kind != JSON_STRING && field->value.kind != JSON_ARRAY)
        return JWT_WRONG_CLAIM;
    struct list_room *room = arena_alloc(arena, sizeof *room);
    if (!room)
        return JWT_NO_MEMORY;
    room->count = 0;
    enum jwt_verdict verdict = field->value.kind == JSON_STRING
                                   ? add_words(arena, &field->value, room)
                                   : add_array(arena, &field->value, room);
    *list = (struct name_list){room->at, room->count};
    return verdict;
}

/* ---- is it for us, now? ---- */

static enum jwt_verdict check_issuer(struct reading *reading)
{
    struct bytes issuer;
    if (!reading->claims[ISSUER].is_given)
        return JWT_WRONG_ISSUER;
    enum jwt_verdict verdict =
        copy_name(reading->check->arena, &reading->claims[ISSUER].value, &issuer);
    if (verdict != JWT_VALID)
        return verdict;
    return bytes_equal(issuer, reading->check->rules->issuer) ? JWT_VALID : JWT_WRONG_ISSUER;
}

/* A text is one audience, with whatever spaces in it. */
static enum jwt_verdict read_audiences(const struct reading *reading, struct bytes *one,
                                       struct name_list *ret_list)
{
    const struct json_field *claim = &reading->claims[AUDIENCE];
    if (!claim->is_given || claim->value.kind != JSON_STRING)
        return read_list(reading, AUDIENCE, ret_list);
    *ret_list = (struct name_list){one, 1};
    return copy_name(reading->check->arena, &claim->value, one);
}

static enum jwt_verdict check_audience(struct reading *reading)
{
    struct bytes one;
    struct name_list list = {0};
    enum jwt_verdict verdict = read_audiences(reading, &one, &list);
    if (verdict != JWT_VALID)
        return verdict;
    for (size_t i = 0; i < list.count; i++)
        if (bytes_equal(list.at[i], reading->check->rules->audience))
            return JWT_VALID;
    return JWT_WRONG_AUDIENCE;
}

static uint64_t later(uint64_t time_ms, uint64_t leeway_ms)
{
    return time_ms <= UINT64_MAX - leeway_ms ? time_ms + leeway_ms : UINT64_MAX;
}

static enum jwt_verdict check_times(struct reading *reading)
{
    const struct json_field *expires = &reading->claims[EXPIRES],
                            *not_before = &reading->claims[NOT_BEFORE];
    uint64_t wall_ms = reading->check->wall_ms, leeway_ms = reading->check->rules->leeway_ms;
    uint64_t until_ms, from_ms = 0;
    if (!expires->is_given || !read_time(&expires->value, &until_ms))
        return JWT_WRONG_CLAIM;
    if (not_before->is_given && !read_time(&not_before->value, &from_ms))
        return JWT_WRONG_CLAIM;
    reading->key->expires_ms = later(until_ms, leeway_ms);
    if (wall_ms >= reading->key->expires_ms)
        return JWT_EXPIRED;
    return later(wall_ms, leeway_ms) < from_ms ? JWT_NOT_YET : JWT_VALID;
}

/* ---- who is it, and what may they do? ---- */

/* Two numbers that no key or tenant of a store has: those are below 2^63. */
static enum jwt_verdict hash_name(const struct reading *reading, struct bytes kind,
                                  const char *name, uint64_t *ret_id)
{
    const struct bytes zero = bytes_of("", 1); /* which no name has in it */
    const struct bytes parts[] = {kind, reading->check->rules->issuer, zero, bytes_from_cstr(name)};
    struct bytes text = arena_join(reading->check->arena, parts, sizeof parts / sizeof *parts);
    uint8_t digest[KEY_DIGEST_BYTES];
    if (!text.at || secret_key_digest(reading->check->hasher, text, digest) < 0)
        return JWT_NO_MEMORY;
    memcpy(ret_id, digest, sizeof *ret_id);
    *ret_id |= UINT64_C(1) << 63;
    return JWT_VALID;
}

static enum jwt_verdict read_subject(struct reading *reading)
{
    struct bytes name;
    if (!reading->claims[SUBJECT].is_given)
        return JWT_WRONG_CLAIM;
    enum jwt_verdict verdict =
        copy_name(reading->check->arena, &reading->claims[SUBJECT].value, &name);
    if (verdict != JWT_VALID)
        return verdict;
    reading->key->name = name.at;
    return hash_name(reading, BYTES("subject "), name.at, &reading->key->id);
}

static enum jwt_verdict read_tenant(struct reading *reading)
{
    if (reading->claims[TENANT].is_given) {
        struct bytes name;
        enum jwt_verdict verdict =
            copy_name(reading->check->arena, &reading->claims[TENANT].value, &name);
        if (verdict != JWT_VALID)
            return verdict;
        reading->key->tenant = name.at;
    }
    return hash_name(reading, BYTES("tenant "), reading->key->tenant, &reading->key->tenant_id);
}

static enum jwt_verdict read_class(const struct reading *reading)
{
    const struct json_field *claim = &reading->claims[SERVICE_CLASS];
    if (!claim->is_given)
        return JWT_VALID;
    return claim->value.kind == JSON_STRING &&
                   service_class_read(claim->value.text.raw, &reading->key->class)
               ? JWT_VALID
               : JWT_WRONG_CLAIM;
}

/* An empty list of regions would mean any, but a token that names none allows none. */
static enum jwt_verdict read_regions(struct reading *reading)
{
    static const struct bytes nowhere = {"", 1}; /* a zero byte: no region is called that */
    struct name_list *regions = &reading->key->regions;
    enum jwt_verdict verdict = read_list(reading, REGIONS, regions);
    if (reading->claims[REGIONS].name.at && regions->count == 0)
        *regions = (struct name_list){&nowhere, 1};
    return verdict;
}

static enum jwt_verdict read_rights(struct reading *reading)
{
    enum jwt_verdict verdict = read_list(reading, MODELS, &reading->key->models);
    if (verdict == JWT_VALID)
        verdict = read_list(reading, ROUTES, &reading->key->routes);
    if (verdict == JWT_VALID)
        verdict = read_regions(reading);
    if (verdict == JWT_VALID)
        verdict = read_class(reading);
    return verdict;
}

static enum jwt_verdict read_limits(struct reading *reading)
{
    const struct json_field *claims = reading->claims;
    struct key_limits *limits = &reading->key->limits;
    bool is_right = read_limit(&claims[REQUESTS_PER_MINUTE], &limits->requests_per_minute) &&
                    read_limit(&claims[TOKENS_PER_MINUTE], &limits->tokens_per_minute) &&
                    read_limit(&claims[CONCURRENCY], &limits->concurrency) &&
                    read_budget(&claims[BUDGET_DAY], &limits->day_nusd) &&
                    read_budget(&claims[BUDGET_MONTH], &limits->month_nusd);
    return is_right ? JWT_VALID : JWT_WRONG_CLAIM;
}

/* ---- all of them ---- */

static void name_claims(struct json_field fields[CLAIM_COUNT], const struct jwt_claims *names)
{
    fields[ISSUER].name = BYTES("iss");
    fields[SUBJECT].name = BYTES("sub");
    fields[AUDIENCE].name = BYTES("aud");
    fields[EXPIRES].name = BYTES("exp");
    fields[NOT_BEFORE].name = BYTES("nbf");
    fields[TENANT].name = names->tenant;
    fields[MODELS].name = names->models;
    fields[ROUTES].name = names->routes;
    fields[REGIONS].name = names->regions;
    fields[SERVICE_CLASS].name = names->service_class;
    fields[REQUESTS_PER_MINUTE].name = names->requests_per_minute;
    fields[TOKENS_PER_MINUTE].name = names->tokens_per_minute;
    fields[CONCURRENCY].name = names->concurrency;
    fields[BUDGET_DAY].name = names->budget_day;
    fields[BUDGET_MONTH].name = names->budget_month;
}

enum jwt_verdict jwt_claims_read(const struct jwt_check *check, struct bytes claims,
                                 struct key *ret_key)
{
    static enum jwt_verdict (*const steps[])(struct reading *) = {
        check_issuer, check_audience, check_times, read_subject,
        read_tenant,  read_rights,    read_limits,
    };
    struct reading reading = {.check = check, .key = ret_key};
    name_claims(reading.claims, &check->rules->claims);
    if (!json_fields_read(claims, reading.claims, CLAIM_COUNT))
        return JWT_MALFORMED;
    *ret_key = check->rules->otherwise;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        enum jwt_verdict verdict = steps[i](&reading);
        if (verdict != JWT_VALID)
            return verdict;
    }
    return JWT_VALID;
}
