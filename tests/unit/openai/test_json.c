/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/json.h"

#include <errno.h>

#include "tests/test.h"

static void assert_written(struct bytes text, const char *expected)
{
    struct buffer out = {0};
    assert_int_equal(json_write_string(&out, text), 0);
    assert_int_equal(out.length, strlen(expected));
    assert_memory_equal(buffer_bytes(&out).at, expected, out.length);
    buffer_clear(&out);
}

static void plain_text_stands_between_quotes(void **state)
{
    (void)state;
    assert_written(BYTES("hello"), "\"hello\"");
    assert_written((struct bytes){0}, "\"\"");
}

static void what_json_reserves_is_escaped(void **state)
{
    (void)state;
    assert_written(BYTES("a\"b\\c"), "\"a\\\"b\\\\c\"");
    assert_written(BYTES("\n\r\t\x01\x1f"), "\"\\n\\r\\t\\u0001\\u001f\"");
    assert_written(BYTES("a\0b"), "\"a\\u0000b\"");
}

static void utf8_stays_and_what_is_none_is_replaced(void **state)
{
    (void)state;
    assert_written(BYTES("\xc3\xa4\xf0\x9f\x98\x80"), "\"\xc3\xa4\xf0\x9f\x98\x80\"");
    assert_written(BYTES("a\xff\xe2\x82"), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_written(BYTES("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void half_a_string_is_taken_back(void **state)
{
    (void)state;
    for (size_t limit = 3; limit < 12; limit++) {
        struct buffer out;
        buffer_init(&out, limit, NULL);
        buffer_append(&out, BYTES("abc"));
        assert_int_equal(json_write_string(&out, BYTES("xy\"\n\x01")), -ENOBUFS);
        assert_true(bytes_equal(buffer_bytes(&out), BYTES("abc")));
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stands_between_quotes),
        cmocka_unit_test(what_json_reserves_is_escaped),
        cmocka_unit_test(utf8_stays_and_what_is_none_is_replaced),
        cmocka_unit_test(half_a_string_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
