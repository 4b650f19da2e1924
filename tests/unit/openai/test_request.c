/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/request.h"

#include <errno.h>

#include "openai/json_reader.h"
#include "tests/test.h"

struct world {
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
    struct openai_request request;
    struct openai_error error;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){0};
    memory_budget_init(&world.budget, 0);
    block_pool_init(&world.pool, 16384, 4, &world.budget);
    arena_init(&world.arena, &world.pool);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_clear(&world->arena);
    assert_int_equal(memory_budget_used(&world->budget), 0);
    block_pool_clear(&world->pool);
    return 0;
}

static int read_bytes(struct world *world, enum openai_route route, struct bytes body)
{
    world->request = (struct openai_request){0};
    world->error = (struct openai_error){0};
    return openai_request_read(&world->request, route, body, &world->arena, &world->error);
}

static void assert_accepted(struct world *world, enum openai_route route, const char *body)
{
    int r = read_bytes(world, route, bytes_from_cstr(body));
    if (r != 0)
        print_error("%s\n  refused: %s\n", body, world->error.message.at);
    assert_int_equal(r, 0);
}

/* The sentence names the field, so that whoever reads it knows where to look. */
static void assert_refused(struct world *world, enum openai_route route, const char *body,
                           const char *param)
{
    int r = read_bytes(world, route, bytes_from_cstr(body));
    if (r != -EINVAL)
        print_error("%s\n  was not refused\n", body);
    assert_int_equal(r, -EINVAL);
    assert_int_equal(world->error.status, 400);
    assert_null(world->request.model.at);
    if (!param) {
        assert_null(world->error.param);
        return;
    }
    assert_string_equal(world->error.param, param);
    assert_true(bytes_find(world->error.message, bytes_from_cstr(param)) >= 0);
}

#define MESSAGES "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define CHAT(fields) "{\"model\":\"m\"," MESSAGES fields "}"

static void reads_the_facts_and_passes_over_the_rest(void **state)
{
    struct world *world = *state;
    assert_accepted(world, OPENAI_CHAT,
                    "{\"odd\":1e999,\"vendor\":{\"model\":1,\"Stream\":2},\"model\":"
                    "\"m\\u00e4\\\"x\",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
                    "\"include_obfuscation\":3},\"max_tokens\":7," MESSAGES "}");
    assert_true(bytes_equal(world->request.model, BYTES("m\xc3\xa4\"x")));
    assert_true(world->request.stream);
    assert_true(world->request.include_usage);
    assert_true(world->request.has_max_tokens);
    assert_int_equal(world->request.max_tokens, 7);
}

static void what_is_not_said_is_off(void **state)
{
    struct world *world = *state;
    assert_accepted(world, OPENAI_CHAT, CHAT(""));
    assert_false(world->request.stream);
    assert_false(world->request.include_usage);
    assert_false(world->request.has_max_tokens);
    assert_accepted(world, OPENAI_CHAT,
                    CHAT(",\"stream\":null,\"stream_options\":null,\"max_tokens\":null"));
    assert_false(world->request.stream);
    assert_false(world->request.has_max_tokens);
    assert_accepted(world, OPENAI_CHAT,
                    CHAT(",\"stream\":true,\"stream_options\":{\"include_usage\":null}"));
    assert_false(world->request.include_usage);
}

static void token_limits_are_whole_numbers_and_the_larger_counts(void **state)
{
    struct world *world = *state;
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"max_tokens\":5,\"max_completion_tokens\":9"));
    assert_int_equal(world->request.max_tokens, 9);
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"max_tokens\":9,\"max_completion_tokens\":5"));
    assert_int_equal(world->request.max_tokens, 9);
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"max_tokens\":0"));
    assert_true(world->request.has_max_tokens);
    assert_int_equal(world->request.max_tokens, 0);
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"max_tokens\":-1"));
    assert_false(world->request.has_max_tokens);

    assert_refused(world, OPENAI_CHAT, CHAT(",\"max_tokens\":\"5\""), "max_tokens");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"max_tokens\":1.5"), "max_tokens");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"max_tokens\":1e3"), "max_tokens");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"max_tokens\":99999999999999999999"), "max_tokens");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"max_completion_tokens\":[1]"),
                   "max_completion_tokens");
}

static void a_field_we_decide_on_may_be_there_once_only(void **state)
{
    struct world *world = *state;
    assert_refused(world, OPENAI_CHAT, CHAT(",\"model\":\"m\""), "model");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream\":true,\"stream\":true"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream\":null,\"stream\":true"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream\":true,\"str\\u0065am\":false"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT("," MESSAGES), "messages");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"prompt\":\"a\",\"prompt\":\"b\""), "prompt");
    assert_refused(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"a\",\"input\":\"b\"}",
                   "input");
    assert_refused(world, OPENAI_CHAT,
                   "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"role\":\"user\"}]}",
                   "messages[0].role");
    assert_refused(world, OPENAI_CHAT,
                   CHAT(",\"stream_options\":{\"include_usage\":true,\"include_usage\":false}"),
                   "stream_options.include_usage");
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"vendor\":1,\"vendor\":2,\"input\":1,\"input\":2"));
}

/* A server in Go, say, would take each of these for the field itself. */
static void another_spelling_of_such_a_field_is_refused(void **state)
{
    struct world *world = *state;
    assert_refused(world, OPENAI_CHAT, CHAT(",\"Stream\":true"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"MODEL\":\"other\""), "model");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"\xc5\xbftream\":true"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"\\u017ftream\":true"), "stream");
    assert_refused(world, OPENAI_CHAT,
                   CHAT(",\"max_to\xe2\x84\xaa"
                        "ens\":1"),
                   "max_tokens");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream_options\":{\"Include_Usage\":true}"),
                   "stream_options.include_usage");
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"stream \":true,\"include_usage\":3"));
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"model\\u0000\":1"));
}

static void a_wrong_type_is_refused_by_name(void **state)
{
    struct world *world = *state;
    assert_refused(world, OPENAI_CHAT, "{\"model\":1," MESSAGES "}", "model");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"\"," MESSAGES "}", "model");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream\":\"true\""), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream\":1"), "stream");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream_options\":true"), "stream_options");
    assert_refused(world, OPENAI_CHAT, CHAT(",\"stream_options\":{\"include_usage\":1}"),
                   "stream_options.include_usage");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\",\"messages\":\"Hi\"}", "messages");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\",\"messages\":[]}", "messages");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\",\"messages\":{}}", "messages");
    assert_refused(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":5}", "prompt");
    assert_refused(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"\"}", "input");
}

static void each_route_needs_its_own_fields(void **state)
{
    struct world *world = *state;
    assert_refused(world, OPENAI_CHAT, "{" MESSAGES "}", "model");
    assert_refused(world, OPENAI_CHAT, "{\"model\":null," MESSAGES "}", "model");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\"}", "messages");
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\",\"messages\":null}", "messages");

    assert_refused(world, OPENAI_COMPLETIONS, "{\"model\":\"m\"," MESSAGES "}", "prompt");
    assert_accepted(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"\"}");
    assert_accepted(world, OPENAI_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2]}");

    assert_refused(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\"}", "input");
    assert_accepted(world, OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"a\"]}");
    assert_accepted(world, OPENAI_UNKNOWN, "{\"model\":\"m\"}");
}

static void only_strict_json_is_json(void **state)
{
    struct world *world = *state;
    static const char *const refused[] = {
        "",
        " ",
        "[]",
        "1",
        "\"x\"",
        "null",
        "{",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":01}",
        "{}x",
        "{\"a\":NaN}",
        "{\"a\":\"\n\"}",
        "/**/{}",
        "{\"a\":\"\\x\"}",
        "\xef\xbb\xbf{}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\\ud800\"}",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_refused(world, OPENAI_UNKNOWN, refused[i], NULL);
    assert_int_equal(read_bytes(world, OPENAI_UNKNOWN, BYTES("{}\0")), -EINVAL);
    assert_string_equal(world->error.code, "invalid_json");
}

static void append_times(struct buffer *body, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        assert_int_equal(buffer_append(body, bytes_from_cstr(text)), 0);
}

/* The object itself is the first level. */
static int read_nested(struct world *world, size_t levels)
{
    struct buffer body = {0};
    append_times(&body, "{\"model\":\"m\",\"x\":", 1);
    append_times(&body, "[", levels - 1);
    append_times(&body, "]", levels - 1);
    append_times(&body, "}", 1);
    int r = read_bytes(world, OPENAI_UNKNOWN, buffer_bytes(&body));
    buffer_clear(&body);
    return r;
}

static void depth_has_a_limit_and_needs_no_stack(void **state)
{
    struct world *world = *state;
    assert_int_equal(read_nested(world, JSON_DEPTH_LIMIT), 0);
    assert_int_equal(read_nested(world, JSON_DEPTH_LIMIT + 1), -EINVAL);
    assert_string_equal(world->error.code, "too_deep");
    assert_int_equal(read_nested(world, 1000000), -EINVAL);
}

static void many_siblings_are_not_depth(void **state)
{
    struct world *world = *state;
    struct buffer body = {0};
    append_times(&body, "{\"model\":\"m\",\"x\":[", 1);
    append_times(&body, "[],[{}],", 9000);
    append_times(&body, "0]}", 1);
    assert_int_equal(read_bytes(world, OPENAI_UNKNOWN, buffer_bytes(&body)), 0);
    buffer_clear(&body);
}

static void reading_needs_memory_for_the_model_alone(void **state)
{
    struct world *world = *state;
    struct buffer body = {0};
    append_times(&body, "{\"model\":\"m\",\"input\":[", 1);
    append_times(&body, "1,", 200000);
    append_times(&body, "1]}", 1);
    world->budget.limit_bytes = 16384;
    assert_int_equal(read_bytes(world, OPENAI_EMBEDDINGS, buffer_bytes(&body)), 0);
    buffer_clear(&body);
}

static void without_memory_the_answer_is_enomem(void **state)
{
    struct world *world = *state;
    world->budget.limit_bytes = 1;
    assert_int_equal(read_bytes(world, OPENAI_CHAT, BYTES(CHAT(""))), -ENOMEM);
    assert_int_equal(read_bytes(world, OPENAI_CHAT, BYTES("{\"stream\":1}")), -ENOMEM);
    world->budget.limit_bytes = 16384;
    assert_int_equal(read_bytes(world, OPENAI_CHAT, BYTES(CHAT(""))), 0);
}

static void says_where_the_model_stands(void **state)
{
    struct world *world = *state;
    static const char body[] = "{ \"mod\\u0065l\" : \"a\\u0062\" ," MESSAGES "}";
    assert_accepted(world, OPENAI_CHAT, body);
    assert_true(bytes_equal(world->request.model, BYTES("ab")));
    assert_true(bytes_equal(world->request.model_raw, BYTES("\"a\\u0062\"")));
    assert_true(world->request.model_raw.at > body &&
                world->request.model_raw.at < body + sizeof body);
}

static void assert_wrapped(struct world *world, const char *body, const char *expected)
{
    struct splice_edit edits[OPENAI_WRAP_EDITS];
    struct bytes parts[SPLICE_PARTS(OPENAI_WRAP_EDITS)], whole;
    assert_accepted(world, OPENAI_CHAT, body);
    assert_non_null(world->request.prompt_raw.at);
    openai_request_wrap_prompt(&world->request, edits);
    size_t count = splice_parts(bytes_from_cstr(body), edits, OPENAI_WRAP_EDITS, parts);
    whole = arena_join(&world->arena, parts, count);
    assert_string_equal(whole.at, expected);
    assert_int_equal(read_bytes(world, OPENAI_CHAT, whole), 0);
    assert_null(world->request.prompt_raw.at);
}

static void a_prompt_stands_for_one_message_of_the_user(void **state)
{
    struct world *world = *state;
    assert_wrapped(world, "{\"model\":\"m\",\"prompt\" : \"Hi \\u00e4\" ,\"n\":1}",
                   "{\"model\":\"m\",\"messages\" : [{\"role\":\"user\",\"content\":"
                   "\"Hi \\u00e4\"}] ,\"n\":1}");
    assert_wrapped(
        world, "{\"prompt\":\"Hi\",\"model\":\"m\",\"messages\":null}",
        "{\"prompt\":\"Hi\",\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
        "\"Hi\"}]}");
    assert_wrapped(world, "{\"messages\":[ ],\"prompt\":\"Hi\",\"model\":\"m\"}",
                   "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"prompt\":\"Hi\","
                   "\"model\":\"m\"}");
}

static void messages_win_over_a_prompt(void **state)
{
    struct world *world = *state;
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"prompt\":\"Hi\""));
    assert_null(world->request.prompt_raw.at);
    assert_accepted(world, OPENAI_CHAT, CHAT(",\"prompt\":[1]"));
    assert_null(world->request.prompt_raw.at);
}

static void without_any_prompt_a_chat_is_refused(void **state)
{
    struct world *world = *state;
    static const char *const bodies[] = {
        "{\"model\":\"m\"}",
        "{\"model\":\"m\",\"messages\":null}",
        "{\"model\":\"m\",\"messages\":[]}",
        "{\"model\":\"m\",\"prompt\":null}",
        "{\"model\":\"m\",\"prompt\":\"\"}",
        "{\"model\":\"m\",\"prompt\":\"\",\"messages\":[]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_refused(world, OPENAI_CHAT, bodies[i], "messages");
        assert_true(bytes_start_with(world->error.message, BYTES("No prompt provided")));
    }
    assert_refused(world, OPENAI_CHAT, "{\"model\":\"m\",\"prompt\":[\"Hi\"]}", "prompt");
}

static void fields_are_found_however_they_are_written(void **state)
{
    (void)state;
    static const char *const names[] = {"best_of", "user", "Odd"};
    struct bytes body = BYTES("{\"model\":\"m\",\"x\":{\"user\":1},\"BEST\\u005fof\":[[1]]}");
    assert_int_equal(openai_request_find_field(body, names, 3), 0);
    assert_int_equal(openai_request_find_field(body, names + 1, 2), 2);
    assert_int_equal(openai_request_find_field(BYTES("{\"\xc5\xbf\":0,\"U\xc5\xbf"
                                                     "er\":1}"),
                                               names, 3),
                     1);
    assert_int_equal(openai_request_find_field(BYTES("{\"odd\":0,\"user\":1}"), names, 3), 1);
    assert_int_equal(openai_request_find_field(BYTES("{\"odd\":0}"), names, 3), 2);
    assert_int_equal(openai_request_find_field(BYTES("{}"), names, 3), 3);
    assert_int_equal(openai_request_find_field(body, NULL, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_the_facts_and_passes_over_the_rest),
        TEST(what_is_not_said_is_off),
        TEST(token_limits_are_whole_numbers_and_the_larger_counts),
        TEST(a_field_we_decide_on_may_be_there_once_only),
        TEST(another_spelling_of_such_a_field_is_refused),
        TEST(a_wrong_type_is_refused_by_name),
        TEST(each_route_needs_its_own_fields),
        TEST(only_strict_json_is_json),
        TEST(depth_has_a_limit_and_needs_no_stack),
        TEST(many_siblings_are_not_depth),
        TEST(reading_needs_memory_for_the_model_alone),
        TEST(without_memory_the_answer_is_enomem),
        TEST(says_where_the_model_stands),
        TEST(a_prompt_stands_for_one_message_of_the_user),
        TEST(messages_win_over_a_prompt),
        TEST(without_any_prompt_a_chat_is_refused),
        TEST(fields_are_found_however_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
