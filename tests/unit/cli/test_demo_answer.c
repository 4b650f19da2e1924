/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "cli/demo/answer.h"

static void tokens_are_events_that_bring_text(void **state)
{
    struct demo_answer answer = {0};
    assert_int_equal(demo_answer_read_event(&answer, BYTES("{\"choices\":[{\"delta\":{\"role\":"
                                                           "\"assistant\",\"content\":\"\"}}]}")),
                     0);
    assert_int_equal(
        demo_answer_read_event(&answer, BYTES("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}")),
        1);
    assert_int_equal(demo_answer_read_event(&answer, BYTES("{\"choices\":[{\"text\":\" b\"}]}")),
                     1);
    assert_int_equal(
        demo_answer_read_event(&answer,
                               BYTES("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")),
        0);
    assert_int_equal(answer.tokens, 2);
    assert_false(answer.is_done);
}

static void what_the_engine_says_at_last_is_right(void **state)
{
    struct demo_answer answer = {.tokens = 2};
    struct bytes usage = BYTES("{\"choices\":[],\"usage\":{\"completion_tokens\":5}}");
    assert_int_equal(demo_answer_read_event(&answer, usage), 3);
    assert_int_equal(answer.tokens, 5);
}

static void a_plain_answer_says_its_tokens(void **state)
{
    struct demo_answer answer = {0};
    struct bytes body =
        BYTES("{\"choices\":[{\"message\":{\"content\":\"a b c\"}}],"
              "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,\"total_tokens\":12}}");
    assert_int_equal(demo_answer_read_body(&answer, body), 3);
    assert_int_equal(answer.tokens, 3);
}

static void only_done_is_the_end(void **state)
{
    struct demo_answer answer = {0};
    demo_answer_read_event(&answer, BYTES("{\"error\":null,\"choices\":[]}"));
    assert_false(answer.has_error);
    demo_answer_read_event(&answer, BYTES("[DONE]"));
    assert_true(answer.is_done);
}

static void an_error_in_the_stream_is_seen(void **state)
{
    struct demo_answer answer = {0};
    demo_answer_read_event(&answer, BYTES("{\"error\":{\"message\":\"cut\"}}"));
    assert_true(answer.has_error);
    assert_false(answer.is_done);
}

static void what_is_no_json_says_nothing(void **state)
{
    struct demo_answer answer = {0};
    assert_int_equal(demo_answer_read_event(&answer, BYTES("{\"choices\":[")), 0);
    assert_int_equal(demo_answer_read_event(&answer, BYTES("[1, 2]")), 0);
    assert_int_equal(demo_answer_read_body(&answer, BYTES("")), 0);
    assert_false(answer.has_error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_events_that_bring_text),
        cmocka_unit_test(what_the_engine_says_at_last_is_right),
        cmocka_unit_test(a_plain_answer_says_its_tokens),
        cmocka_unit_test(only_done_is_the_end),
        cmocka_unit_test(an_error_in_the_stream_is_seen),
        cmocka_unit_test(what_is_no_json_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
