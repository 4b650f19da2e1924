/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "edge/call/fields.h"

static const struct http_fields none = {0};

static void credentials_stay_at_the_edge(void **state)
{
    static const char *const names[] = {"Authorization", "X-Api-Key", "api-key", "Cookie",
                                        "x-goog-api-key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(fields_may_go_up(none, bytes_from_cstr(names[i])));
}

static void nobody_can_pretend_to_be_another(void **state)
{
    static const char *const names[] = {"X-Forwarded-For", "x-forwarded-host", "Forwarded",
                                        "X-Real-IP",       "isthmus-tenant",   "Host"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(fields_may_go_up(none, bytes_from_cstr(names[i])));
}

static void what_a_connection_names_is_for_this_hop_only(void **state)
{
    const struct http_field connection = {BYTES("Connection"), BYTES("close, X-Secret")};
    const struct http_fields fields = {&connection, 1};
    assert_false(fields_may_go_up(fields, BYTES("x-secret")));
    assert_false(fields_may_go_down(fields, BYTES("x-secret")));
    assert_true(fields_may_go_up(none, BYTES("x-secret")));
}

static void traces_and_unknown_fields_travel(void **state)
{
    static const char *const names[] = {"traceparent", "tracestate",  "Content-Type",
                                        "X-Vendor",    "OpenAI-Beta", "User-Agent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(fields_may_go_up(none, bytes_from_cstr(names[i])));
    assert_true(fields_may_go_down(none, BYTES("openai-processing-ms")));
}

static void the_edge_makes_its_own_names_dates_and_lengths(void **state)
{
    static const char *const names[] = {"Date", "Content-Length", "X-Request-Id",
                                        "Access-Control-Allow-Origin", "Transfer-Encoding"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(fields_may_go_down(none, bytes_from_cstr(names[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_stay_at_the_edge),
        cmocka_unit_test(nobody_can_pretend_to_be_another),
        cmocka_unit_test(what_a_connection_names_is_for_this_hop_only),
        cmocka_unit_test(traces_and_unknown_fields_travel),
        cmocka_unit_test(the_edge_makes_its_own_names_dates_and_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
