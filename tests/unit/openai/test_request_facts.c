/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "openai/request.h"
#include "tests/test.h"

struct world {
    struct block_pool pool;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct world world;
    block_pool_init(&world.pool, 16384, 4, NULL);
    arena_init(&world.arena, &world.pool);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_clear(&world->arena);
    block_pool_clear(&world->pool);
    return 0;
}

static struct openai_request read_request(struct world *world, enum openai_route route,
                                          const char *body)
{
    struct openai_request request = {0};
    struct openai_error error = {0};
    int r = openai_request_read(&request, route, bytes_from_cstr(body), &world->arena, &error);
    if (r < 0)
        print_error("%s\n  refused: %s\n", body, error.message.at);
    assert_int_equal(r, 0);
    return request;
}

static void assert_prompt(struct world *world, enum openai_route route, const char *body,
                          struct openai_request expected)
{
    struct openai_request request = read_request(world, route, body);
    if (request.prompt_text_bytes != expected.prompt_text_bytes ||
        request.prompt_tokens != expected.prompt_tokens)
        print_error("%s\n  has %llu bytes, %llu tokens\n", body,
                    (unsigned long long)request.prompt_text_bytes,
                    (unsigned long long)request.prompt_tokens);
    assert_int_equal(request.prompt_text_bytes, expected.prompt_text_bytes);
    assert_int_equal(request.prompt_tokens, expected.prompt_tokens);
}

#define TEXT(bytes) ((struct openai_request){.prompt_text_bytes = (bytes)})
#define TOKENS(tokens) ((struct openai_request){.prompt_tokens = (tokens)})
#define BOTH(bytes, tokens)                                                                        \
    ((struct openai_request){.prompt_text_bytes = (bytes), .prompt_tokens = (tokens)})
#define ATTACHED OPENAI_ATTACHMENT_TOKENS

#define CHAT(messages) "{\"model\":\"m\",\"messages\":[" messages "]}"

static void a_chat_weighs_what_its_messages_say(void **state)
{
    struct world *world = *state;
    assert_prompt(world, OPENAI_CHAT, CHAT("{\"role\":\"user\",\"content\":\"12345\"}"), TEXT(5));
    assert_prompt(world, OPENAI_CHAT,
                  CHAT("{\"role\":\"system\",\"content\":\"123\"},{\"role\":\"user\",\"content\":"
                       "[{\"type\":\"text\",\"text\":\"4567\"},\"89\"]}"),
                  TEXT(9));
    assert_prompt(world, OPENAI_CHAT,
                  CHAT("{\"role\":\"assistant\",\"content\":null,\"refusal\":\"12\",\"tool_calls\":"
                       "[{\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"),
                  TEXT(2 + 4));
    assert_prompt(world, OPENAI_CHAT, "{\"model\":\"m\",\"prompt\":\"123\"}", TEXT(3));
}

static void an_attachment_weighs_the_same_whatever_its_size(void **state)
{
    struct world *world = *state;
    assert_prompt(world, OPENAI_CHAT,
                  CHAT("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                       "{\"url\":\"data:image/png;base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}]}"),
                  TOKENS(ATTACHED));
    assert_prompt(world, OPENAI_CHAT,
                  CHAT("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
                       "\"http://a\"},{\"type\":\"file\",\"file\":{}},{\"type\":\"input_audio\","
                       "\"input_audio\":{\"data\":\"AA\"}},{\"type\":\"text\",\"text\":\"1\"}]}"),
                  BOTH(1, 3 * ATTACHED));
}

static void tools_are_read_by_the_model_as_they_are_written(void **state)
{
    struct world *world = *state;
    static const char tools[] = "[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
    char body[256];
    snprintf(body, sizeof body, "{\"model\":\"m\",\"messages\":[{\"role\":\"u\"}],\"tools\":%s}",
             tools);
    assert_prompt(world, OPENAI_CHAT, body, TEXT(sizeof tools - 1));
    assert_prompt(world, OPENAI_CHAT,
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"u\"}],\"tools\":null}", TEXT(0));
}

static void numbers_are_tokens_already(void **state)
{
    struct world *world = *state;
    assert_prompt(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"1234\"}", TEXT(4));
    assert_prompt(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"12\",\"345\"]}",
                  TEXT(5));
    assert_prompt(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[100,200,300]}",
                  TOKENS(3));
    assert_prompt(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[[1,2],[3]]}", TOKENS(3));
    assert_prompt(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"12\",[1,2],\"3\"]}",
                  BOTH(3, 2));
}

static void other_routes_weigh_what_they_call_their_prompt(void **state)
{
    struct world *world = *state;
    assert_prompt(world, OPENAI_RESPONSES,
                  "{\"model\":\"m\",\"instructions\":\"123\",\"input\":\"4567\"}", TEXT(5 + 4));
    assert_prompt(world, OPENAI_RESPONSES,
                  "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":"
                  "\"input_text\",\"text\":\"123\"},{\"type\":\"input_image\",\"image_url\":"
                  "\"data:\"}]},{\"type\":\"function_call_output\",\"output\":\"45\"}]}",
                  BOTH(5, ATTACHED));
    assert_prompt(world, OPENAI_MESSAGES,
                  "{\"model\":\"m\",\"max_tokens\":5,\"system\":\"12\",\"messages\":[{\"role\":"
                  "\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"data\":\"AAAAAAAA\"}},"
                  "{\"type\":\"tool_result\",\"content\":[{\"type\":\"text\",\"text\":\"345\"}]},"
                  "{\"type\":\"tool_use\",\"input\":{}}]}]}",
                  BOTH(4 + 3 + 2, ATTACHED));
    assert_prompt(world, OPENAI_UNKNOWN, "{\"query\":\"12345\"}", TEXT(17));
}

static void assert_choices(struct world *world, const char *members, uint64_t choices)
{
    char body[256];
    snprintf(body, sizeof body, "{\"model\":\"m\",%s}", members);
    assert_int_equal(read_request(world, OPENAI_COMPLETIONS, body).choices, choices);
}

static void every_choice_of_every_prompt_is_an_answer(void **state)
{
    struct world *world = *state;
    assert_choices(world, "\"prompt\":\"x\"", 1);
    assert_choices(world, "\"prompt\":\"x\",\"n\":null", 1);
    assert_choices(world, "\"prompt\":\"x\",\"n\":5", 5);
    assert_choices(world, "\"prompt\":\"x\",\"n\":2,\"best_of\":4", 4);
    assert_choices(world, "\"prompt\":\"x\",\"n\":2,\"best_of\":0", 2);
    assert_choices(world, "\"prompt\":[1,2,3],\"n\":2", 2);
    assert_choices(world, "\"prompt\":[\"x\",\"y\",[1,2]],\"n\":2", 6);
}

static void the_service_tier_is_told_as_it_is_written(void **state)
{
    struct world *world = *state;
    struct openai_request request = read_request(
        world, OPENAI_CHAT,
        "{\"model\":\"m\",\"service_tier\":\"flex\",\"messages\":[{\"role\":\"user\"}]}");
    assert_true(bytes_equal(request.service_tier, BYTES("flex")));
    request = read_request(world, OPENAI_RESPONSES, "{\"service_tier\":null}");
    assert_null(request.service_tier.at);
    request = read_request(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}");
    assert_null(request.service_tier.at);
}

/* The request after the edit: sound, and it asks. */
static void assert_asks(struct world *world, const char *before, const char *after)
{
    struct openai_request request = read_request(world, OPENAI_COMPLETIONS, before);
    struct splice_edit edit = openai_request_ask_usage(&request);
    struct bytes parts[SPLICE_PARTS(1)];
    size_t count = splice_parts(bytes_from_cstr(before), &edit, 1, parts);
    struct bytes edited = arena_join(&world->arena, parts, count);
    assert_non_null(edited.at);
    assert_string_equal(edited.at, after);
    request = read_request(world, OPENAI_COMPLETIONS, edited.at);
    assert_true(request.stream && request.include_usage);
}

#define ASKING(options, rest) "{\"model\":\"m\",\"prompt\":\"x\"," options rest "}"

static void a_stream_is_asked_for_usage_and_keeps_its_other_bytes(void **state)
{
    struct world *world = *state;
    assert_asks(world, ASKING("", " \"stream\" : true"),
                ASKING(" ", "\"stream_options\":{\"include_usage\":true},\"stream\" : true"));
    assert_asks(world, ASKING("\"stream_options\":null,", "\"stream\":true"),
                ASKING("\"stream_options\":{\"include_usage\":true},", "\"stream\":true"));
    assert_asks(world, ASKING("\"stream_options\":{ },", "\"stream\":true"),
                ASKING("\"stream_options\":{\"include_usage\":true },", "\"stream\":true"));
    assert_asks(world, ASKING("\"stream\":true,", "\"stream_options\":{\"x\": 1}"),
                ASKING("\"stream\":true,", "\"stream_options\":{\"include_usage\":true,\"x\": 1}"));
    assert_asks(world, ASKING("\"stream\":true,", "\"stream_options\":{\"include_usage\": false}"),
                ASKING("\"stream\":true,", "\"stream_options\":{\"include_usage\": true}"));
    assert_asks(world, ASKING("\"stream\":true,", "\"stream_options\":{\"include_usage\":null}"),
                ASKING("\"stream\":true,", "\"stream_options\":{\"include_usage\":true}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chat_weighs_what_its_messages_say),
        cmocka_unit_test(an_attachment_weighs_the_same_whatever_its_size),
        cmocka_unit_test(tools_are_read_by_the_model_as_they_are_written),
        cmocka_unit_test(numbers_are_tokens_already),
        cmocka_unit_test(other_routes_weigh_what_they_call_their_prompt),
        cmocka_unit_test(every_choice_of_every_prompt_is_an_answer),
        cmocka_unit_test(the_service_tier_is_told_as_it_is_written),
        cmocka_unit_test(a_stream_is_asked_for_usage_and_keeps_its_other_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
