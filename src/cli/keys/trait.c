/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys/trait.h"

#include "base/money.h"
#include "cli/keys/trait_kind.h"
#include "config/option.h"

#define RATE_MOST 300000000 /* as limit/limits.h counts */
#define CONCURRENCY_MOST 1000000
#define USD_MOST (UINT64_C(1000000000) * MONEY_NUSD_PER_USD)
#define ANYWHERE (TRAIT_FLAG | TRAIT_LINE)
/* The offset of a member, refused by the compiler unless it has this type. */
#define AT(type, member) .offset = OPTION_AT(type, struct store_key, member)

/* clang-format off */
const struct trait traits[] = {
    {.name = "name", .kind = TRAIT_NAME, .uses = TRAIT_LINE, AT(struct bytes, name)},
    {.name = "tenant", .kind = TRAIT_NAME, .uses = ANYWHERE, AT(struct bytes, tenant),
     .value = "NAME", .help = "Whose key it is; a new name makes a tenant. Default: default."},
    {.name = "rpm", .kind = TRAIT_COUNT, .uses = ANYWHERE | TRAIT_TENANT,
     AT(uint64_t, limits.requests_per_minute), .most = RATE_MOST,
     .value = "N", .help = "Requests a minute."},
    {.name = "tpm", .kind = TRAIT_COUNT, .uses = ANYWHERE | TRAIT_TENANT,
     AT(uint64_t, limits.tokens_per_minute), .most = RATE_MOST,
     .value = "N", .help = "Tokens a minute, of prompts and answers together."},
    {.name = "concurrency", .kind = TRAIT_COUNT, .uses = ANYWHERE | TRAIT_TENANT,
     AT(uint64_t, limits.concurrency), .most = CONCURRENCY_MOST,
     .value = "N", .help = "Requests at the same time."},
    {.name = "budget_usd_day", .kind = TRAIT_USD, .uses = ANYWHERE | TRAIT_TENANT,
     AT(uint64_t, limits.day_nusd), .most = USD_MOST,
     .value = "USD", .help = "Money for a day (UTC)."},
    {.name = "budget_usd_month", .kind = TRAIT_USD, .uses = ANYWHERE | TRAIT_TENANT,
     AT(uint64_t, limits.month_nusd), .most = USD_MOST,
     .value = "USD", .help = "Money for a calendar month (UTC)."},
    {.name = "models", .kind = TRAIT_MODELS, .uses = ANYWHERE, AT(struct bytes, models),
     .value = "LIST", .help = "Models it may ask, such as 'llama-*,qwen'. Default: '*', all."},
    {.name = "routes", .kind = TRAIT_ROUTES, .uses = ANYWHERE, AT(struct bytes, routes),
     .value = "LIST",
     .help = "Paths it may ask, such as '/v1/chat/*,/v1/embeddings'. Default: '*', all."},
    {.name = "class", .kind = TRAIT_CLASS, .uses = ANYWHERE, AT(struct bytes, service_class),
     .value = "CLASS",
     .help = "The most urgent it may be: realtime, interactive, standard (the default), batch."},
    {.name = "residency", .kind = TRAIT_REGIONS, .uses = ANYWHERE, AT(struct bytes, regions),
     .value = "LIST", .help = "Regions whose cores may work for it. Default: none, any core."},
    {.name = "expires", .kind = TRAIT_TIME, .uses = ANYWHERE, AT(uint64_t, expires_ms),
     .value = "WHEN",
     .help = "In how long, such as 90d, or the last day, such as 2027-06-30. Default: none."},
    {.name = "labels", .flag = "label", .kind = TRAIT_LABELS, .uses = ANYWHERE | TRAIT_TENANT,
     AT(struct bytes, labels), .value = "NAME=VALUE",
     .help = "For lists and reports of your own. May be given several times."},
    {.name = "key", .kind = TRAIT_SECRET, .uses = TRAIT_LINE},
    {.name = "sha256", .kind = TRAIT_DIGEST, .uses = TRAIT_LINE, AT(uint8_t *, digest)},
    {.name = "hint", .kind = TRAIT_HINT, .uses = TRAIT_LINE, AT(struct bytes, shown)},
    {.name = "created", .kind = TRAIT_TIME, .uses = TRAIT_LINE, AT(uint64_t, created_ms)},
    {.name = "revoked", .kind = TRAIT_TIME, .uses = TRAIT_LINE, AT(uint64_t, revoked_ms)},
};
/* clang-format on */

const size_t trait_count = sizeof traits / sizeof *traits;

const struct trait *trait_find(struct bytes name)
{
    for (size_t i = 0; i < trait_count; i++)
        if (bytes_equal(bytes_from_cstr(traits[i].name), name))
            return &traits[i];
    return NULL;
}

static uint32_t bit_of(const struct trait *trait)
{
    return UINT32_C(1) << (trait - traits);
}

bool trait_is_given(const struct sheet *sheet, const char *name)
{
    return sheet->are_given & bit_of(trait_find(bytes_from_cstr(name)));
}

const char *trait_remedy(const struct trait *trait)
{
    return trait_kinds[trait->kind].remedy;
}

bool trait_is_list(const struct trait *trait)
{
    return trait_kinds[trait->kind].is_list;
}

/* The items of a list; whatever else is one. */
static const char *read_items(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    const struct trait_kind_row *kind = &trait_kinds[trait->kind];
    if (!kind->is_list)
        return kind->read(trait, sheet, text);
    const char *problem = NULL;
    do
        problem = kind->read(trait, sheet, bytes_trim(bytes_cut(&text, ',')));
    while (!problem && text.at);
    return problem;
}

const char *trait_read(const struct trait *trait, struct sheet *sheet, struct bytes text)
{
    sheet->are_given |= bit_of(trait);
    if (trait_kinds[trait->kind].may_be_no && bytes_equal(text, BYTES("none")))
        return NULL;
    return read_items(trait, sheet, text);
}

/* A string without its escapes; at == NULL: no memory. */
static struct bytes text_of(struct sheet *sheet, struct json_text text)
{
    char *decoded = memory_alloc(&sheet->memory, text.raw.length + 1);
    return decoded ? bytes_of(decoded, json_text_decode(text, decoded)) : (struct bytes){0};
}

static const char *read_string(const struct trait *trait, struct sheet *sheet,
                               const struct json_value *value)
{
    struct bytes text = text_of(sheet, value->text);
    return text.at ? trait_kinds[trait->kind].read(trait, sheet, text) : trait_no_memory;
}

static const char *read_array(const struct trait *trait, struct sheet *sheet,
                              struct json_reader *reader)
{
    struct json_value value;
    while (json_next_element(reader) && json_read_value(reader, &value)) {
        if (value.kind != JSON_STRING)
            return "is no list of strings";
        const char *problem = read_string(trait, sheet, &value);
        if (problem)
            return problem;
    }
    return NULL;
}

/* {"team": "search"} is the label team=search. */
static const char *read_object(const struct trait *trait, struct sheet *sheet,
                               struct json_reader *reader)
{
    struct json_text key;
    struct json_value value;
    while (json_next_member(reader, &key) && json_read_value(reader, &value)) {
        struct bytes name = text_of(sheet, key);
        struct bytes text = value.kind == JSON_STRING ? text_of(sheet, value.text) : name;
        if (!name.at || !text.at)
            return trait_no_memory;
        if (value.kind != JSON_STRING)
            return "is no object of strings";
        const char *problem = trait_read_label(trait, sheet, name, text);
        if (problem)
            return problem;
    }
    return NULL;
}

/* Numbers are read from the very digits that stand there: 0.1 is 0.1. */
const char *trait_read_json(const struct trait *trait, struct sheet *sheet,
                            struct json_reader *reader, const struct json_value *value)
{
    const struct trait_kind_row *kind = &trait_kinds[trait->kind];
    bool is_number = trait->kind == TRAIT_COUNT || trait->kind == TRAIT_USD;
    sheet->are_given |= bit_of(trait);
    if (value->kind == JSON_NULL && kind->may_be_no)
        return NULL;
    if (value->kind == JSON_NUMBER && is_number)
        return kind->read(trait, sheet, value->raw);
    if (value->kind == JSON_STRING && !is_number && trait->kind != TRAIT_LABELS)
        return read_string(trait, sheet, value);
    if (value->kind == JSON_ARRAY && kind->is_list && trait->kind != TRAIT_LABELS)
        return read_array(trait, sheet, reader);
    if (value->kind == JSON_OBJECT && trait->kind == TRAIT_LABELS)
        return read_object(trait, sheet, reader);
    return kind->wrong_kind;
}

void trait_print_json(const struct trait *trait, const struct store_key *key, struct printer *out)
{
    trait_kinds[trait->kind].print(trait, key, out);
}
