/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: the reader accepts exactly what yyjson accepts, unless it is too deep for it; it
 * finds the same values in the same order, decoded the same; and a fault lies inside the text.
 */
#include <stdlib.h>
#include <yyjson.h>

#include "openai/json_reader.h"

#define TEXT_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Where the walk is in both; yyjson's values lie one behind the other, keys among them. */
struct walk {
    struct json_reader reader;
    yyjson_val *value;
};

static void expect_same_text(struct json_text text, yyjson_val *value)
{
    static char decoded[TEXT_BYTES];
    size_t length = json_text_decode(text, decoded);
    expect(text.has_escapes || length == text.raw.length);
    expect(yyjson_equals_strn(value, decoded, length));
}

static void expect_same_value(const struct json_value *value, yyjson_val *other)
{
    static const yyjson_type types[] = {
        [JSON_NULL] = YYJSON_TYPE_NULL,  [JSON_FALSE] = YYJSON_TYPE_BOOL,
        [JSON_TRUE] = YYJSON_TYPE_BOOL,  [JSON_NUMBER] = YYJSON_TYPE_RAW,
        [JSON_STRING] = YYJSON_TYPE_STR, [JSON_ARRAY] = YYJSON_TYPE_ARR,
        [JSON_OBJECT] = YYJSON_TYPE_OBJ,
    };
    expect(yyjson_get_type(other) == types[value->kind]);
    if (value->kind == JSON_STRING)
        expect_same_text(value->text, other);
    if (value->kind == JSON_NUMBER)
        expect(bytes_equal(value->raw, bytes_of(yyjson_get_raw(other), yyjson_get_len(other))));
    if (value->kind == JSON_TRUE || value->kind == JSON_FALSE)
        expect(yyjson_get_bool(other) == (value->kind == JSON_TRUE));
}

static void expect_same_walk(struct walk *walk)
{
    struct json_value value;
    struct json_text key;
    expect(json_read_value(&walk->reader, &value));
    expect_same_value(&value, walk->value++);
    while (walk->reader.depth > 0) {
        bool is_object = walk->reader.are_objects >> (walk->reader.depth - 1) & 1;
        bool has_more =
            is_object ? json_next_member(&walk->reader, &key) : json_next_element(&walk->reader);
        if (!has_more)
            continue;
        if (is_object)
            expect_same_text(key, walk->value++);
        expect(json_read_value(&walk->reader, &value));
        expect_same_value(&value, walk->value++);
    }
    expect(json_finish(&walk->reader));
}

static enum json_fault skim(struct bytes text)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    bool is_sound =
        json_read_value(&reader, &value) && json_skip(&reader, &value) && json_finish(&reader);
    expect(is_sound == (reader.fault == JSON_SOUND));
    expect(reader.at >= reader.start && reader.at <= reader.end);
    expect(!is_sound || reader.at == reader.end);
    return reader.fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_BYTES)
        return 0;
    struct bytes text = bytes_of((const char *)data, size);
    yyjson_doc *doc = yyjson_read(text.at, text.length, YYJSON_READ_NUMBER_AS_RAW);
    enum json_fault fault = skim(text);
    expect((fault == JSON_SOUND) == (doc != NULL) || fault == JSON_TOO_DEEP);
    if (fault == JSON_SOUND) {
        struct walk walk = {.value = yyjson_doc_get_root(doc)};
        json_reader_init(&walk.reader, text);
        expect_same_walk(&walk);
    }
    yyjson_doc_free(doc);
    return 0;
}
