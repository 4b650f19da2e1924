/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/sim/asked.h"

#define PARAMETERS                                                                                 \
    "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},"                         \
    "\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}},\"required\":[\"city\"]}"
#define TOOLS                                                                                      \
    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","                    \
    "\"parameters\":" PARAMETERS                                                                   \
    "}},{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}]"
#define CHAT(content, more)                                                                        \
    "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"" content                   \
    "\"}]," TOOLS more "}"

static uint64_t days_in(const char *arguments)
{
    yyjson_doc *document = yyjson_read(arguments, strlen(arguments), 0);
    assert_non_null(document);
    assert_true(yyjson_is_str(yyjson_doc_ptr_get(document, "/city")));
    uint64_t days = yyjson_get_uint(yyjson_doc_ptr_get(document, "/days"));
    yyjson_doc_free(document);
    return days;
}

static void a_tool_that_the_user_names_is_called(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_CHAT, CHAT("please use get_weather", ""));
    assert_true(yyjson_is_null(at(&asked, 0, "/choices/0/message/content")));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/choices/0/message/tool_calls")), 1);
    assert_string_equal(text_at(&asked, 0, "/choices/0/message/tool_calls/0/function/name"),
                        "get_weather");
    assert_string_equal(text_at(&asked, 0, "/choices/0/finish_reason"), "tool_calls");
    assert_in_range(
        days_in(text_at(&asked, 0, "/choices/0/message/tool_calls/0/function/arguments")), 1, 5);
    asked_clear(&asked);
}

static void tools_that_nobody_asked_for_are_not_called(void **state)
{
    static const char *const bodies[] = {
        CHAT("how is the weather?", ""),
        CHAT("use get_weather", ",\"tool_choice\":\"none\""),
        "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"get_time\"},"
        "{\"role\":\"tool\",\"content\":\"get_time: 12\"}]," TOOLS "}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct asked asked;
        ask(&asked, "openai", ENGINE_CHAT, bodies[i]);
        assert_null(at(&asked, 0, "/choices/0/message/tool_calls"));
        assert_true(yyjson_is_str(at(&asked, 0, "/choices/0/message/content")));
        asked_clear(&asked);
    }
}

static void tool_choice_decides(void **state)
{
    static const struct {
        const char *dialect, *body, *name, *finish;
    } rows[] = {
        {"openai", CHAT("hello", ",\"tool_choice\":\"required\""), "get_weather", "tool_calls"},
        {"openai", CHAT("get_time", ",\"tool_choice\":\"required\""), "get_time", "tool_calls"},
        {"vllm",
         CHAT("hello",
              ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}"),
         "get_time", "stop"},
        {"sglang",
         CHAT("hello",
              ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}"),
         "get_time", "tool_calls"},
        {"openai", CHAT("get_weather and get_time", ",\"parallel_tool_calls\":false"),
         "get_weather", "tool_calls"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asked asked;
        ask(&asked, rows[i].dialect, ENGINE_CHAT, rows[i].body);
        assert_int_equal(yyjson_arr_size(at(&asked, 0, "/choices/0/message/tool_calls")), 1);
        assert_string_equal(text_at(&asked, 0, "/choices/0/message/tool_calls/0/function/name"),
                            rows[i].name);
        assert_string_equal(text_at(&asked, 0, "/choices/0/finish_reason"), rows[i].finish);
        asked_clear(&asked);
    }
}

#define DELTA "/choices/0/delta/tool_calls/0"

static void a_streamed_call_is_named_once_and_then_comes_in_fragments(void **state)
{
    struct asked asked;
    struct buffer arguments;
    unsigned names = 0, ids = 0;

    (void)state;
    ask(&asked, "openai", ENGINE_CHAT, CHAT("please use get_weather", ",\"stream\":true"));
    for (size_t i = 0; i < asked.event_count; i++) {
        names += at(&asked, i, DELTA "/function/name") != NULL;
        ids += at(&asked, i, DELTA "/id") != NULL;
    }
    assert_int_equal(names, 1);
    assert_int_equal(ids, 1);
    assert_string_equal(text_at(&asked, 1, DELTA "/type"), "function");
    assert_string_equal(text_at(&asked, 1, DELTA "/function/arguments"), "");
    gather(&asked, DELTA "/function/arguments", &arguments);
    (void)buffer_append(&arguments, bytes_of("", 1));
    assert_in_range(days_in(buffer_bytes(&arguments).at), 1, 5);
    assert_true(asked.event_count > 5);
    assert_string_equal(text_at(&asked, asked.event_count - 1, "/choices/0/finish_reason"),
                        "tool_calls");
    buffer_clear(&arguments);
    asked_clear(&asked);
}

static void several_calls_have_several_indexes(void **state)
{
    struct asked asked;
    uint64_t last_index = 0;

    (void)state;
    ask(&asked, "vllm", ENGINE_CHAT, CHAT("get_time and get_weather", ",\"stream\":true"));
    for (size_t i = 0; i < asked.event_count; i++)
        if (at(&asked, i, DELTA "/index")) {
            assert_in_range(number_at(&asked, i, DELTA "/index"), last_index, last_index + 1);
            last_index = number_at(&asked, i, DELTA "/index");
        }
    assert_int_equal(last_index, 1);
    asked_clear(&asked);
}

static void a_call_that_is_cut_ends_for_its_length(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_CHAT, CHAT("get_weather", ",\"max_tokens\":2"));
    assert_string_equal(text_at(&asked, 0, "/choices/0/finish_reason"), "length");
    assert_int_equal(number_at(&asked, 0, "/usage/completion_tokens"), 2);
    asked_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tool_that_the_user_names_is_called),
        cmocka_unit_test(tools_that_nobody_asked_for_are_not_called),
        cmocka_unit_test(tool_choice_decides),
        cmocka_unit_test(a_streamed_call_is_named_once_and_then_comes_in_fragments),
        cmocka_unit_test(several_calls_have_several_indexes),
        cmocka_unit_test(a_call_that_is_cut_ends_for_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
