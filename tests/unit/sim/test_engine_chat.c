/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "sim/engine/prompt.h"
#include "tests/unit/sim/asked.h"

#define MESSAGES "[{\"role\":\"user\",\"content\":\"say it\"}]"
#define CHAT(more) "{\"model\":\"sim\",\"messages\":" MESSAGES more "}"
#define TEXT(more) "{\"model\":\"sim\",\"prompt\":\"go on\"" more "}"

static void assert_words(const struct buffer *text, const char *raw_prompt, unsigned count)
{
    struct buffer words;
    words_of(raw_prompt, 0, count, &words);
    assert_true(bytes_equal(buffer_bytes(text), buffer_bytes(&words)));
    buffer_clear(&words);
}

static void a_stream_says_what_the_plain_answer_says_in_every_dialect(void **state)
{
    (void)state;
    for (const struct engine_dialect *dialect = engine_dialects; dialect->name; dialect++) {
        struct asked plain, stream;
        struct buffer text;

        ask(&plain, dialect->name, ENGINE_CHAT, CHAT(",\"max_tokens\":5"));
        ask(&stream, dialect->name, ENGINE_CHAT, CHAT(",\"max_tokens\":5,\"stream\":true"));
        gather(&stream, "/choices/0/delta/content", &text);
        assert_string_equal(text_at(&plain, 0, "/object"), "chat.completion");
        assert_string_equal(text_at(&stream, 3, "/object"), "chat.completion.chunk");
        assert_true(buffer_is(&text, text_at(&plain, 0, "/choices/0/message/content")));
        assert_words(&text, MESSAGES, 5);
        assert_string_equal(text_at(&stream, 0, "/choices/0/delta/role"), "assistant");
        assert_string_equal(text_at(&stream, stream.event_count - 1, "/choices/0/finish_reason"),
                            "length");
        assert_true(stream.is_done);
        buffer_clear(&text);
        asked_clear(&plain);
        asked_clear(&stream);
    }
}

static void completions_say_the_same_in_their_own_shape(void **state)
{
    struct asked plain, stream;
    struct buffer text;

    (void)state;
    ask(&plain, "vllm", ENGINE_TEXT, TEXT(",\"max_tokens\":5"));
    ask(&stream, "vllm", ENGINE_TEXT, TEXT(",\"max_tokens\":5,\"stream\":true"));
    gather(&stream, "/choices/0/text", &text);
    assert_string_equal(text_at(&plain, 0, "/object"), "text_completion");
    assert_true(buffer_is(&text, text_at(&plain, 0, "/choices/0/text")));
    assert_words(&text, "\"go on\"", 5);
    buffer_clear(&text);
    asked_clear(&plain);
    asked_clear(&stream);
}

static void choices_interleave_and_each_has_its_own_words_and_end(void **state)
{
    struct asked asked;
    unsigned next = 0, ends = 0;
    char first[2][32] = {"", ""};

    (void)state;
    ask(&asked, "openai", ENGINE_CHAT, CHAT(",\"max_tokens\":3,\"stream\":true,\"n\":2"));
    for (size_t i = 0; i < asked.event_count; i++) {
        uint64_t index = number_at(&asked, i, "/choices/0/index");
        assert_int_equal(index, next++ % 2);
        ends += yyjson_is_str(at(&asked, i, "/choices/0/finish_reason"));
        if (!first[index][0])
            (void)snprintf(first[index], sizeof first[0], "%s",
                           text_at(&asked, i, "/choices/0/delta/content"));
    }
    assert_int_equal(asked.event_count, 2 * (1 + 3 + 1));
    assert_int_equal(ends, 2);
    assert_string_not_equal(first[0], first[1]);
    asked_clear(&asked);

    ask(&asked, "openai", ENGINE_CHAT, CHAT(",\"max_tokens\":3,\"n\":2"));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/choices")), 2);
    assert_int_equal(number_at(&asked, 0, "/usage/completion_tokens"), 6);
    asked_clear(&asked);
}

static void a_stop_string_ends_the_answer_before_it(void **state)
{
    struct asked whole, stopped, stream;
    struct buffer text, body = {0};

    (void)state;
    ask(&whole, "vllm", ENGINE_CHAT, CHAT(",\"max_tokens\":6"));
    const char *said = text_at(&whole, 0, "/choices/0/message/content");
    /* The last three characters of one word, the blank and the first two of the next. */
    const char *blank = strchr(strchr(said, ' ') + 1, ' ');
    assert_int_equal(buffer_append_format(&body,
                                          CHAT(",\"max_tokens\":6,\"stop\":[\"nowhere\",\"%.6s\"]"),
                                          blank - 3),
                     0);
    assert_int_equal(buffer_append(&body, bytes_of("", 1)), 0);
    ask(&stopped, "vllm", ENGINE_CHAT, buffer_bytes(&body).at);
    const char *kept = text_at(&stopped, 0, "/choices/0/message/content");
    assert_int_equal(strlen(kept), (size_t)(blank - 3 - said));
    assert_memory_equal(kept, said, strlen(kept));
    assert_string_equal(text_at(&stopped, 0, "/choices/0/finish_reason"), "stop");
    assert_int_equal(strlen(text_at(&stopped, 0, "/choices/0/stop_reason")), 6);
    assert_int_equal(number_at(&stopped, 0, "/usage/completion_tokens"), 3);
    asked_clear(&stopped);

    buffer_clear(&body);
    assert_int_equal(
        buffer_append_format(&body, CHAT(",\"max_tokens\":6,\"stream\":true,\"stop\":\"%.6s\""),
                             blank - 3),
        0);
    assert_int_equal(buffer_append(&body, bytes_of("", 1)), 0);
    ask(&stream, "vllm", ENGINE_CHAT, buffer_bytes(&body).at);
    gather(&stream, "/choices/0/delta/content", &text);
    assert_int_equal(text.length, (size_t)(blank - 3 - said));
    assert_true(stream.is_done);
    buffer_clear(&text);
    buffer_clear(&body);
    asked_clear(&stream);
    asked_clear(&whole);
}

static void chat_logprobs_ride_with_their_token(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_CHAT,
        CHAT(",\"max_tokens\":3,\"stream\":true,\"logprobs\":true,\"top_logprobs\":2"));
    for (size_t i = 1; i <= 3; i++) {
        const char *said = text_at(&asked, i, "/choices/0/delta/content");
        assert_string_equal(text_at(&asked, i, "/choices/0/logprobs/content/0/token"), said);
        assert_string_equal(
            text_at(&asked, i, "/choices/0/logprobs/content/0/top_logprobs/0/token"), said);
        assert_int_equal(
            yyjson_arr_size(at(&asked, i, "/choices/0/logprobs/content/0/top_logprobs")), 2);
        assert_int_equal(yyjson_arr_size(at(&asked, i, "/choices/0/logprobs/content/0/bytes")),
                         strlen(said));
        assert_true(yyjson_get_num(at(&asked, i, "/choices/0/logprobs/content/0/logprob")) < 0);
    }
    assert_string_equal(text_at(&asked, 4, "/choices/0/finish_reason"), "length");
    asked_clear(&asked);
    ask(&asked, "openai", ENGINE_CHAT, CHAT(",\"max_tokens\":3,\"logprobs\":true"));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/choices/0/logprobs/content")), 3);
    asked_clear(&asked);
}

static void completions_logprobs_are_lists_with_offsets(void **state)
{
    struct asked plain, stream;

    (void)state;
    ask(&plain, "vllm", ENGINE_TEXT, TEXT(",\"max_tokens\":3,\"logprobs\":2"));
    const char *text = text_at(&plain, 0, "/choices/0/text");
    for (size_t i = 0; i < 3; i++) {
        char token[64], offset[64];
        (void)snprintf(token, sizeof token, "/choices/0/logprobs/tokens/%zu", i);
        (void)snprintf(offset, sizeof offset, "/choices/0/logprobs/text_offset/%zu", i);
        assert_memory_equal(text + number_at(&plain, 0, offset), text_at(&plain, 0, token),
                            strlen(text_at(&plain, 0, token)));
    }
    assert_int_equal(yyjson_obj_size(at(&plain, 0, "/choices/0/logprobs/top_logprobs/0")), 2);

    ask(&stream, "vllm", ENGINE_TEXT, TEXT(",\"max_tokens\":3,\"logprobs\":2,\"stream\":true"));
    assert_int_equal(number_at(&stream, 2, "/choices/0/logprobs/text_offset/0"),
                     number_at(&plain, 0, "/choices/0/logprobs/text_offset/2"));
    asked_clear(&plain);
    asked_clear(&stream);
}

static void token_ids_are_as_many_as_usage_counts(void **state)
{
    struct asked plain, stream;

    (void)state;
    ask(&plain, "vllm", ENGINE_CHAT, CHAT(",\"max_tokens\":3,\"return_token_ids\":true"));
    assert_int_equal(yyjson_arr_size(at(&plain, 0, "/choices/0/token_ids")), 3);
    assert_int_equal(yyjson_arr_size(at(&plain, 0, "/prompt_token_ids")),
                     number_at(&plain, 0, "/usage/prompt_tokens"));
    ask(&stream, "vllm", ENGINE_CHAT,
        CHAT(",\"max_tokens\":3,\"return_token_ids\":true,\"stream\":true"));
    assert_int_equal(yyjson_arr_size(at(&stream, 0, "/prompt_token_ids")), 2);
    assert_int_equal(number_at(&stream, 2, "/choices/0/token_ids/0"),
                     number_at(&plain, 0, "/choices/0/token_ids/1"));
    asked_clear(&plain);
    asked_clear(&stream);
}

static void echo_puts_the_prompt_before_the_answer(void **state)
{
    static const char *const bodies[] = {TEXT(",\"max_tokens\":1,\"echo\":true"),
                                         TEXT(",\"max_tokens\":1,\"echo\":true,\"stream\":true")};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct asked asked;
        struct buffer text;
        ask(&asked, "vllm", ENGINE_TEXT, bodies[i]);
        gather(&asked, "/choices/0/text", &text);
        assert_true(bytes_start_with(buffer_bytes(&text), BYTES("go on")));
        assert_true(text.length > 5);
        buffer_clear(&text);
        asked_clear(&asked);
    }
}

static void usage_comes_at_the_end_or_with_every_chunk(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "vllm", ENGINE_CHAT,
        CHAT(",\"max_tokens\":3,\"stream\":true,\"stream_options\":{\"include_usage\":true,"
             "\"continuous_usage_stats\":true}"));
    assert_int_equal(number_at(&asked, 0, "/usage/completion_tokens"), 0);
    assert_int_equal(number_at(&asked, 2, "/usage/completion_tokens"), 2);
    assert_int_equal(yyjson_arr_size(at(&asked, asked.event_count - 1, "/choices")), 0);
    assert_int_equal(number_at(&asked, asked.event_count - 1, "/usage/completion_tokens"), 3);
    assert_int_equal(
        number_at(&asked, asked.event_count - 1, "/usage/prompt_tokens_details/cached_tokens"), 0);
    asked_clear(&asked);
}

static void images_count_as_many_tokens_as_an_image_has(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "vllm", ENGINE_CHAT,
        "{\"model\":\"sim\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":["
        "{\"type\":\"text\",\"text\":\"what?\"},{\"type\":\"image_url\",\"image_url\":"
        "{\"url\":\"data:image/png;base64,AAAA\"}}]}]}");
    assert_int_equal(number_at(&asked, 0, "/usage/prompt_tokens"), 1 + ENGINE_IMAGE_TOKENS);
    asked_clear(&asked);
}

static void each_dialect_has_its_own_members(void **state)
{
    struct asked vllm, sglang;

    (void)state;
    ask(&vllm, "vllm", ENGINE_CHAT, CHAT(""));
    assert_non_null(at(&vllm, 0, "/prompt_logprobs"));
    assert_non_null(at(&vllm, 0, "/choices/0/stop_reason"));
    assert_non_null(at(&vllm, 0, "/choices/0/message/tool_calls"));
    assert_null(at(&vllm, 0, "/choices/0/matched_stop"));
    ask(&sglang, "sglang", ENGINE_CHAT, CHAT(""));
    assert_non_null(at(&sglang, 0, "/metadata/weight_version"));
    assert_non_null(at(&sglang, 0, "/choices/0/matched_stop"));
    assert_int_equal(number_at(&sglang, 0, "/usage/reasoning_tokens"), 0);
    asked_clear(&vllm);
    asked_clear(&sglang);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_says_what_the_plain_answer_says_in_every_dialect),
        cmocka_unit_test(completions_say_the_same_in_their_own_shape),
        cmocka_unit_test(choices_interleave_and_each_has_its_own_words_and_end),
        cmocka_unit_test(a_stop_string_ends_the_answer_before_it),
        cmocka_unit_test(chat_logprobs_ride_with_their_token),
        cmocka_unit_test(completions_logprobs_are_lists_with_offsets),
        cmocka_unit_test(token_ids_are_as_many_as_usage_counts),
        cmocka_unit_test(echo_puts_the_prompt_before_the_answer),
        cmocka_unit_test(usage_comes_at_the_end_or_with_every_chunk),
        cmocka_unit_test(images_count_as_many_tokens_as_an_image_has),
        cmocka_unit_test(each_dialect_has_its_own_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
