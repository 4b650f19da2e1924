/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <yyjson.h>

#include "sim/engine/schema.h"

#define SEEDS 50

static yyjson_doc *value_of(const char *schema, uint64_t seed)
{
    yyjson_doc *document = yyjson_read(schema, strlen(schema), 0);
    struct buffer text = {0};
    struct writer writer = writer_to(&text);

    assert_non_null(document);
    engine_schema_write(yyjson_doc_get_root(document), seed, &writer);
    assert_int_equal(writer.error, 0);
    yyjson_doc *value = yyjson_read(buffer_bytes(&text).at, text.length, 0);
    assert_non_null(value);
    yyjson_doc_free(document);
    buffer_clear(&text);
    return value;
}

static void numbers_keep_within_their_bounds(void **state)
{
    static const struct {
        const char *schema;
        double least, most;
    } rows[] = {
        {"{\"type\":\"integer\"}", 0, 99},
        {"{\"type\":\"integer\",\"minimum\":3,\"maximum\":4}", 3, 4},
        {"{\"type\":\"integer\",\"exclusiveMinimum\":3,\"exclusiveMaximum\":5}", 4, 4},
        {"{\"type\":\"integer\",\"maximum\":-7}", -1000, -7},
        {"{\"type\":\"integer\",\"minimum\":-5,\"maximum\":-5}", -5, -5},
        {"{\"type\":\"number\",\"minimum\":0.5,\"maximum\":0.75}", 0.5, 0.75},
        {"{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":1}", 0.001, 0.999},
        {"{\"type\":\"number\",\"maximum\":-1}", -200, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            yyjson_doc *value = value_of(rows[i].schema, seed);
            double number = yyjson_get_num(yyjson_doc_get_root(value));
            assert_true(yyjson_is_num(yyjson_doc_get_root(value)));
            assert_true(rows[i].least <= number && number <= rows[i].most);
            yyjson_doc_free(value);
        }
}

static void multiples_are_multiples(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        yyjson_doc *value = value_of("{\"type\":\"integer\",\"minimum\":1,\"multipleOf\":5}", seed);
        int64_t number = yyjson_get_sint(yyjson_doc_get_root(value));
        assert_true(number >= 1 && number % 5 == 0);
        yyjson_doc_free(value);
    }
}

static void strings_are_as_long_as_they_must_be(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        yyjson_doc *value = value_of("{\"type\":\"string\",\"maxLength\":3}", seed);
        assert_in_range(yyjson_get_len(yyjson_doc_get_root(value)), 1, 3);
        yyjson_doc_free(value);
        value = value_of("{\"type\":\"string\",\"minLength\":25}", seed);
        assert_in_range(yyjson_get_len(yyjson_doc_get_root(value)), 25, 35);
        yyjson_doc_free(value);
    }
}

static void formats_have_their_form(void **state)
{
    yyjson_doc *value = value_of("{\"type\":\"string\",\"format\":\"date\"}", 1);

    (void)state;
    assert_string_equal(yyjson_get_str(yyjson_doc_get_root(value)), "2026-01-02");
    yyjson_doc_free(value);
}

static void objects_have_all_their_properties(void **state)
{
    yyjson_doc *value = value_of(
        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"tags\":{\"type\":"
        "\"array\",\"minItems\":2,\"items\":{\"enum\":[\"a\",\"b\"]}},\"is\":{\"type\":"
        "\"boolean\"},\"kind\":{\"const\":\"cat\"},\"maybe\":{\"type\":[\"null\",\"string\"]},"
        "\"none\":{\"type\":\"null\"}},\"additionalProperties\":false}",
        7);

    (void)state;
    assert_int_equal(yyjson_obj_size(yyjson_doc_get_root(value)), 6);
    assert_true(yyjson_is_str(yyjson_doc_ptr_get(value, "/name")));
    assert_int_equal(yyjson_arr_size(yyjson_doc_ptr_get(value, "/tags")), 2);
    assert_int_equal(yyjson_get_len(yyjson_doc_ptr_get(value, "/tags/1")), 1);
    assert_true(yyjson_is_bool(yyjson_doc_ptr_get(value, "/is")));
    assert_string_equal(yyjson_get_str(yyjson_doc_ptr_get(value, "/kind")), "cat");
    assert_true(yyjson_is_str(yyjson_doc_ptr_get(value, "/maybe")));
    assert_true(yyjson_is_null(yyjson_doc_ptr_get(value, "/none")));
    yyjson_doc_free(value);
}

static void references_and_unions_are_followed(void **state)
{
    yyjson_doc *value = value_of(
        "{\"$defs\":{\"P\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}}}},"
        "\"type\":\"object\",\"properties\":{\"p\":{\"$ref\":\"#/$defs/P\"},\"u\":{\"anyOf\":["
        "{\"type\":\"boolean\"},{\"type\":\"null\"}]}}}",
        7);

    (void)state;
    assert_true(yyjson_is_int(yyjson_doc_ptr_get(value, "/p/x")));
    assert_true(yyjson_is_bool(yyjson_doc_ptr_get(value, "/u")));
    yyjson_doc_free(value);
}

static void a_schema_without_end_ends_in_null(void **state)
{
    static const char *const endless[] = {
        "{\"$ref\":\"#\"}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"}}}",
        "{\"type\":\"array\",\"minItems\":1000000,\"items\":{\"$ref\":\"#\"}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++)
        yyjson_doc_free(value_of(endless[i], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_within_their_bounds),
        cmocka_unit_test(multiples_are_multiples),
        cmocka_unit_test(strings_are_as_long_as_they_must_be),
        cmocka_unit_test(formats_have_their_form),
        cmocka_unit_test(objects_have_all_their_properties),
        cmocka_unit_test(references_and_unions_are_followed),
        cmocka_unit_test(a_schema_without_end_ends_in_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
