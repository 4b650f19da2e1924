/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"
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
        cmocka_unit_test(a_reference_keeps_it_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
