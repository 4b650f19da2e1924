/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/usage_scan.h"

#include <stdio.h>

#include "tests/test.h"

struct answer {
    const char *text;
    struct usage_tokens tokens;
};

static bool is_same(struct usage_tokens a, struct usage_tokens b)
{
    return a.prompt == b.prompt && a.cached == b.cached && a.answer == b.answer &&
           a.is_prompt_told == b.is_prompt_told && a.is_answer_told == b.is_answer_told;
}

/* Fed in two pieces, or byte by byte if the cut lies behind the end. */
static struct usage_tokens scan_cut(bool is_event_stream, struct bytes answer, size_t cut)
{
    struct usage_scan scan;
    usage_scan_init(&scan, is_event_stream);
    if (cut <= answer.length) {
        usage_scan_feed(&scan, bytes_of(answer.at, cut));
        usage_scan_feed(&scan, bytes_after(answer, cut));
    } else {
        for (size_t i = 0; i < answer.length; i++)
            usage_scan_feed(&scan, bytes_of(answer.at + i, 1));
    }
    return usage_scan_tokens(&scan);
}

static void assert_answer(bool is_event_stream, const char *text, struct usage_tokens expected)
{
    struct bytes answer = bytes_from_cstr(text);
    for (size_t cut = 0; cut <= answer.length + 1; cut++) {
        struct usage_tokens tokens = scan_cut(is_event_stream, answer, cut);
        if (!is_same(tokens, expected))
            print_error("cut at %zu: %s\n  prompt %llu%s, cached %llu, answer %llu%s\n", cut, text,
                        (unsigned long long)tokens.prompt, tokens.is_prompt_told ? " told" : "",
                        (unsigned long long)tokens.cached, (unsigned long long)tokens.answer,
                        tokens.is_answer_told ? " told" : "");
        assert_true(is_same(tokens, expected));
    }
}

static void assert_plain(const char *text, struct usage_tokens expected)
{
    assert_answer(false, text, expected);
}

static void assert_stream(const char *text, struct usage_tokens expected)
{
    assert_answer(true, text, expected);
}

#define TOLD(prompt_tokens, cached_tokens, answer_tokens)                                          \
    ((struct usage_tokens){.prompt = (prompt_tokens),                                              \
                           .cached = (cached_tokens),                                              \
                           .answer = (answer_tokens),                                              \
                           .is_prompt_told = true,                                                 \
                           .is_answer_told = true})
/* Nothing was told; so much has come. */
#define COUNTED(answer_tokens) ((struct usage_tokens){.answer = (answer_tokens)})

static void a_plain_answer_tells_at_its_top(void **state)
{
    (void)state;
    assert_plain("{\"id\":\"c\",\"choices\":[{\"message\":{\"content\":\"Hi\"}}],\"usage\":{"
                 "\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}",
                 TOLD(9, 0, 12));
    assert_plain(" { \"usage\" : { \"prompt_tokens\" : 9 ,\n\"completion_tokens\" : 0 } }",
                 TOLD(9, 0, 0));
    assert_plain("{\"usage\":{\"prompt_tokens\":1000000000,\"completion_tokens\":7},\"x\":1}",
                 TOLD(1000000000, 0, 7));
}

static void what_was_cached_is_some_of_the_prompt(void **state)
{
    (void)state;
    assert_plain("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                 "\"prompt_tokens_details\":{\"audio_tokens\":1,\"cached_tokens\":8},"
                 "\"completion_tokens_details\":{\"cached_tokens\":3}}}",
                 TOLD(9, 8, 2));
    assert_plain("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                 "\"prompt_cache_hit_tokens\":4,\"prompt_cache_miss_tokens\":5}}",
                 TOLD(9, 4, 2));
    assert_plain("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                 "\"prompt_tokens_details\":{\"cached_tokens\":800}}}",
                 TOLD(9, 9, 2));
    assert_plain("{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                 "\"cache_read_input_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":5}}}",
                 TOLD(9, 5, 2));
}

static void embeddings_and_ranks_have_no_answer(void **state)
{
    (void)state;
    assert_plain("{\"data\":[{\"embedding\":[0.1,-2e3]}],\"usage\":{\"prompt_tokens\":5,"
                 "\"total_tokens\":5}}",
                 TOLD(5, 0, 0));
    assert_plain("{\"data\":[{\"object\":\"]}}]}\\\"]}\",\"embedding\":[0.0123, -0.000456, 1e-05, "
                 "0.7890123, 12345678],\"usage\":{\"prompt_tokens\":1}}],\"usage\":{"
                 "\"prompt_tokens\":5,\"total_tokens\":5}}",
                 TOLD(5, 0, 0));
    assert_plain("{\"results\":[],\"usage\":{\"total_tokens\":56}}", TOLD(56, 0, 0));
    assert_plain("{\"usage\":{\"prompt_tokens\":5,\"total_tokens\":3}}", TOLD(5, 0, 0));
}

static void responses_tell_at_the_top_or_in_their_last_event(void **state)
{
    (void)state;
#define RESPONSE_USAGE                                                                             \
    "\"usage\":{\"input_tokens\":36,\"input_tokens_details\":{\"cached_tokens\":4},"               \
    "\"output_tokens\":87,\"output_tokens_details\":{\"reasoning_tokens\":5},"                     \
    "\"total_tokens\":123}"
    assert_plain("{\"object\":\"response\",\"output\":[{\"type\":\"message\",\"content\":[{"
                 "\"type\":\"output_text\",\"text\":\"Hi\"}]}]," RESPONSE_USAGE "}",
                 TOLD(36, 4, 87));
    assert_stream("event: response.created\ndata: {\"type\":\"response.created\",\"response\":{"
                  "\"usage\":null}}\n\n"
                  "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta"
                  "\",\"delta\":\"Hi\"}\n\n"
                  "event: response.completed\ndata: {\"response\":{\"tools\":[{\"parameters\":{"
                  "\"properties\":{\"usage\":{\"input_tokens\":1}}}}]," RESPONSE_USAGE "}}\n\n",
                  TOLD(36, 4, 87));
}

#define MESSAGE_START                                                                              \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[],"         \
    "\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":3,"                            \
    "\"cache_read_input_tokens\":20,\"output_tokens\":1}}}\n\n"
#define MESSAGE_TEXT                                                                               \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"  \
    "\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"

static void messages_tell_in_two_events(void **state)
{
    (void)state;
    assert_stream(MESSAGE_START MESSAGE_TEXT MESSAGE_TEXT
                  "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
                  "\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n",
                  TOLD(33, 20, 15));
    assert_plain("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
                 "\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}",
                 TOLD(10, 0, 5));
}

#define CHUNK(content)                                                                             \
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1694268190,\"model\":"   \
    "\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" content                            \
    "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n"
#define LAST_CHUNK                                                                                 \
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,"   \
    "\"total_tokens\":12}}\n\ndata: [DONE]\n\n"

static void the_last_chunk_of_a_stream_tells(void **state)
{
    (void)state;
    assert_stream(CHUNK("") CHUNK("a") CHUNK("b") CHUNK("c") LAST_CHUNK, TOLD(9, 0, 3));
}

static void of_many_usages_the_last_counts(void **state)
{
    (void)state;
#define WITH_USAGE(tokens)                                                                         \
    "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":9,"         \
    "\"completion_tokens\":" tokens "}}\r\n\r\n"
    assert_stream(WITH_USAGE("1") WITH_USAGE("2") WITH_USAGE("3"), TOLD(9, 0, 3));
    assert_stream(WITH_USAGE("1") WITH_USAGE("2") CHUNK("x") CHUNK("x"),
                  ((struct usage_tokens){.prompt = 9, .answer = 4, .is_prompt_told = true}));
    assert_stream(
        MESSAGE_START MESSAGE_TEXT MESSAGE_TEXT,
        ((struct usage_tokens){.prompt = 33, .cached = 20, .answer = 3, .is_prompt_told = true}));
}

static void until_it_is_told_what_came_is_counted(void **state)
{
    (void)state;
    assert_stream("", COUNTED(0));
    assert_stream("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n", COUNTED(0));
    assert_stream(CHUNK("") CHUNK("a") CHUNK("\\n") CHUNK("\xe6\x97\xa5"), COUNTED(3));
    assert_stream(CHUNK("twenty-four bytes in one"), COUNTED(3));
    assert_stream("data: {\"choices\":[{\"text\":\"a\"}]}\n\n"
                  "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"a\"}}]}\n\n"
                  "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\","
                  "\"arguments\":\"{\\\"\"}}]}}]}\n\n"
                  "data: {\"delta\":\"a\"}\n\n"
                  "data: {\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"a\"}}\n\n",
                  COUNTED(5));
    assert_stream("data: {\"type\":\"response.output_text.done\",\"text\":\"again\"}\n\n"
                  "data: {\"item\":{\"content\":[{\"text\":\"again\"}]}}\n\n"
                  "data: {\"choices\":[{\"logprobs\":{\"content\":[{\"token\":\"a\"}]}}]}\n\n",
                  COUNTED(0));
    assert_plain("{\"choices\":[{\"message\":{\"content\":\"four and four\"}}]}", COUNTED(4));
}

static void what_is_no_number_of_tokens_is_not_told(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "-1",
        "1.5",
        "1e3",
        "\"5\"",
        "null",
        "[5]",
        "{\"cached_tokens\":5}",
        "1000000001",
        "18446744073709551617",
        "99999999999999999999999999999999",
        "true",
        "- 5",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "{\"usage\":{\"prompt_tokens\":%s,\"completion_tokens\":%s,\"total_tokens\":%s}}",
                 numbers[i], numbers[i], numbers[i]);
        assert_plain(text, COUNTED(0));
    }
    assert_plain("{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":3}}",
                 ((struct usage_tokens){.answer = 3, .is_answer_told = true}));
    assert_plain("{\"usage\":{\"prompt_tokens\":5", COUNTED(0));
}

static void usage_is_read_nowhere_else(void **state)
{
    (void)state;
#define USAGE "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}"
    static const char *const texts[] = {
        "{\"tools\":[{" USAGE "}]}",
        "{\"metadata\":{" USAGE "}}",
        "{\"choices\":[{" USAGE ",\"delta\":{" USAGE "}}]}",
        "{\"message\":{\"message\":{" USAGE "}}}",
        "{\"response\":[{" USAGE "}]}",
        "[{" USAGE "}]",
        "{\"x\":\"usage\",\"y\":{\"prompt_tokens\":1}}",
        "{\"x\":\"\\\"usage\\\":{\\\"prompt_tokens\\\":1}\"}",
        "{\"us\\u0061ge\":{\"prompt_tokens\":1}}",
        "{\"usage\":[{\"prompt_tokens\":1}]}",
        "{\"usage\":{\"x\":{\"prompt_tokens\":1},\"prompt_tokens_details\":[5]}}",
        "{\"usages\":{\"prompt_tokens\":1},\"Usage\":{\"prompt_tokens\":1}}",
        "{\"usage\":{\"prompt_tokens_and_more_than_any_key_has\":1}}",
        "{}" USAGE,
        "\"x\"{" USAGE "}",
        "}{" USAGE "}",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_plain(texts[i], COUNTED(0));
        char line[256];
        snprintf(line, sizeof line, "data: %s\n\n", texts[i]);
        assert_stream(line, COUNTED(0));
    }
}

static void lines_end_in_any_way_and_objects_with_their_event(void **state)
{
    (void)state;
    assert_stream("data:{\"usage\":\rdata: {\"prompt_tokens\":1\r\ndata:,\"completion_tokens\":2"
                  "\ndata:}}\r\r",
                  TOLD(1, 0, 2));
    assert_stream(
        "data: {\"x\":\"unfinished\ndata: {\"usage\":{\"prompt_tokens\":1}}\n\n" LAST_CHUNK,
        TOLD(9, 0, 3));
    assert_stream(": data: {\"usage\":{\"prompt_tokens\":1}}\n\n"
                  "dat: {\"usage\":{\"prompt_tokens\":1}}\n\n\n\n"
                  "data {\"usage\":{\"prompt_tokens\":1}}\n\n",
                  COUNTED(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_answer_tells_at_its_top),
        cmocka_unit_test(what_was_cached_is_some_of_the_prompt),
        cmocka_unit_test(embeddings_and_ranks_have_no_answer),
        cmocka_unit_test(responses_tell_at_the_top_or_in_their_last_event),
        cmocka_unit_test(messages_tell_in_two_events),
        cmocka_unit_test(the_last_chunk_of_a_stream_tells),
        cmocka_unit_test(of_many_usages_the_last_counts),
        cmocka_unit_test(until_it_is_told_what_came_is_counted),
        cmocka_unit_test(what_is_no_number_of_tokens_is_not_told),
        cmocka_unit_test(usage_is_read_nowhere_else),
        cmocka_unit_test(lines_end_in_any_way_and_objects_with_their_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
