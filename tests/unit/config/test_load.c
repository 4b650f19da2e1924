/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"
#include "config/reference.h"
#include "loading.h"
#include "tests/test.h"

static const struct edge_config *expect_fine(const struct loading *loading)
{
    if (loading->status != 0)
        print_error("%.*s", (int)loading->message.length, buffer_bytes(&loading->message).at);
    assert_int_equal(loading->status, 0);
    assert_int_equal(loading->message.length, 0);
    return loading->config;
}

static void one_core_is_all_an_edge_needs(void **state)
{
    (void)state;
    struct loading loading = load_arguments(NULL, ARGUMENTS("--core", "http://gpu.example:8000"));
    const struct edge_config *config = expect_fine(&loading);
    assert_string_equal(config->node_name, "edge");
    assert_null(config->node_region);
    assert_int_equal(config->listen_count, 1);
    assert_string_equal(config->listen[0], "127.0.0.1:8080");
    assert_int_equal(config->core_count, 1);
    assert_string_equal(config->cores[0].config.name, "gpu.example-8000");
    assert_string_equal(config->cores[0].config.url, "http://gpu.example:8000");
    assert_string_equal(config->cores[0].url.host, "gpu.example");
    assert_int_equal(config->cores[0].url.port, 8000);
    assert_string_equal(config->cores[0].url.base_path, "/v1");
    assert_false(secret_is_set(&config->cores[0].config.key));
    assert_int_equal(config->timeouts.total_ms, 600000);
    assert_int_equal(config->limits.body_bytes, 32 << 20);
    assert_int_equal(config->log_level, LOG_INFO);
    assert_null(config->data_dir);
    loading_clear(&loading);
}

static void a_file_has_everything(void **state)
{
    (void)state;
    struct loading loading = load_text("node: {name: edge-1, region: \"${REGION}\"}\n"
                                       "listen: [127.0.0.1:1, \"[::1]:2\", unix:/run/i.sock]\n"
                                       "cores:\n"
                                       "  us: {url: https://us, key: ${KEY}, timeout: 30s,\n"
                                       "       ca_file: /ca.pem}\n"
                                       "  local: http://127.0.0.1:8000/api\n"
                                       "tls:\n"
                                       "  certificate_file: /c.pem\n"
                                       "  key_file: /k.pem\n"
                                       "  tls13_only: true\n"
                                       "cors: {origins: \"*\"}\n"
                                       "log: {level: off}\n"
                                       "memory.limit: 2GiB\n"
                                       "timeouts:\n"
                                       "  ping: 0\n"
                                       "limits:\n");
    const struct edge_config *config = expect_fine(&loading);
    assert_string_equal(config->node_name, "edge-1");
    assert_string_equal(config->node_region, "eu");
    assert_int_equal(config->listen_count, 3);
    assert_string_equal(config->listen[2], "unix:/run/i.sock");
    assert_int_equal(config->core_count, 2);
    const struct core_config *us = &config->cores[0].config;
    assert_string_equal(us->name, "us");
    assert_true(secret_equals(&us->key, BYTES("sk-from-the-environment")));
    assert_int_equal(us->timeout_ms, 30000);
    assert_string_equal(us->ca_file, "/ca.pem");
    assert_true(config->cores[0].url.tls);
    assert_string_equal(config->cores[1].url.base_path, "/api");
    assert_true(config->tls13_only);
    assert_int_equal(config->cors_origin_count, 1);
    assert_int_equal(config->log_level, LOG_OFF);
    assert_int_equal(config->limits.memory_bytes, UINT64_C(2) << 30);
    assert_int_equal(config->timeouts.ping_ms, 0);
    loading_clear(&loading);
}

static void the_command_line_wins_over_the_file(void **state)
{
    (void)state;
    struct loading loading = load_arguments(
        "workers: 2\nlisten: 127.0.0.1:1\ncores: {a: http://a, b: http://b}\nlog: {level: warn}\n",
        ARGUMENTS("--workers=3", "--listen", "127.0.0.1:2", "--listen=127.0.0.1:3", "--core",
                  "c=http://c"));
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->workers, 3);
    assert_int_equal(config->listen_count, 2);
    assert_string_equal(config->listen[0], "127.0.0.1:2");
    assert_int_equal(config->core_count, 1);
    assert_string_equal(config->cores[0].config.name, "c");
    assert_int_equal(config->log_level, LOG_WARN);
    loading_clear(&loading);
}

static void flags_are_spelled_as_people_spell_them(void **state)
{
    (void)state;
    struct loading loading =
        load_arguments(NULL, ARGUMENTS("--core", "http://a", "--log-level", "debug", "--data-dir",
                                       "/tmp/x", "--timeouts.first_byte=1m", "--insecure-open",
                                       "--listen", "0.0.0.0:80", "--tls.tls13-only=false"));
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->log_level, LOG_DEBUG);
    assert_string_equal(config->data_dir, "/tmp/x");
    assert_int_equal(config->timeouts.first_byte_ms, 60000);
    assert_true(config->insecure_open);
    loading_clear(&loading);
}

static void cores_are_named_after_their_urls(void **state)
{
    (void)state;
    struct loading loading =
        load_arguments(NULL, ARGUMENTS("--core", "https://[::1]:8000/v1", "--core",
                                       "unix:/run/engine.sock", "--core", "b=http://x/a=b"));
    const struct edge_config *config = expect_fine(&loading);
    assert_string_equal(config->cores[0].config.name, "1--8000");
    assert_string_equal(config->cores[1].config.name, "run-engine.sock");
    assert_string_equal(config->cores[2].config.name, "b");
    assert_string_equal(config->cores[2].url.base_path, "/a=b");
    loading_clear(&loading);
}

static void empty_texts_unset_what_may_be_unset(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: {url: http://a, key: \"${EMPTY}\"}}\n"
                                       "data_dir: \"\"\n"
                                       "cors: {origins: []}\n");
    const struct edge_config *config = expect_fine(&loading);
    assert_null(config->data_dir);
    assert_false(secret_is_set(&config->cores[0].config.key));
    assert_int_equal(config->cors_origin_count, 0);
    loading_clear(&loading);
}

static void byte_order_marks_and_windows_line_ends_are_fine(void **state)
{
    (void)state;
    struct loading loading = load_text("\xef\xbb\xbf"
                                       "workers: 4\r\ncores:\r\n  a: http://a\r\n");
    assert_int_equal(expect_fine(&loading)->workers, 4);
    loading_clear(&loading);
}

static void what_a_variable_holds_cannot_change_the_structure(void **state)
{
    (void)state;
    struct loading loading = load_text("{cores: {a: http://a}, data_dir: ${TRICK}}\n");
    const struct edge_config *config = expect_fine(&loading);
    assert_string_equal(config->data_dir, "/x, workers: 7");
    assert_int_equal(config->workers, 0);
    loading_clear(&loading);
}

static void a_default_may_hold_what_yaml_would_take_for_its_own(void **state)
{
    (void)state;
    struct loading loading =
        load_text("{cores: {a: http://a}, data_dir: ${NONE:-/x: [y, {z], workers: 7 #}}\n");
    assert_string_equal(expect_fine(&loading)->data_dir, "/x: [y, {z], workers: 7 #");
    loading_clear(&loading);
}

static void a_core_has_its_own_ways(void **state)
{
    (void)state;
    struct loading loading = load_text("cores:\n"
                                       "  a: {url: https://a, path: /v1/inference, key: ${KEY},\n"
                                       "      auth: api-key, deny_fields: [logit_bias, user]}\n"
                                       "  b: {url: http://b, deny_fields: user}\n");
    const struct edge_config *config = expect_fine(&loading);
    const struct core_config *a = &config->cores[0].config, *b = &config->cores[1].config;
    assert_string_equal(a->path, "/v1/inference");
    assert_int_equal(a->auth, CORE_AUTH_API_KEY);
    assert_int_equal(a->deny_field_count, 2);
    assert_string_equal(a->deny_fields[1], "user");
    assert_null(b->path);
    assert_int_equal(b->auth, CORE_AUTH_BEARER);
    assert_int_equal(b->deny_field_count, 1);
    loading_clear(&loading);
}

static void expect_place(const struct model_config *model, size_t core, const char *name,
                         const char *revision)
{
    const struct model_place *place = model_config_place(model, core);
    assert_non_null(place);
    assert_string_equal(place->model, name);
    assert_true((revision != NULL) == (place->revision != NULL));
    if (revision)
        assert_string_equal(place->revision, revision);
}

static void models_say_what_each_core_calls_them(void **state)
{
    (void)state;
    struct loading loading =
        load_text("models:\n"
                  "  gpt-4o:\n"
                  "    b: {model: meta/llama, revision: \"2024-07\"}\n"
                  "    a: llama:70b\n"
                  "  \"every where\": tiny\n"
                  "  ${both}: {\"*\": \"${REGION}\", b: other}\n"
                  "model_echo: upstream\n"
                  "cores: {a: http://a, b: http://b, c: http://c}\n"); /* behind their use */
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->model_count, 3);
    assert_int_equal(config->model_echo, MODEL_ECHO_UPSTREAM);
    const struct model_config *first = edge_config_model(config, BYTES("gpt-4o"));
    expect_place(first, 0, "llama:70b", NULL);
    expect_place(first, 1, "meta/llama", "2024-07");
    assert_null(model_config_place(first, 2));
    expect_place(edge_config_model(config, BYTES("every where")), 2, "tiny", NULL);
    const struct model_config *both = edge_config_model(config, BYTES("${both}"));
    expect_place(both, 0, "eu", NULL);
    expect_place(both, 1, "other", NULL);
    loading_clear(&loading);
}

static void routes_let_other_paths_through(void **state)
{
    (void)state;
    struct loading loading =
        load_text("cores: {a: http://a, b: http://b}\n"
                  "routes:\n"
                  "  /v1/rerank: {}\n"
                  "  /tokenize: POST\n"
                  "  /v1/batches/*: [GET, POST]\n"
                  "  /v1/audio/*: {methods: POST, cores: b, body: 100MiB, timeout: 2m,\n"
                  "                model_from: none}\n");
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->route_count, 4);
    const struct route_config *rerank = edge_config_route(config, BYTES("/v1/rerank"));
    assert_int_equal(rerank->method_count, 1);
    assert_string_equal(rerank->methods[0], "POST");
    assert_true(rerank->cores == UINT64_MAX);
    assert_int_equal(rerank->model_from, MODEL_FROM_BODY);
    assert_int_equal(rerank->body_bytes, 0);
    assert_int_equal(edge_config_route(config, BYTES("/v1/batches/1"))->method_count, 2);
    const struct route_config *audio = edge_config_route(config, BYTES("/v1/audio/speech"));
    assert_true(audio->cores == 2);
    assert_int_equal(audio->body_bytes, 100 << 20);
    assert_int_equal(audio->timeout_ms, 120000);
    assert_int_equal(audio->model_from, MODEL_FROM_NONE);
    assert_null(edge_config_route(config, BYTES("/metrics")));
    loading_clear(&loading);
}

static void models_and_routes_fit_on_the_command_line(void **state)
{
    (void)state;
    struct loading loading =
        load_arguments("models: {a: b}\nroutes: {/x: GET}\n",
                       ARGUMENTS("--core", "http://a", "--model", "gpt-4o=llama3.1:8b",
                                 "--model=x=a=b", "--route=/score", "--route", "/v1/files/*=GET"));
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->model_count, 2);
    expect_place(edge_config_model(config, BYTES("gpt-4o")), 0, "llama3.1:8b", NULL);
    expect_place(edge_config_model(config, BYTES("x")), 0, "a=b", NULL);
    assert_int_equal(config->route_count, 2);
    assert_string_equal(edge_config_route(config, BYTES("/score"))->methods[0], "POST");
    assert_string_equal(edge_config_route(config, BYTES("/v1/files/1"))->methods[0], "GET");
    loading_clear(&loading);
}

/* Between the fences of docs/configuration.md. */
static void the_example_of_the_page_is_fine(void **state)
{
    (void)state;
    struct buffer page = {0};
    assert_int_equal(config_reference_edge(&page), 0);
    struct bytes text = buffer_bytes(&page);
    ptrdiff_t start = bytes_find(text, BYTES("```yaml\n"));
    assert_true(start >= 0);
    text = bytes_after(text, (size_t)start + sizeof "```yaml\n" - 1);
    ptrdiff_t end = bytes_find(text, BYTES("```\n"));
    assert_true(end > 0);
    struct loading loading = load_bytes(bytes_of(text.at, (size_t)end), NULL);
    const struct edge_config *config = expect_fine(&loading);
    assert_int_equal(config->core_count, 2);
    assert_int_equal(config->model_count, 1);
    assert_int_equal(config->route_count, 2);
    loading_clear(&loading);
    buffer_clear(&page);
}

static void a_reference_keeps_it_alive(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: http://a}\n");
    struct edge_config *config = edge_config_ref(loading.config);
    loading_clear(&loading);
    assert_string_equal(config->cores[0].config.name, "a");
    edge_config_unref(config);
    edge_config_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_core_is_all_an_edge_needs),
        cmocka_unit_test(a_file_has_everything),
        cmocka_unit_test(the_command_line_wins_over_the_file),
        cmocka_unit_test(flags_are_spelled_as_people_spell_them),
        cmocka_unit_test(cores_are_named_after_their_urls),
        cmocka_unit_test(empty_texts_unset_what_may_be_unset),
        cmocka_unit_test(byte_order_marks_and_windows_line_ends_are_fine),
        cmocka_unit_test(what_a_variable_holds_cannot_change_the_structure),
        cmocka_unit_test(a_default_may_hold_what_yaml_would_take_for_its_own),
        cmocka_unit_test(a_core_has_its_own_ways),
        cmocka_unit_test(models_say_what_each_core_calls_them),
        cmocka_unit_test(routes_let_other_paths_through),
        cmocka_unit_test(models_and_routes_fit_on_the_command_line),
        cmocka_unit_test(the_example_of_the_page_is_fine),
        cmocka_unit_test(a_reference_keeps_it_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
