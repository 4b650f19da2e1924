/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/request_rules.h"

#include <errno.h>

#include "openai/request.h"
#include "tests/test.h"

/* One field, or a few, beside what the route needs. */
struct row {
    enum openai_route route;
    const char *fields;
    const char *param; /* of the refusal; NULL: accepted */
};

static const char *needs_of(enum openai_route route)
{
    switch (route) {
    case OPENAI_CHAT:
        return "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    case OPENAI_COMPLETIONS:
        return "\"model\":\"m\",\"prompt\":\"Hi\"";
    case OPENAI_EMBEDDINGS:
    case OPENAI_RESPONSES:
        return "\"model\":\"m\",\"input\":\"Hi\"";
    case OPENAI_MESSAGES:
        return "\"model\":\"m\",\"max_tokens\":9,"
               "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    case OPENAI_COUNT_TOKENS:
        return "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    case OPENAI_STORED_RESPONSE:
    case OPENAI_MODELS:
    case OPENAI_UNKNOWN:
        return "\"model\":\"m\"";
    }
    return "";
}

static void assert_verdict(enum openai_route route, struct bytes body, const char *param)
{
    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    struct openai_error error = {0};
    block_pool_init(&pool, 4096, 0, NULL);
    arena_init(&arena, &pool);

    int r = openai_request_read(&request, route, body, &arena, &error);
    bool is_right = param ? r == -EINVAL && error.param && strcmp(error.param, param) == 0 : r == 0;
    if (!is_right)
        print_error("%.*s\n  %s: %s\n", (int)body.length, body.at,
                    r == 0        ? "accepted"
                    : error.param ? error.param
                                  : "no param",
                    r == 0 ? "" : error.message.at);
    assert_true(is_right);
    if (param)
        assert_true(bytes_find(error.message, bytes_from_cstr(param)) >= 0);

    arena_clear(&arena);
    block_pool_clear(&pool);
}

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer body = {0};
        assert_int_equal(
            buffer_append_format(&body, "{%s,%s}", needs_of(rows[i].route), rows[i].fields), 0);
        assert_verdict(rows[i].route, buffer_bytes(&body), rows[i].param);
        buffer_clear(&body);
    }
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof *(rows))

#define CHAT(fields, param)                                                                        \
    {                                                                                              \
        OPENAI_CHAT, fields, param                                                                 \
    }

static void numbers_have_the_range_that_the_api_documents(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"temperature\":0", NULL),
        CHAT("\"temperature\":2", NULL),
        CHAT("\"temperature\":2.0e0", NULL),
        CHAT("\"temperature\":null", NULL),
        CHAT("\"temperature\":2.001", "temperature"),
        CHAT("\"temperature\":-0.1", "temperature"),
        CHAT("\"temperature\":1e999", "temperature"),
        CHAT("\"temperature\":\"0.7\"", "temperature"),
        CHAT("\"temperature\":true", "temperature"),
        CHAT("\"temperature\":[0.7]", "temperature"),
        CHAT("\"top_p\":1", NULL),
        CHAT("\"top_p\":1.5", "top_p"),
        CHAT("\"top_p\":-1", "top_p"),
        CHAT("\"frequency_penalty\":-2", NULL),
        CHAT("\"frequency_penalty\":2.5", "frequency_penalty"),
        CHAT("\"presence_penalty\":2", NULL),
        CHAT("\"presence_penalty\":-2.5", "presence_penalty"),
        CHAT("\"min_p\":0.05", NULL),
        CHAT("\"min_p\":2", "min_p"),
        CHAT("\"repetition_penalty\":1.1", NULL),
        CHAT("\"repetition_penalty\":-1", "repetition_penalty"),
        CHAT("\"logit_bias\":{\"50256\":-100,\"1\":1.5}", NULL),
        CHAT("\"logit_bias\":{}", NULL),
        CHAT("\"logit_bias\":{\"50256\":-101}", "logit_bias"),
        CHAT("\"logit_bias\":{\"50256\":\"1\"}", "logit_bias"),
        CHAT("\"logit_bias\":[1]", "logit_bias"),
    };
    ASSERT_ROWS(rows);
}

static void whole_numbers_have_no_fraction_and_fit_64_bits(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"n\":1", NULL),
        CHAT("\"n\":128", NULL),
        CHAT("\"n\":null", NULL),
        CHAT("\"n\":0", "n"),
        CHAT("\"n\":-1", "n"),
        CHAT("\"n\":129", "n"),
        CHAT("\"n\":1000000", "n"),
        CHAT("\"n\":1.5", "n"),
        CHAT("\"n\":1e1", "n"),
        CHAT("\"n\":\"2\"", "n"),
        CHAT("\"best_of\":0", NULL),
        CHAT("\"best_of\":1000000", "best_of"),
        CHAT("\"seed\":-9223372036854775808", NULL),
        CHAT("\"seed\":18446744073709551616", "seed"),
        CHAT("\"seed\":0.5", "seed"),
        CHAT("\"top_k\":-1", NULL),
        CHAT("\"top_k\":\"40\"", "top_k"),
        CHAT("\"min_tokens\":-1", "min_tokens"),
        CHAT("\"stop_token_ids\":[1,2]", NULL),
        CHAT("\"stop_token_ids\":[1,null]", "stop_token_ids[1]"),
        CHAT("\"max_tokens\":10", NULL),
        CHAT("\"max_tokens\":-1", NULL),
        CHAT("\"max_tokens\":\"10\"", "max_tokens"),
        CHAT("\"max_completion_tokens\":1.5", "max_completion_tokens"),
    };
    ASSERT_ROWS(rows);
}

static void logprobs_are_told_from_their_number(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"logprobs\":true", NULL),
        CHAT("\"logprobs\":true,\"top_logprobs\":20", NULL),
        CHAT("\"top_logprobs\":5,\"logprobs\":true", NULL),
        CHAT("\"top_logprobs\":0", NULL),
        CHAT("\"top_logprobs\":null,\"logprobs\":null", NULL),
        CHAT("\"top_logprobs\":5", "top_logprobs"),
        CHAT("\"top_logprobs\":5,\"logprobs\":false", "top_logprobs"),
        CHAT("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs"),
        CHAT("\"logprobs\":true,\"top_logprobs\":-1", "top_logprobs"),
        CHAT("\"logprobs\":5", "logprobs"),
        {OPENAI_COMPLETIONS, "\"logprobs\":5", NULL},
        {OPENAI_COMPLETIONS, "\"logprobs\":true", "logprobs"},
        {OPENAI_COMPLETIONS, "\"logprobs\":21", "logprobs"},
        {OPENAI_RESPONSES, "\"top_logprobs\":5", NULL},
    };
    ASSERT_ROWS(rows);
}

static void stops_are_a_string_or_strings(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"stop\":null", NULL),
        CHAT("\"stop\":\"\\n\"", NULL),
        CHAT("\"stop\":[]", NULL),
        CHAT("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", NULL),
        CHAT("\"stop\":5", "stop"),
        CHAT("\"stop\":{}", "stop"),
        CHAT("\"stop\":[\"a\",5]", "stop[1]"),
        {OPENAI_MESSAGES, "\"stop_sequences\":[\"a\"]", NULL},
        {OPENAI_MESSAGES, "\"stop_sequences\":\"a\"", "stop_sequences"},
    };
    ASSERT_ROWS(rows);
}

static void streams_and_formats_are_of_their_type(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"stream\":\"true\"", "stream"),
        CHAT("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":1}", NULL),
        CHAT("\"stream_options\":{\"include_usage\":true},\"stream\":true", NULL),
        CHAT("\"stream_options\":null", NULL),
        CHAT("\"stream\":false,\"stream_options\":{\"include_usage\":true}", NULL),
        CHAT("\"stream\":true,\"stream_options\":true", "stream_options"),
        CHAT("\"response_format\":{\"type\":\"json_object\"}", NULL),
        CHAT("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\","
             "\"schema\":{\"type\":\"object\"},\"strict\":true}}",
             NULL),
        CHAT("\"response_format\":\"json\"", "response_format"),
        CHAT("\"response_format\":{}", "response_format.type"),
        CHAT("\"response_format\":{\"type\":5}", "response_format.type"),
        CHAT("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":5}}",
             "response_format.json_schema.schema"),
        CHAT("\"user\":5", "user"),
        CHAT("\"metadata\":[]", "metadata"),
        CHAT("\"modalities\":[\"text\"]", NULL),
        CHAT("\"modalities\":\"text\"", "modalities"),
        CHAT("\"reasoning_effort\":\"minimal\"", NULL),
        CHAT("\"reasoning_effort\":1", "reasoning_effort"),
        CHAT("\"chat_template_kwargs\":{\"enable_thinking\":false}", NULL),
        CHAT("\"chat_template_kwargs\":\"x\"", "chat_template_kwargs"),
    };
    ASSERT_ROWS(rows);
}

static void tools_have_types_and_names(void **state)
{
    (void)state;
    static const struct row rows[] = {
        CHAT("\"tools\":[]", NULL),
        CHAT("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]",
             NULL),
        CHAT("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\"}}]", NULL),
        CHAT("\"tools\":{}", "tools"),
        CHAT("\"tools\":[5]", "tools[0]"),
        CHAT("\"tools\":[{\"function\":{\"name\":\"f\"}}]", "tools[0].type"),
        CHAT("\"tools\":[{\"type\":\"function\",\"function\":{}}]", "tools[0].function.name"),
        CHAT("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
             "\"parameters\":\"x\"}}]",
             "tools[0].function.parameters"),
        CHAT("\"tool_choice\":\"auto\"", NULL),
        CHAT("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", NULL),
        CHAT("\"tool_choice\":\"perhaps\"", "tool_choice"),
        CHAT("\"tool_choice\":5", "tool_choice"),
        CHAT("\"tool_choice\":{\"type\":\"function\",\"function\":{}}",
             "tool_choice.function.name"),
        CHAT("\"parallel_tool_calls\":\"no\"", "parallel_tool_calls"),
        {OPENAI_RESPONSES, "\"tools\":[{\"type\":\"web_search\"}]", NULL},
        {OPENAI_RESPONSES, "\"tools\":[1]", "tools[0]"},
        {OPENAI_MESSAGES, "\"tools\":[{\"name\":\"f\",\"input_schema\":{}}]", NULL},
        {OPENAI_MESSAGES, "\"tool_choice\":\"auto\"", "tool_choice"},
    };
    ASSERT_ROWS(rows);
}

static void assert_messages(enum openai_route route, const char *messages, const char *param)
{
    struct buffer body = {0};
    assert_int_equal(
        buffer_append_format(&body, "{\"model\":\"m\",\"max_tokens\":9,\"messages\":%s}", messages),
        0);
    assert_verdict(route, buffer_bytes(&body), param);
    buffer_clear(&body);
}

static void messages_have_roles_and_contents(void **state)
{
    (void)state;
    static const struct {
        const char *messages, *param;
    } rows[] = {
        {"[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]", NULL},
        {"[{\"role\":\"ipython\",\"content\":\"a\",\"x\":1}]", NULL},
        {"[{\"role\":\"user\",\"content\":\"\"}]", NULL},
        {"[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
         "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\",\"detail\":\"low\"}},"
         "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\",\"format\":\"wav\"}},"
         "{\"type\":\"video_url\",\"video_url\":{}},\"b\"]}]",
         NULL},
        {"[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
         "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
         "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"}]",
         NULL},
        {"\"Hi\"", "messages"},
        {"{}", "messages"},
        {"[\"Hi\"]", "messages[0]"},
        {"[{\"role\":\"user\",\"content\":\"a\"},null]", "messages[1]"},
        {"[{\"content\":\"a\"}]", "messages[0].role"},
        {"[{\"role\":null,\"content\":\"a\"}]", "messages[0].role"},
        {"[{\"role\":\"\",\"content\":\"a\"}]", "messages[0].role"},
        {"[{\"role\":5,\"content\":\"a\"}]", "messages[0].role"},
        {"[{\"role\":\"user\",\"content\":5}]", "messages[0].content"},
        {"[{\"role\":\"user\",\"content\":{}}]", "messages[0].content"},
        {"[{\"role\":\"user\",\"content\":[5]}]", "messages[0].content[0]"},
        {"[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}]", "messages[0].content[0].type"},
        {"[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":5}]}]",
         "messages[0].content[0].text"},
        {"[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]",
         "messages[0].content[0].image_url.url"},
        {"[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":[{\"type\":"
         "\"image_url\",\"image_url\":{\"url\":\"\"}}]}]",
         "messages[1].content[0].image_url.url"},
        {"[{\"role\":\"assistant\",\"tool_calls\":{}}]", "messages[0].tool_calls"},
        {"[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"arguments\":5}}]}]",
         "messages[0].tool_calls[0].function.arguments"},
        {"[{\"role\":\"user\",\"Role\":\"system\"}]", "messages[0].role"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_messages(OPENAI_CHAT, rows[i].messages, rows[i].param);
        assert_messages(OPENAI_MESSAGES, rows[i].messages, rows[i].param);
        assert_messages(OPENAI_COUNT_TOKENS, rows[i].messages, rows[i].param);
    }
}

static void what_is_embedded_or_completed_may_be_tokens(void **state)
{
    (void)state;
    static const struct {
        enum openai_route route;
        const char *value, *param;
    } rows[] = {
        {OPENAI_COMPLETIONS, "\"\"", NULL},
        {OPENAI_COMPLETIONS, "[\"a\",\"b\"]", NULL},
        {OPENAI_COMPLETIONS, "[1,2]", NULL},
        {OPENAI_COMPLETIONS, "[[1,2],[3]]", NULL},
        {OPENAI_COMPLETIONS, "[]", "prompt"},
        {OPENAI_COMPLETIONS, "null", "prompt"},
        {OPENAI_COMPLETIONS, "5", "prompt"},
        {OPENAI_COMPLETIONS, "[true]", "prompt[0]"},
        {OPENAI_COMPLETIONS, "[[1,\"a\"]]", "prompt[0][1]"},
        {OPENAI_EMBEDDINGS, "\"a\"", NULL},
        {OPENAI_EMBEDDINGS, "[\"a\"]", NULL},
        {OPENAI_EMBEDDINGS, "[[1],[2,3]]", NULL},
        {OPENAI_EMBEDDINGS, "\"\"", "input"},
        {OPENAI_EMBEDDINGS, "[]", "input"},
        {OPENAI_EMBEDDINGS, "{}", "input"},
        {OPENAI_EMBEDDINGS, "[1.5]", "input[0]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer body = {0};
        const char *name = rows[i].route == OPENAI_COMPLETIONS ? "prompt" : "input";
        assert_int_equal(
            buffer_append_format(&body, "{\"model\":\"m\",\"%s\":%s}", name, rows[i].value), 0);
        assert_verdict(rows[i].route, buffer_bytes(&body), rows[i].param);
        buffer_clear(&body);
    }
    static const struct row others[] = {
        {OPENAI_EMBEDDINGS, "\"dimensions\":256,\"encoding_format\":\"base64\"", NULL},
        {OPENAI_EMBEDDINGS, "\"dimensions\":0", "dimensions"},
        {OPENAI_EMBEDDINGS, "\"encoding_format\":1", "encoding_format"},
        {OPENAI_COMPLETIONS, "\"echo\":1", "echo"},
        {OPENAI_COMPLETIONS, "\"suffix\":\"x\"", NULL},
    };
    ASSERT_ROWS(others);
}

static void responses_and_messages_have_their_own_fields(void **state)
{
    (void)state;
    assert_verdict(OPENAI_RESPONSES, BYTES("{}"), NULL);
    assert_verdict(OPENAI_RESPONSES, BYTES("{\"input\":5}"), "input");
    assert_verdict(OPENAI_RESPONSES, BYTES("{\"model\":\"m\",\"previous_response_id\":\"r\"}"),
                   NULL);
    assert_verdict(OPENAI_RESPONSES, BYTES("{\"model\":\"m\",\"input\":[{\"role\":\"user\"}]}"),
                   NULL);
    assert_verdict(OPENAI_RESPONSES, BYTES("{\"model\":\"m\",\"input\":[1]}"), "input[0]");
    assert_verdict(OPENAI_MESSAGES,
                   BYTES("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"),
                   "max_tokens");
    assert_verdict(OPENAI_MESSAGES, BYTES("{\"model\":\"m\",\"max_tokens\":9}"), "messages");
    assert_verdict(OPENAI_COUNT_TOKENS, BYTES("{\"model\":\"m\",\"messages\":[]}"), "messages");
    static const struct row rows[] = {
        {OPENAI_RESPONSES, "\"max_output_tokens\":5,\"store\":false,\"background\":true", NULL},
        {OPENAI_RESPONSES, "\"max_output_tokens\":\"5\"", "max_output_tokens"},
        {OPENAI_RESPONSES, "\"instructions\":5", "instructions"},
        {OPENAI_RESPONSES, "\"include\":[1]", "include[0]"},
        {OPENAI_MESSAGES, "\"system\":[{\"type\":\"text\",\"text\":\"a\"}]", NULL},
        {OPENAI_MESSAGES, "\"system\":5", "system"},
        {OPENAI_MESSAGES, "\"thinking\":\"on\"", "thinking"},
        {OPENAI_COUNT_TOKENS, "\"max_tokens\":0", "max_tokens"},
        {OPENAI_UNKNOWN, "\"temperature\":\"any\"", NULL},
        {OPENAI_UNKNOWN, "\"stream\":1", "stream"},
    };
    ASSERT_ROWS(rows);
}

static void refusals_have_the_shape_of_their_route(void **state)
{
    (void)state;
    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    struct openai_error error = {0};
    block_pool_init(&pool, 4096, 0, NULL);
    arena_init(&arena, &pool);
    assert_int_equal(openai_request_read(&request, OPENAI_MESSAGES, BYTES("{"), &arena, &error),
                     -EINVAL);
    assert_int_equal(error.shape, ERROR_SHAPE_ANTHROPIC);
    assert_int_equal(openai_request_read(&request, OPENAI_CHAT, BYTES("{"), &arena, &error),
                     -EINVAL);
    assert_int_equal(error.shape, ERROR_SHAPE_OPENAI);
    arena_clear(&arena);
    block_pool_clear(&pool);
}

static void no_shape_has_more_fields_than_a_mask_has_bits_nor_one_twice(void **state)
{
    (void)state;
    for (enum openai_route route = OPENAI_CHAT; route <= OPENAI_UNKNOWN; route++) {
        const struct shape_rule *shape = request_shape(route);
        const struct field_rule *all[SHAPE_FIELDS_LIMIT];
        size_t count = 0;
        for (size_t group = 0; group < SHAPE_GROUPS; group++) {
            for (size_t i = 0; i < shape->groups[group].count; i++) {
                assert_true(count < SHAPE_FIELDS_LIMIT);
                all[count] = &shape->groups[group].at[i];
                for (size_t other = 0; other < count; other++)
                    assert_false(bytes_equal(all[other]->name, all[count]->name));
                count++;
            }
        }
        assert_true(count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_the_range_that_the_api_documents),
        cmocka_unit_test(whole_numbers_have_no_fraction_and_fit_64_bits),
        cmocka_unit_test(logprobs_are_told_from_their_number),
        cmocka_unit_test(stops_are_a_string_or_strings),
        cmocka_unit_test(streams_and_formats_are_of_their_type),
        cmocka_unit_test(tools_have_types_and_names),
        cmocka_unit_test(messages_have_roles_and_contents),
        cmocka_unit_test(what_is_embedded_or_completed_may_be_tokens),
        cmocka_unit_test(responses_and_messages_have_their_own_fields),
        cmocka_unit_test(refusals_have_the_shape_of_their_route),
        cmocka_unit_test(no_shape_has_more_fields_than_a_mask_has_bits_nor_one_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
