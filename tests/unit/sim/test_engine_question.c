/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/sim/asked.h"

#define USER "{\"role\":\"user\",\"content\":\"say it\"}"
#define CHAT(messages, more) "{\"model\":\"sim\",\"messages\":" messages more "}"
#define GO_ON ",\"continue_final_message\":true,\"add_generation_prompt\":false"

/* ---- refusals ---- */

static void what_cannot_be_answered_is_refused_with_the_engines_words(void **state)
{
    static const struct {
        const char *dialect, *body, *param, *holds;
    } rows[] = {
        {"openai", "{", NULL, "no JSON"},
        {"openai", "[]", NULL, "JSON object"},
        {"openai", "{\"model\":\"sim\"}", "messages", "missing"},
        {"openai", CHAT("[]", ""), "messages", "empty"},
        {"openai", CHAT("[" USER "]", ",\"stream\":\"yes\""), "stream", "true or false"},
        {"openai", CHAT("[" USER "]", ",\"n\":0"), "n", "from 1 to 16"},
        {"openai", CHAT("[" USER "]", ",\"max_tokens\":1.5"), "max_tokens", "whole number"},
        {"openai", CHAT("[" USER "]", ",\"logprobs\":true,\"top_logprobs\":21"), "top_logprobs",
         "from 0 to 20"},
        {"openai", CHAT("[" USER "]", ",\"tool_choice\":\"required\""), "tool_choice", "among"},
        {"openai", CHAT("[" USER "]", ",\"response_format\":{\"type\":\"json_schema\"}"),
         "response_format", "schema"},
        {"vllm", CHAT("[" USER "]", ",\"max_tokens\":999"), "max_tokens",
         "is too large: 999. This model's maximum context length is 1000 tokens"},
        {"sglang", CHAT("[" USER "]", ",\"max_tokens\":999"), NULL,
         "Requested token count exceeds the model's maximum context length of 1000 tokens."},
        {"vllm",
         CHAT("[" USER "]", ",\"continue_final_message\":true,\"add_generation_prompt\":true"),
         NULL, "Cannot set both"},
        {"vllm", CHAT("[" USER "]", ",\"continue_final_message\":true"), NULL,
         "are not compatible"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asked asked;
        ask(&asked, rows[i].dialect, ENGINE_CHAT, rows[i].body);
        assert_int_equal(asked.result, -EINVAL);
        assert_int_equal(asked.refusal.error.status, 400);
        assert_non_null(strstr(asked.refusal.sentence, rows[i].holds));
        if (rows[i].param)
            assert_string_equal(asked.refusal.error.param, rows[i].param);
        asked_clear(&asked);
    }
}

static void a_prompt_longer_than_the_context_is_refused(void **state)
{
    struct buffer body = {0};
    struct asked asked;

    (void)state;
    (void)buffer_append(&body, BYTES("{\"model\":\"sim\",\"prompt\":\""));
    for (unsigned i = 0; i < ASKED_CONTEXT; i++)
        (void)buffer_append(&body, BYTES("w "));
    (void)buffer_append(&body, bytes_of("\"}", 3));
    ask(&asked, "vllm", ENGINE_TEXT, buffer_bytes(&body).at);
    assert_non_null(strstr(asked.refusal.sentence, "However, your request has 100"));
    asked_clear(&asked);
    ask(&asked, "sglang", ENGINE_TEXT, buffer_bytes(&body).at);
    assert_non_null(strstr(asked.refusal.sentence, "is longer than the model's context length"));
    asked_clear(&asked);
    buffer_clear(&body);
}

static void an_answer_that_nobody_limited_ends_with_the_context(void **state)
{
    struct asked asked;
    struct buffer body = {0};

    (void)state;
    (void)buffer_append(&body, BYTES("{\"model\":\"sim\",\"prompt\":\""));
    for (unsigned i = 0; i < ASKED_CONTEXT - 4; i++)
        (void)buffer_append(&body, BYTES("w "));
    (void)buffer_append(&body, bytes_of("\"}", 3));
    ask(&asked, "vllm", ENGINE_TEXT, buffer_bytes(&body).at);
    assert_int_equal(number_at(&asked, 0, "/usage/total_tokens"), ASKED_CONTEXT);
    asked_clear(&asked);
    buffer_clear(&body);
}

/* ---- going on ---- */

/* What was said of the answer to one user's message, with `said` of it in a final message. */
static void ask_to_go_on(struct asked *asked, const char *before, struct bytes said,
                         const char *after, const char *more)
{
    struct buffer body = {0};

    assert_int_equal(buffer_append_format(&body,
                                          "{\"model\":\"sim\",\"messages\":%s,{\"role\":"
                                          "\"assistant\",\"content\":\"%.*s\"}%s" GO_ON "%s}",
                                          before, (int)said.length, said.at, after, more),
                     0);
    assert_int_equal(buffer_append(&body, bytes_of("", 1)), 0);
    ask(asked, "vllm", ENGINE_CHAT, buffer_bytes(&body).at);
    assert_int_equal(asked->result, 0);
    buffer_clear(&body);
}

static void an_answer_goes_on_at_any_byte_as_if_it_had_not_been_cut(void **state)
{
    struct buffer whole;

    (void)state;
    words_of("[" USER "]", 0, 12, &whole);
    struct bytes text = buffer_bytes(&whole);
    for (size_t cut = 0; cut < text.length - 20; cut++) {
        struct asked asked;
        ask_to_go_on(&asked, "[" USER, bytes_of(text.at, cut), "]", ",\"max_tokens\":3");
        const char *rest = text_at(&asked, 0, "/choices/0/message/content");
        assert_memory_equal(rest, text.at + cut, strlen(rest) < 9 ? strlen(rest) : 9);
        asked_clear(&asked);
    }
    buffer_clear(&whole);
}

static void the_two_parts_together_are_as_long_as_the_whole(void **state)
{
    struct buffer begin, rest;
    struct asked asked;

    (void)state;
    words_of("[" USER "]", 0, 3, &begin);
    words_of("[" USER "]", 3, ASKED_DEFAULT_TOKENS - 3, &rest);
    ask_to_go_on(&asked, "[" USER, buffer_bytes(&begin), "]", "");
    (void)buffer_append(&rest, bytes_of("", 1));
    assert_string_equal(text_at(&asked, 0, "/choices/0/message/content"), buffer_bytes(&rest).at);
    assert_string_equal(text_at(&asked, 0, "/choices/0/finish_reason"), "stop");
    buffer_clear(&begin);
    buffer_clear(&rest);
    asked_clear(&asked);
}

static void blanks_around_the_messages_count_as_they_stood(void **state)
{
    struct buffer begin, next;
    struct asked asked;

    (void)state;
    words_of("[ " USER " ]", 0, 2, &begin);
    words_of("[ " USER " ]", 2, 1, &next);
    (void)buffer_append(&next, bytes_of("", 1));
    ask_to_go_on(&asked, "[ " USER " ", buffer_bytes(&begin), "]", ",\"max_tokens\":1");
    assert_string_equal(text_at(&asked, 0, "/choices/0/message/content"), buffer_bytes(&next).at);
    asked_clear(&asked);
    ask_to_go_on(&asked, "[ " USER, buffer_bytes(&begin), " ]", ",\"max_tokens\":1");
    assert_string_equal(text_at(&asked, 0, "/choices/0/message/content"), buffer_bytes(&next).at);
    asked_clear(&asked);
    buffer_clear(&begin);
    buffer_clear(&next);
}

static void words_of_somebody_else_begin_a_new_answer(void **state)
{
    struct buffer words;
    struct asked asked;

    (void)state;
    words_of("[" USER ",{\"role\":\"assistant\",\"content\":\"The\"}]", 0, 1, &words);
    (void)buffer_append(&words, bytes_of("", 1));
    ask_to_go_on(&asked, "[" USER, BYTES("The"), "]", ",\"max_tokens\":1");
    assert_string_equal(text_at(&asked, 0, "/choices/0/message/content"), buffer_bytes(&words).at);
    buffer_clear(&words);
    asked_clear(&asked);
}

static void json_that_was_begun_is_ended(void **state)
{
    static const char more[] = ",\"response_format\":{\"type\":\"json_object\"}";
    struct asked whole, rest;

    (void)state;
    ask(&whole, "vllm", ENGINE_CHAT,
        CHAT("[" USER "]", ",\"response_format\":{\"type\":\"json_object\"}"));
    const char *text = text_at(&whole, 0, "/choices/0/message/content");
    assert_int_equal(text[0], '{');
    ask_to_go_on(&rest, "[" USER, BYTES("{"), "]", more);
    assert_string_equal(text_at(&rest, 0, "/choices/0/message/content"), text + 1);
    asked_clear(&whole);
    asked_clear(&rest);
}

/* A completion's prompt with `said` words of its answer behind it. */
static void ask_for_the_rest(struct asked *asked, const char *prompt, struct bytes said)
{
    struct buffer body = {0};

    assert_int_equal(
        buffer_append_format(&body, "{\"model\":\"sim\",\"prompt\":\"%s%.*s\",\"max_tokens\":2}",
                             prompt, (int)said.length, said.at),
        0);
    assert_int_equal(buffer_append(&body, bytes_of("", 1)), 0);
    ask(asked, "vllm", ENGINE_TEXT, buffer_bytes(&body).at);
    assert_int_equal(asked->result, 0);
    buffer_clear(&body);
}

static void a_completion_goes_on_behind_its_first_whole_word(void **state)
{
    static const char *const prompts[] = {"go on", "Go on: ", "so bibamigo ", "\\u00e9", "x\\n"};

    (void)state;
    for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
        struct buffer whole;
        char raw[64];
        (void)snprintf(raw, sizeof raw, "\"%s\"", prompts[i]);
        words_of(raw, 0, 9, &whole);
        struct bytes text = buffer_bytes(&whole);
        size_t first = (size_t)bytes_find(text, BYTES(" "));
        for (size_t cut = first; cut < text.length - 21; cut++) {
            struct asked asked;
            ask_for_the_rest(&asked, prompts[i], bytes_of(text.at, cut));
            const char *rest = text_at(&asked, 0, "/choices/0/text");
            assert_true(strlen(rest) >= 9);
            assert_memory_equal(rest, text.at + cut, 9);
            asked_clear(&asked);
        }
        buffer_clear(&whole);
    }
}

static void words_of_another_answer_are_a_prompt(void **state)
{
    struct buffer words;
    struct asked asked;

    (void)state;
    words_of("\"go on bibamigo hazefomi\"", 0, 2, &words);
    (void)buffer_append(&words, bytes_of("", 1));
    ask_for_the_rest(&asked, "go on ", BYTES("bibamigo hazefomi"));
    assert_string_equal(text_at(&asked, 0, "/choices/0/text"), buffer_bytes(&words).at);
    buffer_clear(&words);
    asked_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_answered_is_refused_with_the_engines_words),
        cmocka_unit_test(a_prompt_longer_than_the_context_is_refused),
        cmocka_unit_test(an_answer_that_nobody_limited_ends_with_the_context),
        cmocka_unit_test(an_answer_goes_on_at_any_byte_as_if_it_had_not_been_cut),
        cmocka_unit_test(the_two_parts_together_are_as_long_as_the_whole),
        cmocka_unit_test(blanks_around_the_messages_count_as_they_stood),
        cmocka_unit_test(words_of_somebody_else_begin_a_new_answer),
        cmocka_unit_test(json_that_was_begun_is_ended),
        cmocka_unit_test(a_completion_goes_on_behind_its_first_whole_word),
        cmocka_unit_test(words_of_another_answer_are_a_prompt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
