/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/dialect.h"
#include "tests/unit/sim/engine_world.h"

static void begin(struct fixture *fixture, const char *dialect)
{
    static const char *const models[] = {"base", NULL}, *const loras[] = {"poet", NULL};
    struct engine_options options = {
        .dialect = engine_dialect_find(bytes_from_cstr(dialect)), .models = models, .loras = loras};
    engine_begin(fixture, &options);
}

/* One request on a connection of its own; the answer stays in the probe until probe_close(). */
static void get(struct fixture *fixture, struct probe *probe, const char *head, const char *body)
{
    probe_open(fixture, probe);
    probe_write(probe, head, body);
    run_for(fixture, NS_PER_S);
}

static bool answers(struct fixture *fixture, const char *head, const char *body, const char *text)
{
    struct probe probe;

    get(fixture, &probe, head, body);
    bool is_there = has(&probe, text);
    probe_close(&probe);
    return is_there;
}

static unsigned status(struct fixture *fixture, const char *head, const char *body)
{
    struct probe probe;

    get(fixture, &probe, head, body);
    unsigned number = (unsigned)strtoul(buffer_bytes(&probe.in).at + 9, NULL, 10);
    probe_close(&probe);
    return number;
}

static void each_dialect_has_the_pages_of_its_engine(void **state)
{
    static const struct {
        const char *head;
        bool of_vllm, of_sglang;
    } rows[] = {
        {"GET /health", true, true},          {"GET /ping", true, false},
        {"GET /version", true, false},        {"GET /load", true, false},
        {"GET /v1/loads", false, true},       {"GET /health_generate", false, true},
        {"GET /get_model_info", false, true}, {"GET /server_info", false, true},
    };
    struct fixture *fixture = *state;

    begin(fixture, "vllm");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(status(fixture, rows[i].head, ""), rows[i].of_vllm ? 200 : 404);
    engine_close(fixture->engine);
    begin(fixture, "sglang");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(status(fixture, rows[i].head, ""), rows[i].of_sglang ? 200 : 404);
}

static void metrics_have_the_names_of_their_time(void **state)
{
    static const struct {
        const char *dialect, *there, *not_there;
    } rows[] = {
        {"vllm", "\nvllm:kv_cache_usage_perc{model_name=\"base\",engine=\"0\"} 0",
         "gpu_cache_usage_perc"},
        {"vllm", "\nvllm:num_requests_waiting_by_reason{", "time_per_output_token"},
        {"vllm", "\nvllm:inter_token_latency_seconds_bucket{model_name=\"base\",engine=\"0\",le=",
         "sglang:"},
        {"vllm", "\nvllm:cache_config_info{block_size=\"16\"", "gpu_prefix_cache"},
        {"vllm", "\nvllm:lora_requests_info{max_lora=\"1\"", "sglang:"},
        {"vllm-old", "\nvllm:gpu_cache_usage_perc{", "kv_cache_usage_perc"},
        {"vllm-old", "\nvllm:time_per_output_token_seconds_count{", "waiting_by_reason"},
        {"vllm-old", "\nvllm:gpu_prefix_cache_hits_total{", "inter_token"},
        {"sglang", "\nsglang:num_queue_reqs{engine_type=\"unified\"", "vllm:"},
        {"sglang", "\nsglang:token_usage{", "time_per_output_token"},
        {"sglang", "\nsglang:cache_config_info{num_pages=", "vllm:"},
        {"sglang-old", "\nsglang:time_per_output_token_seconds_sum{", "queue_time"},
        {"openai", "\nsim:requests_cancelled_total{", "sglang:"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(fixture, rows[i].dialect);
        assert_true(answers(fixture, "GET /metrics", "", rows[i].there));
        assert_false(answers(fixture, "GET /metrics", "", rows[i].not_there));
        engine_close(fixture->engine);
        fixture->engine = NULL;
    }
}

static void metrics_tell_which_adapters_run_and_how_answers_ended(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.dialect = engine_dialect_find(BYTES("vllm")),
                                     .profile = &engine_profiles[1],
                                     .loras = (const char *const[]){"poet", "clerk", NULL}};
    const char *head = "POST /v1/chat/completions";
    struct probe probe;

    engine_begin(fixture, &options);
    assert_true(answers(fixture, head, "{\"max_tokens\":1,\"messages\":[{}]}", "\"length\""));
    assert_true(answers(fixture, "GET /metrics", "", ",finished_reason=\"length\"} 1.0\n"));
    assert_true(answers(fixture, "GET /metrics", "", "running_lora_adapters=\"\""));
    probe_open(fixture, &probe);
    probe_write(&probe, head, "{\"model\":\"poet\",\"max_tokens\":999,\"messages\":[{}]}");
    run_for(fixture, NS_PER_MS);
    assert_true(answers(fixture, "GET /metrics", "", "waiting_lora_adapters=\"poet\""));
    probe_close(&probe);
    assert_true(answers(fixture, "GET /metrics", "", ",finished_reason=\"abort\"} 1.0\n"));
}

static void errors_have_the_form_of_their_engine(void **state)
{
    static const struct {
        const char *dialect, *head, *body, *text;
    } rows[] = {
        {"openai", "POST /v1/chat/completions", "{}",
         "{\"error\":{\"message\":\"\\\"messages\\\" is missing or empty.\",\"type\":"
         "\"invalid_request_error\",\"param\":\"messages\",\"code\":null}}"},
        {"vllm", "POST /v1/chat/completions", "{}",
         "\"type\":\"BadRequestError\",\"param\":\"messages\",\"code\":400}}"},
        {"vllm", "GET /v1/models/none", "",
         "{\"error\":{\"message\":\"The model `none` does not exist.\",\"type\":"
         "\"NotFoundError\",\"param\":\"model\",\"code\":404}}"},
        {"vllm-old", "GET /v1/models/none", "", "{\"object\":\"error\",\"message\":\"The model"},
        {"sglang", "GET /v1/models/none", "", "{\"object\":\"error\",\"message\":\"The model"},
        {"sglang", "POST /v1/messages", "{}",
         "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(fixture, rows[i].dialect);
        assert_true(answers(fixture, rows[i].head, rows[i].body, rows[i].text));
        engine_close(fixture->engine);
        fixture->engine = NULL;
    }
}

static void an_error_in_mid_stream_is_followed_by_done_where_engines_do_that(void **state)
{
    struct fixture *fixture = *state;
    const char *body = "{\"model\":\"base\",\"stream\":true,\"messages\":[{}]}";

    for (const struct engine_dialect *dialect = engine_dialects; dialect->name; dialect++) {
        bool has_done = dialect->family != ENGINE_OPENAI;
        const char *head = "POST /v1/chat/completions";
        struct engine_faults faults = {.error_in_band = ALWAYS, .after_tokens = 2};
        begin(fixture, dialect->name);
        engine_set_faults(fixture->engine, &faults);
        assert_true(answers(fixture, head, body, "data: {\"error\":{"));
        assert_int_equal(answers(fixture, head, body, "data: [DONE]"), has_done);
        engine_close(fixture->engine);
        fixture->engine = NULL;
    }
}

static void adapters_are_models_with_a_parent(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, "vllm");
    assert_true(answers(fixture, "GET /v1/models", "",
                        "{\"id\":\"base\",\"object\":\"model\",\"created\":0,\"owned_by\":\"vllm\","
                        "\"root\":\"base\",\"parent\":null,\"max_model_len\":131072,"));
    assert_true(answers(fixture, "GET /v1/models/poet", "", "\"parent\":\"base\""));
    assert_true(answers(fixture, "POST /v1/chat/completions",
                        "{\"model\":\"poet\",\"messages\":[{}]}", "\"model\":\"poet\""));
    assert_true(
        answers(fixture, "POST /v1/chat/completions", "{\"messages\":[{}]}", "\"model\":\"base\""));
}

static void text_comes_back_from_its_tokens(void **state)
{
    struct fixture *fixture = *state;
    struct probe probe;
    char request[256];

    begin(fixture, "vllm");
    get(fixture, &probe, "POST /tokenize", "{\"model\":\"base\",\"prompt\":\"two large  bodies\"}");
    assert_true(has(&probe, "{\"count\":3,\"max_model_len\":131072,\"tokens\":["));
    struct bytes answer = buffer_bytes(&probe.in);
    struct bytes tokens = bytes_after(answer, (size_t)bytes_find(answer, BYTES("[")));
    tokens.length = (size_t)bytes_find(tokens, BYTES("]")) + 1;
    snprintf(request, sizeof request, "{\"tokens\":%.*s}", (int)tokens.length, tokens.at);
    probe_close(&probe);
    assert_true(answers(fixture, "POST /detokenize", request, "{\"prompt\":\"two large bodies\"}"));
    assert_true(
        answers(fixture, "POST /detokenize", "{\"tokens\":[7]}", "{\"prompt\":\"\xef\xbf\xbd\"}"));
    assert_true(answers(fixture, "POST /v1/messages/count_tokens",
                        "{\"messages\":[{\"content\":\"a b\"}]}", "{\"input_tokens\":2}"));
}

static void a_cold_engine_refuses_until_it_is_warm(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.cold_start_ns = 10 * NS_PER_S};

    engine_begin(fixture, &options);
    assert_int_equal(status(fixture, "GET /health", ""), 503);
    assert_int_equal(status(fixture, "GET /v1/models", ""), 503);
    assert_int_equal(status(fixture, "GET /sim/faults", ""), 200);
    run_for(fixture, 10 * NS_PER_S);
    assert_int_equal(status(fixture, "GET /health", ""), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(each_dialect_has_the_pages_of_its_engine),
        IN_WORLD(metrics_have_the_names_of_their_time),
        IN_WORLD(metrics_tell_which_adapters_run_and_how_answers_ended),
        IN_WORLD(errors_have_the_form_of_their_engine),
        IN_WORLD(an_error_in_mid_stream_is_followed_by_done_where_engines_do_that),
        IN_WORLD(adapters_are_models_with_a_parent),
        IN_WORLD(text_comes_back_from_its_tokens),
        IN_WORLD(a_cold_engine_refuses_until_it_is_warm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
