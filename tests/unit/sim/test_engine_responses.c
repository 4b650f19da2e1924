/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/sim/asked.h"

#define ASK(input, more) "{\"model\":\"sim\",\"input\":\"" input "\"" more "}"
#define TOOLS                                                                                      \
    ",\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\",\"parameters\":{\"type\":"        \
    "\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}]"

static void assert_events(const struct asked *asked, const char *const *names, size_t count)
{
    assert_int_equal(asked->event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(asked->names[i], names[i]);
        assert_string_equal(text_at(asked, i, "/type"), names[i]);
        assert_int_equal(number_at(asked, i, "/sequence_number"), i);
    }
}

static void a_message_is_opened_filled_and_closed(void **state)
{
    static const char *const names[] = {"response.created",           "response.in_progress",
                                        "response.output_item.added", "response.content_part.added",
                                        "response.output_text.delta", "response.output_text.delta",
                                        "response.output_text.done",  "response.content_part.done",
                                        "response.output_item.done",  "response.incomplete"};
    struct asked plain, stream;
    struct buffer text;

    (void)state;
    ask(&plain, "openai", ENGINE_RESPONSES, ASK("hi", ",\"max_output_tokens\":2"));
    ask(&stream, "openai", ENGINE_RESPONSES, ASK("hi", ",\"max_output_tokens\":2,\"stream\":true"));
    assert_events(&stream, names, 10);
    gather(&stream, "/delta", &text);
    assert_true(buffer_is(&text, text_at(&plain, 0, "/output/0/content/0/text")));
    assert_true(buffer_is(&text, text_at(&stream, 6, "/text")));
    assert_true(buffer_is(&text, text_at(&stream, 9, "/response/output/0/content/0/text")));
    assert_string_equal(text_at(&plain, 0, "/status"), "incomplete");
    assert_string_equal(text_at(&plain, 0, "/incomplete_details/reason"), "max_output_tokens");
    assert_int_equal(number_at(&plain, 0, "/usage/output_tokens"), 2);
    assert_int_equal(number_at(&plain, 0, "/max_output_tokens"), 2);
    buffer_clear(&text);
    asked_clear(&plain);
    asked_clear(&stream);
}

static void an_answer_that_ends_by_itself_is_completed(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_RESPONSES, ASK("hi", ",\"stream\":true"));
    assert_string_equal(asked.names[asked.event_count - 1], "response.completed");
    assert_string_equal(text_at(&asked, asked.event_count - 1, "/response/status"), "completed");
    asked_clear(&asked);
}

static void a_call_of_a_function_is_an_item(void **state)
{
    struct asked plain, stream;
    struct buffer arguments;

    (void)state;
    ask(&plain, "openai", ENGINE_RESPONSES, ASK("use get_weather", TOOLS));
    assert_string_equal(text_at(&plain, 0, "/output/0/type"), "function_call");
    assert_string_equal(text_at(&plain, 0, "/output/0/name"), "get_weather");
    ask(&stream, "openai", ENGINE_RESPONSES, ASK("use get_weather", TOOLS ",\"stream\":true"));
    assert_string_equal(stream.names[2], "response.output_item.added");
    assert_string_equal(stream.names[stream.event_count - 3],
                        "response.function_call_arguments.done");
    gather(&stream, "/delta", &arguments);
    assert_true(buffer_is(
        &arguments, text_at(&stream, stream.event_count - 1, "/response/output/0/arguments")));
    buffer_clear(&arguments);
    asked_clear(&plain);
    asked_clear(&stream);
}

static void a_text_format_is_followed(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_RESPONSES,
        ASK("hi", ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"x\",\"schema\":"
                  "{\"type\":\"object\",\"properties\":{\"ok\":{\"const\":true}}}}}"));
    assert_string_equal(text_at(&asked, 0, "/output/0/content/0/text"), "{\"ok\":true}");
    asked_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_opened_filled_and_closed),
        cmocka_unit_test(an_answer_that_ends_by_itself_is_completed),
        cmocka_unit_test(a_call_of_a_function_is_an_item),
        cmocka_unit_test(a_text_format_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
