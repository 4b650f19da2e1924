/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/json_fields.h"

#include <stdio.h>

#include "tests/test.h"

static void values_are_found_whole_and_by_name(void **state)
{
    (void)state;
    struct json_field fields[] = {{.name = BYTES("a")}, {.name = BYTES("b")}, {.name = BYTES("c")}};
    assert_true(json_fields_read(
        BYTES(" {\"x\":[{}], \"a\": {\"b\":[1,2]} , \"\\u0062\":\"t\\n\"} "), fields, 3));
    assert_true(bytes_equal(fields[0].value.raw, BYTES("{\"b\":[1,2]}")));
    assert_int_equal(fields[1].value.kind, JSON_STRING);
    assert_true(bytes_equal(fields[1].value.text.raw, BYTES("t\\n")));
    assert_false(fields[2].is_given);
}

static void two_fields_may_want_one_member_and_one_may_want_none(void **state)
{
    (void)state;
    struct json_field fields[] = {{.name = BYTES("a")}, {.name = BYTES("a")}, {.name = {0}}};
    assert_true(json_fields_read(BYTES("{\"a\":1,\"\":2,\"\":3}"), fields, 3));
    assert_true(bytes_equal(fields[0].value.raw, BYTES("1")));
    assert_true(bytes_equal(fields[1].value.raw, BYTES("1")));
    assert_false(fields[2].is_given);
}

static void a_wanted_member_that_comes_twice_is_refused(void **state)
{
    (void)state;
    struct json_field fields[] = {{.name = BYTES("a")}};
    assert_false(json_fields_read(BYTES("{\"a\":1,\"\\u0061\":1}"), fields, 1));
}

static void a_name_too_long_is_nobodys(void **state)
{
    (void)state;
    char name[JSON_FIELD_NAME_BYTES + 1], text[JSON_FIELD_NAME_BYTES + 16];
    memset(name, 'a', sizeof name);
    struct json_field field = {.name = bytes_of(name, sizeof name)};
    int length = snprintf(text, sizeof text, "{\"%.*s\":1}", (int)sizeof name, name);
    assert_true(json_fields_read(bytes_of(text, (size_t)length), &field, 1));
    assert_false(field.is_given);
    field.name.length--;
    length = snprintf(text, sizeof text, "{\"%.*s\":1}", (int)sizeof name - 1, name);
    assert_true(json_fields_read(bytes_of(text, (size_t)length), &field, 1));
    assert_true(field.is_given);
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "[]", "1", "{", "{\"a\"}", "{\"a\":}", "{\"a\":[}", "{\"a\":1", "{} {}", "{\"a\":tru}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_field field = {.name = BYTES("a")};
        assert_false(json_fields_read(bytes_from_cstr(texts[i]), &field, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_whole_and_by_name),
        cmocka_unit_test(two_fields_may_want_one_member_and_one_may_want_none),
        cmocka_unit_test(a_wanted_member_that_comes_twice_is_refused),
        cmocka_unit_test(a_name_too_long_is_nobodys),
        cmocka_unit_test(what_is_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
