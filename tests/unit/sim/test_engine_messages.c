/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/sim/asked.h"

#define USER(content) "{\"role\":\"user\",\"content\":\"" content "\"}"
#define ASK(content, more)                                                                         \
    "{\"model\":\"sim\",\"max_tokens\":200,\"messages\":[" USER(content) "]" more "}"
#define TOOLS                                                                                      \
    ",\"tools\":[{\"name\":\"get_weather\",\"input_schema\":{\"type\":\"object\",\"properties\":"  \
    "{\"city\":{\"type\":\"string\"}}}},{\"name\":\"get_time\",\"input_schema\":{}}]"

static void assert_events(const struct asked *asked, const char *const *names, size_t count)
{
    assert_int_equal(asked->event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(asked->names[i], names[i]);
        assert_string_equal(text_at(asked, i, "/type"), names[i]);
    }
}

static void a_text_is_one_block_between_start_and_stop(void **state)
{
    static const char *const names[] = {
        "message_start",      "content_block_start", "content_block_delta", "content_block_delta",
        "content_block_stop", "message_delta",       "message_stop"};
    struct asked plain, stream;
    struct buffer text;

    (void)state;
    ask(&plain, "vllm", ENGINE_MESSAGES,
        "{\"model\":\"sim\",\"max_tokens\":2,\"messages\":[" USER("hi") "]}");
    ask(&stream, "vllm", ENGINE_MESSAGES,
        "{\"model\":\"sim\",\"max_tokens\":2,\"stream\":true,\"messages\":[" USER("hi") "]}");
    assert_events(&stream, names, 7);
    gather(&stream, "/delta/text", &text);
    assert_true(buffer_is(&text, text_at(&plain, 0, "/content/0/text")));
    assert_string_equal(text_at(&plain, 0, "/stop_reason"), "max_tokens");
    assert_string_equal(text_at(&stream, 5, "/delta/stop_reason"), "max_tokens");
    assert_int_equal(number_at(&stream, 5, "/usage/output_tokens"), 2);
    assert_int_equal(number_at(&stream, 0, "/message/usage/input_tokens"), 1);
    assert_false(stream.is_done);
    buffer_clear(&text);
    asked_clear(&plain);
    asked_clear(&stream);
}

static void each_tool_use_is_a_block_of_its_own(void **state)
{
    struct asked plain, stream;
    unsigned starts = 0, stops = 0;
    struct buffer input;

    (void)state;
    ask(&plain, "vllm", ENGINE_MESSAGES, ASK("get_weather and get_time", TOOLS));
    assert_int_equal(yyjson_arr_size(at(&plain, 0, "/content")), 2);
    assert_string_equal(text_at(&plain, 0, "/content/0/name"), "get_weather");
    assert_true(yyjson_is_str(at(&plain, 0, "/content/0/input/city")));
    assert_string_equal(text_at(&plain, 0, "/stop_reason"), "tool_use");

    ask(&stream, "vllm", ENGINE_MESSAGES,
        ASK("get_weather and get_time", TOOLS ",\"stream\":true"));
    for (size_t i = 0; i < stream.event_count; i++) {
        starts += strcmp(stream.names[i], "content_block_start") == 0;
        stops += strcmp(stream.names[i], "content_block_stop") == 0;
        assert_in_range(starts - stops, 0, 1);
    }
    assert_int_equal(starts, 2);
    assert_int_equal(stops, 2);
    gather(&stream, "/delta/partial_json", &input);
    assert_true(bytes_start_with(buffer_bytes(&input), BYTES("{\"city\":\"")));
    buffer_clear(&input);
    asked_clear(&plain);
    asked_clear(&stream);
}

static void tool_choice_any_calls_the_first(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "vllm", ENGINE_MESSAGES, ASK("hi", TOOLS ",\"tool_choice\":{\"type\":\"any\"}"));
    assert_string_equal(text_at(&asked, 0, "/content/0/name"), "get_weather");
    asked_clear(&asked);
}

static void a_final_message_of_the_assistants_is_gone_on_with(void **state)
{
    struct buffer begin, next, body = {0};
    struct asked asked;

    (void)state;
    words_of("[" USER("hi") "]", 0, 2, &begin);
    words_of("[" USER("hi") "]", 2, 1, &next);
    (void)buffer_append(&next, bytes_of("", 1));
    (void)buffer_append_format(&body,
                               "{\"model\":\"sim\",\"max_tokens\":1,\"messages\":[" USER(
                                   "hi") ",{\"role\":\"assistant\",\"content\":\"%.*s\"}]}",
                               (int)begin.length, buffer_bytes(&begin).at);
    (void)buffer_append(&body, bytes_of("", 1));
    ask(&asked, "vllm", ENGINE_MESSAGES, buffer_bytes(&body).at);
    assert_string_equal(text_at(&asked, 0, "/content/0/text"), buffer_bytes(&next).at);
    buffer_clear(&begin);
    buffer_clear(&next);
    buffer_clear(&body);
    asked_clear(&asked);
}

static void a_stop_sequence_is_named(void **state)
{
    struct asked whole, asked;
    struct buffer body = {0};

    (void)state;
    ask(&whole, "vllm", ENGINE_MESSAGES, ASK("hi", ""));
    (void)buffer_append_format(&body, ASK("hi", ",\"stop_sequences\":[\"%.4s\"]"),
                               text_at(&whole, 0, "/content/0/text") + 4);
    (void)buffer_append(&body, bytes_of("", 1));
    ask(&asked, "vllm", ENGINE_MESSAGES, buffer_bytes(&body).at);
    assert_string_equal(text_at(&asked, 0, "/stop_reason"), "stop_sequence");
    assert_int_equal(strlen(text_at(&asked, 0, "/stop_sequence")), 4);
    buffer_clear(&body);
    asked_clear(&whole);
    asked_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_one_block_between_start_and_stop),
        cmocka_unit_test(each_tool_use_is_a_block_of_its_own),
        cmocka_unit_test(tool_choice_any_calls_the_first),
        cmocka_unit_test(a_final_message_of_the_assistants_is_gone_on_with),
        cmocka_unit_test(a_stop_sequence_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
