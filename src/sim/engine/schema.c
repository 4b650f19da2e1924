/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/schema.h"

#include "base/hash.h"
#include "sim/engine/engine.h"
#include "sim/value.h"

/* Where a value stands: its schema, the whole one that references lead into, and its own seed. */
struct place {
    yyjson_val *schema, *root;
    uint64_t seed;
    unsigned depth;
};

static void value_write(struct place place, struct writer *writer);

static bool bytes_are(struct bytes text, const char *word)
{
    return bytes_equal(text, bytes_from_cstr(word));
}

static struct place inside(struct place place, yyjson_val *schema, uint64_t number)
{
    return (struct place){schema, place.root, hash_mix(place.seed, number), place.depth + 1};
}

static uint64_t count_of(yyjson_val *schema, const char *name, uint64_t fallback, uint64_t most)
{
    yyjson_val *value = yyjson_obj_get(schema, name);
    uint64_t count = yyjson_is_uint(value) ? yyjson_get_uint(value) : fallback;
    return count < most ? count : most;
}

static const char *format_sample(struct bytes format)
{
    static const struct {
        const char *format, *sample;
    } samples[] = {
        {"date-time", "2026-01-02T03:04:05Z"},
        {"date", "2026-01-02"},
        {"time", "03:04:05Z"},
        {"email", "someone@example.com"},
        {"uri", "https://example.com/"},
        {"uuid", "01234567-89ab-4cde-8f01-23456789abcd"},
        {"ipv4", "192.0.2.1"},
    };

    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (bytes_are(format, samples[i].format))
            return samples[i].sample;
    return NULL;
}

/* A word of the seed's, repeated or cut until its length fits. */
static void string_write(struct place place, struct writer *writer)
{
    const char *sample = format_sample(value_text(yyjson_obj_get(place.schema, "format")));
    uint64_t least = count_of(place.schema, "minLength", 0, ENGINE_SCHEMA_STRING);
    char word[ENGINE_TOKEN_BYTES];
    size_t length = engine_token_hashed(place.seed, 0, word);
    uint64_t most = count_of(place.schema, "maxLength", length, length);
    uint64_t wanted = least > most ? least : most;

    if (sample) {
        writer_string_text(writer, sample);
        return;
    }
    writer_text(writer, "\"");
    for (uint64_t written = 0; written < wanted; written += length)
        writer_raw(writer, bytes_of(word, wanted - written < length ? wanted - written : length));
    writer_text(writer, "\"");
}

/* The least and the most whole number that the schema lets through; JSON's own exact ones if it
 * does not say. */
static double bound_of(yyjson_val *schema, const char *name, const char *exclusive, double beyond,
                       double fallback)
{
    yyjson_val *bound = yyjson_obj_get(schema, name), *strict = yyjson_obj_get(schema, exclusive);
    if (yyjson_is_num(strict))
        return yyjson_get_num(strict) + beyond;
    return yyjson_is_num(bound) ? yyjson_get_num(bound) : fallback;
}

static void integer_write(struct place place, struct writer *writer)
{
    double least = bound_of(place.schema, "minimum", "exclusiveMinimum", 1, -1e15);
    double most = bound_of(place.schema, "maximum", "exclusiveMaximum", -1, 1e15);
    yyjson_val *multiple = yyjson_obj_get(place.schema, "multipleOf");
    int64_t step = yyjson_is_uint(multiple) && yyjson_get_uint(multiple) > 0
                       ? (int64_t)(yyjson_get_uint(multiple) % 1000000007)
                       : 1;
    double from = least > 0 ? least : most < 0 ? (least > most - 99 ? least : most - 99) : 0;
    int64_t value = (int64_t)from + (int64_t)(place.seed % 100);

    if (least > -1e15 && value < (int64_t)least)
        value = (int64_t)least;
    if ((double)value > most)
        value = (int64_t)(from < most ? from : most);
    if (value % step != 0)
        value += value > 0 ? step - value % step : -(value % step);
    writer_format(writer, "%lld", (long long)value);
}

static void number_write(struct place place, struct writer *writer)
{
    double least = bound_of(place.schema, "minimum", "exclusiveMinimum", 0, 0);
    double most = bound_of(place.schema, "maximum", "exclusiveMaximum", 0, least + 100);

    if (least > most)
        least = most - 100;
    double share = ((double)(place.seed % 998) + 1) / 1000; /* never at a bound */
    writer_format(writer, "%.6g", least + (most - least) * share);
}

static void array_write(struct place place, struct writer *writer)
{
    yyjson_val *items = yyjson_obj_get(place.schema, "items");
    yyjson_val *first = yyjson_obj_get(place.schema, "prefixItems");
    uint64_t fallback = yyjson_arr_size(first) > 0 ? yyjson_arr_size(first) : 1;
    uint64_t count = count_of(place.schema, "minItems", fallback, ENGINE_SCHEMA_ITEMS);
    uint64_t most = count_of(place.schema, "maxItems", ENGINE_SCHEMA_ITEMS, ENGINE_SCHEMA_ITEMS);

    count = count == 0 ? fallback : count;
    writer_text(writer, "[");
    for (uint64_t i = 0; i < count && i < most; i++) {
        yyjson_val *own = yyjson_arr_get(first, i);
        writer_text(writer, i ? "," : "");
        value_write(inside(place, own ? own : items, i), writer);
    }
    writer_text(writer, "]");
}

/* All properties, also those that are not required: strict modes require all. */
static void object_write(struct place place, struct writer *writer)
{
    yyjson_val *properties = yyjson_obj_get(place.schema, "properties"), *name, *schema;
    size_t i, count;

    writer_text(writer, "{");
    yyjson_obj_foreach(properties, i, count, name, schema)
    {
        writer_text(writer, i ? ",\"" : "\"");
        writer_escaped(writer, value_text(name));
        writer_text(writer, "\":");
        value_write(inside(place, schema, i), writer);
    }
    writer_text(writer, "}");
}

/* "type" may be a list: the first that is not null counts. A schema without one says by its other
 * members what it is about. */
static struct bytes type_of(yyjson_val *schema)
{
    yyjson_val *type = yyjson_obj_get(schema, "type"), *each;
    size_t i, count;

    yyjson_arr_foreach(type, i, count, each)
    {
        if (!bytes_are(value_text(each), "null"))
            return value_text(each);
    }
    if (yyjson_is_str(type))
        return value_text(type);
    if (yyjson_obj_get(schema, "properties"))
        return BYTES("object");
    return yyjson_obj_get(schema, "items") ? BYTES("array") : BYTES("null");
}

static void typed_write(struct place place, struct writer *writer)
{
    static const struct {
        const char *type;
        void (*write)(struct place place, struct writer *writer);
    } types[] = {
        {"object", object_write},   {"array", array_write},   {"string", string_write},
        {"integer", integer_write}, {"number", number_write},
    };
    struct bytes type = type_of(place.schema);

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (bytes_are(type, types[i].type)) {
            types[i].write(place, writer);
            return;
        }
    if (bytes_are(type, "boolean"))
        writer_text(writer, place.seed & 1 ? "true" : "false");
    else
        writer_text(writer, "null");
}

/* "#/$defs/Name" and the like. */
static yyjson_val *referenced(struct place place, struct bytes reference)
{
    if (!bytes_start_with(reference, BYTES("#")))
        return NULL;
    reference = bytes_after(reference, 1);
    return yyjson_ptr_getn(place.root, reference.at, reference.length);
}

/* Another schema that stands for this one; NULL: none does. */
static yyjson_val *substitute(struct place place)
{
    static const char *const lists[] = {"anyOf", "oneOf", "allOf"};
    yyjson_val *reference = yyjson_obj_get(place.schema, "$ref");

    if (yyjson_is_str(reference))
        return referenced(place, value_text(reference));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        yyjson_val *list = yyjson_obj_get(place.schema, lists[i]);
        if (yyjson_arr_size(list) > 0)
            return yyjson_arr_get_first(list);
    }
    return NULL;
}

static void value_write(struct place place, struct writer *writer)
{
    yyjson_val *constant = yyjson_obj_get(place.schema, "const");
    yyjson_val *choices = yyjson_obj_get(place.schema, "enum");
    bool is_too_much =
        place.depth > ENGINE_SCHEMA_DEPTH || writer->out->length > ENGINE_SCHEMA_BYTES;
    yyjson_val *other = is_too_much ? NULL : substitute(place);

    if (is_too_much)
        writer_text(writer, "null");
    else if (constant)
        writer_value(writer, constant);
    else if (yyjson_arr_size(choices) > 0)
        writer_value(writer, yyjson_arr_get(choices, place.seed % yyjson_arr_size(choices)));
    else if (other)
        value_write(inside(place, other, 0), writer);
    else
        typed_write(place, writer);
}

void engine_schema_write(yyjson_val *schema, uint64_t seed, struct writer *writer)
{
    char word[ENGINE_TOKEN_BYTES];

    if (schema) {
        value_write((struct place){schema, schema, seed, 0}, writer);
        return;
    }
    engine_token_hashed(seed, 0, word);
    writer_format(writer, "{\"answer\":\"%s\",\"number\":%u}", word, (unsigned)(seed % 100));
}
