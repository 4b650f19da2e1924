/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/route.h"

#include "tests/test.h"

static void routes_are_told_by_their_path(void **state)
{
    (void)state;
    static const struct {
        const char *path, *rest;
        enum openai_route route;
    } cases[] = {
        {"/v1/chat/completions", "/chat/completions", OPENAI_CHAT},
        {"/v1/completions", "/completions", OPENAI_COMPLETIONS},
        {"/v1/embeddings", "/embeddings", OPENAI_EMBEDDINGS},
        {"/v1/responses", "/responses", OPENAI_RESPONSES},
        {"/v1/responses/", "/responses/", OPENAI_UNKNOWN},
        {"/v1/responses/r1", "/responses/r1", OPENAI_STORED_RESPONSE},
        {"/v1/responses/r1/cancel", "/responses/r1/cancel", OPENAI_STORED_RESPONSE},
        {"/v1/messages", "/messages", OPENAI_MESSAGES},
        {"/v1/messages/count_tokens", "/messages/count_tokens", OPENAI_COUNT_TOKENS},
        {"/v1/messages/batches", "/messages/batches", OPENAI_UNKNOWN},
        {"/v1/models", "/models", OPENAI_MODELS},
        {"/v1/models/org/name", "/models/org/name", OPENAI_MODELS},
        {"/v1/models/", "/models/", OPENAI_UNKNOWN},
        {"/v1/modelsx", "/modelsx", OPENAI_UNKNOWN},
        {"/v1/files", "/files", OPENAI_UNKNOWN},
        {"/chat/completions", "/chat/completions", OPENAI_UNKNOWN},
        {"/v1/chat/completions/", "/chat/completions/", OPENAI_UNKNOWN},
        {"/", "/", OPENAI_UNKNOWN},
        {"", "", OPENAI_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes rest;
        assert_int_equal(openai_route_of(bytes_from_cstr(cases[i].path), &rest), cases[i].route);
        assert_true(bytes_equal(rest, bytes_from_cstr(cases[i].rest)));
    }
}

static void each_route_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (enum openai_route a = OPENAI_CHAT; a <= OPENAI_UNKNOWN; a++)
        for (enum openai_route b = OPENAI_CHAT; b < a; b++)
            assert_string_not_equal(openai_route_names[a], openai_route_names[b]);
}

static void what_has_a_request_to_read_is_known(void **state)
{
    (void)state;
    assert_true(openai_route_has_request(OPENAI_CHAT));
    assert_true(openai_route_has_request(OPENAI_RESPONSES));
    assert_true(openai_route_has_request(OPENAI_COUNT_TOKENS));
    assert_false(openai_route_has_request(OPENAI_STORED_RESPONSE));
    assert_false(openai_route_has_request(OPENAI_MODELS));
    assert_false(openai_route_has_request(OPENAI_UNKNOWN));
}

static void only_anthropics_routes_have_anthropics_errors(void **state)
{
    (void)state;
    for (enum openai_route route = OPENAI_CHAT; route <= OPENAI_UNKNOWN; route++)
        assert_int_equal(openai_route_error_shape(route),
                         route == OPENAI_MESSAGES || route == OPENAI_COUNT_TOKENS
                             ? ERROR_SHAPE_ANTHROPIC
                             : ERROR_SHAPE_OPENAI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_are_told_by_their_path),
        cmocka_unit_test(each_route_has_a_name_of_its_own),
        cmocka_unit_test(what_has_a_request_to_read_is_known),
        cmocka_unit_test(only_anthropics_routes_have_anthropics_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
