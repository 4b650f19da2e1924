/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "http/head.h"

#define FIELD(name, value)                                                                         \
    {                                                                                              \
        {(name), sizeof(name) - 1},                                                                \
        {                                                                                          \
            (value), sizeof(value) - 1                                                             \
        }                                                                                          \
    }

static const struct http_field field_list[] = {
    FIELD("Host", "a"),
    FIELD("Accept", "text/plain"),
    FIELD("accept", "text/html ,\tapplication/json"),
    FIELD("Connection", "close, X-Private"),
    FIELD("X-Empty", ""),
};
static const struct http_fields fields = {field_list, sizeof field_list / sizeof field_list[0]};

static void the_first_field_of_a_name_is_found_in_any_case(void **state)
{
    assert_ptr_equal(http_field_find(fields, BYTES("ACCEPT")), &field_list[1]);
    assert_null(http_field_find(fields, BYTES("Accep")));
}

static void an_absent_value_and_an_empty_one_differ(void **state)
{
    assert_null(http_field_value(fields, BYTES("absent")).at);
    assert_non_null(http_field_value(fields, BYTES("x-empty")).at);
    assert_int_equal(http_field_value(fields, BYTES("x-empty")).length, 0);
}

static void a_token_is_found_in_any_field_of_the_name(void **state)
{
    assert_true(http_field_has_token(fields, BYTES("Accept"), BYTES("APPLICATION/json")));
    assert_true(http_field_has_token(fields, BYTES("Accept"), BYTES("text/plain")));
    assert_false(http_field_has_token(fields, BYTES("Accept"), BYTES("text")));
    assert_false(http_field_has_token(fields, BYTES("Absent"), BYTES("text/plain")));
}

static void what_connection_names_is_not_for_the_next_hop(void **state)
{
    assert_true(http_field_is_hop_by_hop(fields, BYTES("x-private")));
    assert_true(http_field_is_hop_by_hop(fields, BYTES("transfer-encoding")));
    assert_true(http_field_is_hop_by_hop(fields, BYTES("proxy-authorization")));
    assert_false(http_field_is_hop_by_hop(fields, BYTES("Accept")));
    assert_false(http_field_is_hop_by_hop(fields, BYTES("Proxy")));
}

static void statuses_have_their_registered_names(void **state)
{
    assert_string_equal(http_status_text(200), "OK");
    assert_string_equal(http_status_text(431), "Request Header Fields Too Large");
    assert_string_equal(http_status_text(299), "");
    assert_string_equal(http_status_text(999), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_field_of_a_name_is_found_in_any_case),
        cmocka_unit_test(an_absent_value_and_an_empty_one_differ),
        cmocka_unit_test(a_token_is_found_in_any_field_of_the_name),
        cmocka_unit_test(what_connection_names_is_not_for_the_next_hop),
        cmocka_unit_test(statuses_have_their_registered_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
