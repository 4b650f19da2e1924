/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "sim/engine/prompt.h"

static void assert_member(const char *object, const char *name, const char *expected)
{
    struct bytes found = engine_member_raw(bytes_from_cstr(object), bytes_from_cstr(name));
    if (!expected) {
        assert_null(found.at);
        return;
    }
    assert_int_equal(found.length, strlen(expected));
    assert_memory_equal(found.at, expected, found.length);
}

static void finds_the_raw_bytes_of_any_kind_of_value(void **state)
{
    const char *object =
        " {\"a\" : 12 , \"b\":[1, {\"c\":\"]}\"}] ,\"d\":{\"e\":[]}, \"f\":\"x\\\"y\","
        "\"g\":null}";
    assert_member(object, "a", "12");
    assert_member(object, "b", "[1, {\"c\":\"]}\"}]");
    assert_member(object, "d", "{\"e\":[]}");
    assert_member(object, "f", "\"x\\\"y\"");
    assert_member(object, "g", "null");
}

static void looks_at_the_top_only(void **state)
{
    assert_member("{\"a\":{\"b\":1}}", "b", NULL);
    assert_member("{\"a\":\"\\\"b\\\":1\"}", "b", NULL);
    assert_member("{}", "b", NULL);
}

static void reads_backslashes_before_a_quote_in_pairs(void **state)
{
    assert_member("{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\",\"c\":\"\"}", "a", "\"\\\\\"");
    assert_member("{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\",\"c\":\"\"}", "b", "\"\\\\\\\"\"");
    assert_member("{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\",\"c\":\"\"}", "c", "\"\"");
}

/* Every beginning of a good text, and text that is none, in memory that ends where the text does.
 */
static void stays_inside_text_that_is_no_json(void **state)
{
    const char text[] = "{\"a\":[1,{\"b\":\"\\\\\\\"\"}],\"c\" : \"x\",\"d\"";

    for (size_t length = 0; length < sizeof text; length++) {
        char *copy = test_malloc(length + 1);
        memcpy(copy, text, length);
        struct bytes view = bytes_of(copy, length);
        struct bytes found = engine_member_raw(view, BYTES("z"));
        assert_null(found.at);
        test_free(copy);
    }
    assert_member("", "a", NULL);
    assert_member("\"", "a", NULL);
    assert_member("[1,2]", "a", NULL);
}

static void cuts_the_elements_of_an_array_one_by_one(void **state)
{
    struct bytes rest = BYTES(" \"a,b\" , [1,2],3]");
    struct bytes element = engine_element_cut(&rest);
    assert_true(bytes_equal(element, BYTES("\"a,b\"")));
    element = engine_element_cut(&rest);
    assert_true(bytes_equal(element, BYTES("[1,2]")));
    element = engine_element_cut(&rest);
    assert_true(bytes_equal(element, BYTES("3")));
    assert_null(engine_element_cut(&rest).at);
}

static void counts_words_between_any_spaces(void **state)
{
    assert_int_equal(engine_word_count(BYTES("")), 0);
    assert_int_equal(engine_word_count(BYTES("  ")), 0);
    assert_int_equal(engine_word_count(BYTES("one")), 1);
    assert_int_equal(engine_word_count(BYTES(" one\ttwo\r\nthree ")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_raw_bytes_of_any_kind_of_value),
        cmocka_unit_test(looks_at_the_top_only),
        cmocka_unit_test(reads_backslashes_before_a_quote_in_pairs),
        cmocka_unit_test(stays_inside_text_that_is_no_json),
        cmocka_unit_test(cuts_the_elements_of_an_array_one_by_one),
        cmocka_unit_test(counts_words_between_any_spaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
