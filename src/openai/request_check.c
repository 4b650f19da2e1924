/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/request_check.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "openai/field_name.h"

/* Where a value stands: messages[3].content. Lives on the stack of whoever walks there. */
struct place {
    const struct place *outer;
    struct bytes name; /* at == NULL: an element */
    size_t index;
};

int request_refuse(struct openai_error *error, const char *code, const char *param,
                   struct bytes message)
{
    if (!message.at)
        return -ENOMEM;
    *error = (struct openai_error){
        .shape = error->shape, .status = 400, .code = code, .param = param, .message = message};
    return -EINVAL;
}

/* at == NULL: out of memory. */
static struct bytes tell_place(const struct place *place, struct arena *arena)
{
    struct bytes path = BYTES("");
    for (; place && path.at; place = place->outer) {
        bool is_inside = path.length > 0 && path.at[0] != '[';
        path = place->name.at
                   ? arena_format(arena, "%.*s%s%s", (int)place->name.length, place->name.at,
                                  is_inside ? "." : "", path.at)
                   : arena_format(arena, "[%zu]%s%s", place->index, is_inside ? "." : "", path.at);
    }
    return path;
}

static int refuse_place(struct request_check *check, const struct place *place, const char *code,
                        const char *sentence)
{
    struct bytes path = tell_place(place, check->arena);
    if (!path.at)
        return -ENOMEM;
    return request_refuse(check->error, code, path.at,
                          arena_format(check->arena, "\"%s\" %s", path.at, sentence));
}

static int refuse_syntax(struct request_check *check)
{
    const struct json_reader *reader = &check->reader;
    if (reader->fault == JSON_TOO_DEEP)
        return request_refuse(check->error, "too_deep", NULL,
                              arena_format(check->arena,
                                           "The request body is nested more than %d levels deep: "
                                           "send it flatter.",
                                           JSON_DEPTH_LIMIT));
    return request_refuse(check->error, "invalid_json", NULL,
                          arena_format(check->arena,
                                       "The request body is not valid JSON: %s at byte %zu. Send "
                                       "one JSON object in UTF-8.",
                                       json_fault_texts[reader->fault],
                                       (size_t)(reader->at - reader->start)));
}

static const char *const kind_names[] = {
    [JSON_NULL] = "null",       [JSON_FALSE] = "false",     [JSON_TRUE] = "true",
    [JSON_NUMBER] = "a number", [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
    [JSON_OBJECT] = "an object"};

/* " from 0 to 2", " from 1", or nothing */
static struct bytes tell_range(const struct value_rule *rule, struct arena *arena)
{
    if (rule->range.most == 0)
        return BYTES("");
    return isinf(rule->range.most)
               ? arena_format(arena, " from %g", rule->range.least)
               : arena_format(arena, " from %g to %g", rule->range.least, rule->range.most);
}

/* "must be a number from 0 to 2, not a string." */
static int refuse_kind(struct request_check *check, const struct value_rule *rule,
                       const struct place *place, const struct json_value *value)
{
    struct bytes range = tell_range(rule, check->arena);
    if (!range.at)
        return -ENOMEM;
    bool is_wrong_number = value->kind == JSON_NUMBER && value->raw.length <= 40;
    struct bytes given = is_wrong_number ? value->raw : bytes_from_cstr(kind_names[value->kind]);
    struct bytes sentence = arena_format(check->arena, "must be %s%s, not %.*s.", rule->expected,
                                         range.at, (int)given.length, given.at);
    if (!sentence.at)
        return -ENOMEM;
    return refuse_place(check, place, "invalid_type", sentence.at);
}

static int refuse_value(struct request_check *check, const struct value_rule *rule,
                        const struct place *place)
{
    struct bytes sentence = rule->size.most > 0
                                ? arena_format(check->arena, "must be %s, at most %zu.",
                                               rule->expected, rule->size.most)
                                : arena_format(check->arena, "must be %s.", rule->expected);
    if (!sentence.at)
        return -ENOMEM;
    return refuse_place(check, place, "invalid_value", sentence.at);
}

/* Digits, perhaps with a minus, that 64 bits hold. */
static bool is_whole(struct bytes digits)
{
    uint64_t value;
    return bytes_read_u64(bytes_after(digits, digits.at[0] == '-'), &value);
}

static bool is_in_range(const struct value_rule *rule, struct bytes digits)
{
    if (rule->range.most == 0)
        return true;
    char copy[64]; /* strtod() wants an end; nobody needs more digits to say 0.7 */
    if (digits.length >= sizeof copy)
        return false;
    memcpy(copy, digits.at, digits.length);
    copy[digits.length] = '\0';
    double value = strtod(copy, NULL);
    return isfinite(value) && value >= rule->range.least && value <= rule->range.most;
}

static int check_number(struct request_check *check, const struct value_rule *rule,
                        const struct place *place, const struct json_value *value)
{
    bool may_be_any = rule->kinds & 1u << JSON_NUMBER;
    if ((may_be_any || is_whole(value->raw)) && is_in_range(rule, value->raw))
        return 0;
    return refuse_kind(check, rule, place, value);
}

static int check_text(struct request_check *check, const struct value_rule *rule,
                      const struct place *place, struct bytes raw)
{
    if (raw.length < rule->size.least)
        return refuse_value(check, rule, place);
    if (!rule->words)
        return 0;
    for (const char *const *word = rule->words; *word; word++)
        if (bytes_equal(raw, bytes_from_cstr(*word)))
            return 0;
    return refuse_value(check, rule, place);
}

static int check_value(struct request_check *check, const struct value_rule *rule,
                       const struct place *place, struct request_finding *ret_finding);

static int check_elements(struct request_check *check, const struct value_rule *rule,
                          const struct place *place, size_t *ret_count)
{
    struct place element = {.outer = place};
    struct request_finding unused;
    while (json_next_element(&check->reader)) {
        if (rule->size.most > 0 && element.index == rule->size.most)
            return refuse_value(check, rule, place);
        int r = check_value(check, rule->items, &element, &unused);
        if (r < 0)
            return r;
        element.index++;
    }
    *ret_count = element.index;
    return check->reader.fault == JSON_SOUND ? 0 : refuse_syntax(check);
}

/* An object whose keys may be anything: each value is held against the one rule. */
static int check_values(struct request_check *check, const struct value_rule *rule,
                        const struct place *place)
{
    struct json_text key;
    struct request_finding unused;
    while (json_next_member(&check->reader, &key)) {
        int r = check_value(check, rule->items, place, &unused);
        if (r < 0)
            return r;
    }
    return check->reader.fault == JSON_SOUND ? 0 : refuse_syntax(check);
}

static int check_members(struct request_check *check, const struct shape_rule *shape,
                         const struct place *place);

static int skip(struct request_check *check, const struct json_value *value)
{
    return json_skip(&check->reader, value) ? 0 : refuse_syntax(check);
}

static int check_array(struct request_check *check, const struct value_rule *rule,
                       const struct place *place, struct request_finding *finding)
{
    size_t count = 0;
    int r = check_elements(check, rule, place, &count);
    finding->is_filled = count > 0;
    if (r == 0 && count < rule->size.least)
        return refuse_value(check, rule, place);
    return r;
}

static int check_inside(struct request_check *check, const struct value_rule *rule,
                        const struct place *place, const struct json_value *value,
                        struct request_finding *finding)
{
    switch (value->kind) {
    case JSON_NULL:
        finding->is_filled = false;
        return 0;
    case JSON_FALSE:
    case JSON_TRUE:
        return 0;
    case JSON_NUMBER:
        return check_number(check, rule, place, value);
    case JSON_STRING:
        finding->is_filled = value->text.raw.length > 0;
        return check_text(check, rule, place, value->text.raw);
    case JSON_ARRAY:
        return rule->items ? check_array(check, rule, place, finding) : skip(check, value);
    case JSON_OBJECT:
        if (rule->shape)
            return check_members(check, rule->shape, place);
        return rule->items && !(rule->kinds & 1u << JSON_ARRAY) ? check_values(check, rule, place)
                                                                : skip(check, value);
    }
    return 0;
}

static void weigh_text(struct request_check *check, const struct request_finding *value)
{
    if (value->kind == JSON_STRING)
        check->text_bytes += value->text.raw.length;
    else if (value->kind == JSON_NUMBER)
        check->tokens++;
}

static void weigh(struct request_check *check, enum request_weight weight,
                  const struct request_finding *value)
{
    switch (weight) {
    case WEIGHS_NOTHING:
        return;
    case WEIGHS_TEXT:
        weigh_text(check, value);
        return;
    case WEIGHS_PROMPT:
        check->prompts += value->kind == JSON_STRING || value->kind == JSON_ARRAY;
        weigh_text(check, value);
        return;
    case WEIGHS_WHOLE:
        check->text_bytes += value->kind == JSON_NULL ? 0 : value->raw.length;
        return;
    case WEIGHS_ATTACHMENT:
        check->attachments += value->kind != JSON_NULL;
        return;
    }
}

/* Null is the same as nothing for a field, but no element of an array. */
static bool may_be(const struct value_rule *rule, const struct place *place, enum json_kind kind)
{
    unsigned kinds = rule->kinds;
    if (kinds & RULE_WHOLE)
        kinds |= 1u << JSON_NUMBER;
    return kinds & 1u << kind || (kind == JSON_NULL && place->name.at);
}

static int check_value(struct request_check *check, const struct value_rule *rule,
                       const struct place *place, struct request_finding *ret_finding)
{
    struct json_value value;
    if (!json_read_value(&check->reader, &value))
        return refuse_syntax(check);
    if (!may_be(rule, place, value.kind))
        return refuse_kind(check, rule, place, &value);
    ret_finding->kind = value.kind;
    ret_finding->text = value.text;
    ret_finding->is_filled = true;
    int r = check_inside(check, rule, place, &value, ret_finding);
    ret_finding->raw = bytes_of(value.raw.at, (size_t)(check->reader.at - value.raw.at));
    weigh(check, rule->weight, ret_finding);
    return r;
}

static int refuse_spelling(struct request_check *check, const struct place *place,
                           struct bytes spelling)
{
    struct bytes sentence = arena_format(
        check->arena, "is written \"%.*s\", which some servers take for the same: write \"%.*s\".",
        (int)spelling.length, spelling.at, (int)place->name.length, place->name.at);
    return sentence.at ? refuse_place(check, place, "invalid_field_name", sentence.at) : -ENOMEM;
}

/* Which fields of an object have come, a bit each. */
struct members {
    uint64_t seen;
    uint64_t given; /* with a value that is not null */
};

static int check_field(struct request_check *check, const struct field_match *match,
                       const struct place *place, struct json_text key, struct members *members)
{
    uint64_t bit = UINT64_C(1) << match->index;
    if (match->is_misspelt)
        return refuse_spelling(check, place, key.raw);
    if (members->seen & bit)
        return refuse_place(check, place, "duplicate_field", "is there twice: send it once.");
    members->seen |= bit;

    struct request_finding finding = {.fact = match->field->fact,
                                      .key_raw = bytes_of(key.raw.at - 1, key.raw.length + 2)};
    int r = check_value(check, match->field->value, place, &finding);
    if (r < 0)
        return r;
    if (finding.kind != JSON_NULL)
        members->given |= bit;
    return finding.fact == FACT_NONE ? 0 : check->found(check->user, &finding);
}

static int check_unknown(struct request_check *check)
{
    struct json_value value;
    return json_read_value(&check->reader, &value) ? skip(check, &value) : refuse_syntax(check);
}

static int check_needed(struct request_check *check, const struct shape_rule *shape,
                        const struct place *place, const struct members *members)
{
    unsigned index = 0;
    for (size_t group = 0; group < SHAPE_GROUPS; group++) {
        for (size_t i = 0; i < shape->groups[group].count; i++, index++) {
            const struct field_rule *field = &shape->groups[group].at[i];
            struct place missing = {.outer = place, .name = field->name};
            if (field->is_required && !(members->given >> index & 1))
                return refuse_place(check, &missing, "missing_required_parameter", "is missing.");
        }
    }
    return 0;
}

static int check_members(struct request_check *check, const struct shape_rule *shape,
                         const struct place *place)
{
    struct members members = {0};
    struct json_text key;
    while (json_next_member(&check->reader, &key)) {
        struct field_match match;
        int r;
        if (field_find(shape, key, &match)) {
            struct place field = {.outer = place, .name = match.field->name};
            r = check_field(check, &match, &field, key, &members);
        } else {
            r = check_unknown(check);
        }
        if (r < 0)
            return r;
    }
    if (check->reader.fault != JSON_SOUND)
        return refuse_syntax(check);
    return check_needed(check, shape, place, &members);
}

int request_check_run(struct request_check *check, struct bytes body,
                      const struct shape_rule *shape)
{
    struct json_value value;
    json_reader_init(&check->reader, body);
    if (!json_read_value(&check->reader, &value))
        return refuse_syntax(check);
    bool is_object = value.kind == JSON_OBJECT;
    int r = is_object ? check_members(check, shape, NULL) : skip(check, &value);
    if (r == 0 && !json_finish(&check->reader))
        return refuse_syntax(check);
    if (r == 0 && !is_object)
        return request_refuse(check->error, "invalid_json", NULL,
                              BYTES("The request body must be a JSON object, such as "
                                    "{\"model\":\"...\",\"messages\":[...]}."));
    return r;
}
