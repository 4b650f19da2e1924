/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/error.h"

#include <errno.h>

#include "tests/test.h"

static void the_type_follows_from_the_status(void **state)
{
    (void)state;
    static const struct {
        unsigned status;
        const char *openai, *anthropic;
    } cases[] = {
        {400, "invalid_request_error", "invalid_request_error"},
        {401, "invalid_request_error", "authentication_error"},
        {403, "permission_error", "permission_error"},
        {404, "not_found_error", "not_found_error"},
        {405, "invalid_request_error", "invalid_request_error"},
        {413, "invalid_request_error", "request_too_large"},
        {429, "rate_limit_error", "rate_limit_error"},
        {500, "server_error", "api_error"},
        {502, "server_error", "api_error"},
        {503, "server_error", "overloaded_error"},
        {504, "timeout_error", "timeout_error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(openai_error_type(ERROR_SHAPE_OPENAI, cases[i].status),
                            cases[i].openai);
        assert_string_equal(openai_error_type(ERROR_SHAPE_ANTHROPIC, cases[i].status),
                            cases[i].anthropic);
    }
}

static void an_error_is_one_object_with_four_members(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct openai_error error = {
        .status = 400, .code = "c", .param = "model", .message = BYTES("Say \"please\".")};
    assert_int_equal(openai_error_write(&out, &error), 0);
    assert_true(bytes_equal(
        buffer_bytes(&out),
        BYTES("{\"error\":{\"message\":\"Say \\\"please\\\".\",\"type\":\"invalid_request_error\","
              "\"param\":\"model\",\"code\":\"c\"}}")));
    buffer_clear(&out);
}

static void an_event_is_the_same_object_as_a_data_line(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct openai_error error = {.status = 502, .type = "t", .message = BYTES("m")};
    assert_int_equal(openai_error_write_event(&out, &error), 0);
    assert_true(
        bytes_equal(buffer_bytes(&out), BYTES("data: {\"error\":{\"message\":\"m\",\"type\":"
                                              "\"t\",\"param\":null,\"code\":null}}\n\n")));
    buffer_clear(&out);
}

static void anthropics_clients_get_their_own_shape(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct openai_error error = {.shape = ERROR_SHAPE_ANTHROPIC,
                                 .status = 503,
                                 .code = "c",
                                 .param = "p",
                                 .message = BYTES("m")};
    assert_int_equal(openai_error_write(&out, &error), 0);
    assert_true(bytes_equal(buffer_bytes(&out), BYTES("{\"type\":\"error\",\"error\":{\"type\":"
                                                      "\"overloaded_error\",\"message\":\"m\"}}")));
    buffer_truncate(&out, 0);
    assert_int_equal(openai_error_write_event(&out, &error), 0);
    assert_true(bytes_equal(buffer_bytes(&out),
                            BYTES("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                                  "\"overloaded_error\",\"message\":\"m\"}}\n\n")));
    buffer_clear(&out);
}

static void an_error_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    struct openai_error error = {.status = 502, .message = BYTES("m\n")};
    struct buffer whole = {0};
    openai_error_write_event(&whole, &error);

    for (size_t limit = 1; limit < whole.length; limit++) {
        struct buffer out;
        buffer_init(&out, limit, NULL);
        assert_int_equal(openai_error_write_event(&out, &error), -ENOBUFS);
        assert_int_equal(out.length, 0);
        assert_int_equal(openai_error_write(&out, &error), limit < whole.length - 8 ? -ENOBUFS : 0);
        buffer_clear(&out);
    }
    buffer_clear(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_follows_from_the_status),
        cmocka_unit_test(an_error_is_one_object_with_four_members),
        cmocka_unit_test(an_event_is_the_same_object_as_a_data_line),
        cmocka_unit_test(anthropics_clients_get_their_own_shape),
        cmocka_unit_test(an_error_is_written_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
