/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "loading.h"
#include "tests/test.h"

static struct buffer dump(const struct loading *loading)
{
    struct buffer text = {0};
    if (loading->status < 0)
        print_error("%.*s", (int)loading->message.length, buffer_bytes(&loading->message).at);
    assert_int_equal(loading->status, 0);
    assert_int_equal(config_dump_edge(loading->config, &text), 0);
    return text;
}

static void expect_same_again(const char *text, const char *const *arguments)
{
    struct loading first = load_arguments(text, arguments);
    struct buffer once = dump(&first);
    struct loading second = load_bytes(buffer_bytes(&once), NULL);
    struct buffer twice = dump(&second);
    assert_true(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
    loading_clear(&first);
    loading_clear(&second);
    buffer_clear(&once);
    buffer_clear(&twice);
}

static void a_dump_loads_to_the_same_dump(void **state)
{
    (void)state;
    expect_same_again("cores: {a: http://a}\n", NULL);
    expect_same_again("cores: {a: {url: \"https://[::1]:1/x\", key: k, timeout: 90s}}\n"
                      "node: {name: \"0\", region: \"-\"}\n"
                      "cors: {origins: [\"*\", https://a.example]}\n"
                      "limits: {body: 10MB, head: 1025}\n",
                      NULL);
    expect_same_again("cores: {a: {url: http://a, auth: x-api-key, deny_fields: [x, \"a b\"]}}\n"
                      "models:\n"
                      "  \"*\": {a: {model: m, revision: r}, \"*\": \"$${x}\"}\n"
                      "  \"a: ${b} $ \\\"c\\\" \\\\ #\": m\n"
                      "  \"\\u00e4\": m\n"
                      "  cores: {a: b}\n"
                      "model_echo: upstream\n"
                      "routes:\n"
                      "  /*: [GET, POST]\n"
                      "  /a%20: {}\n"
                      "  /v1/x/*: {cores: a, body: 1GiB}\n",
                      NULL);
    expect_same_again("cores: {a: {url: http://a, region: eu}}\n"
                      "auth: keys+jwt\n"
                      "data_dir: /d\n"
                      "jwt:\n"
                      "  {jwks_file: /k, issuer: i, audience: a, algorithms: [ES256, EdDSA],\n"
                      "   claims: {tenant: org, models: \"https://a/models\"}}\n"
                      "prices: {\"*\": {in: .15, cached_in: 0.000000001, out: 600}}\n"
                      "budgets: {chunk: 0.5, overrun: cut}\n",
                      NULL);
    expect_same_again(NULL, ARGUMENTS("--core=-.=http://a", "--core", "null=http://b", "--core",
                                      "true=unix:/x y", "--listen", "unix:/run/a#b: c"));
}

static void awkward_texts_survive(void **state)
{
    (void)state;
    static const char *const texts[] = {"a \"quoted\" \\ text",
                                        "${NOT_A_VARIABLE}",
                                        "$${x}",
                                        "$$${x}",
                                        "# no comment",
                                        "a: b",
                                        "trailing: ",
                                        " leading",
                                        "'",
                                        "{a, b}",
                                        "\xc3\xa4\xe2\x82\xac",
                                        "- a",
                                        "!tag &x *y",
                                        "~",
                                        "null"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char argument[64];
        snprintf(argument, sizeof argument, "--data-dir=%s", texts[i]);
        struct loading first = load_arguments(NULL, ARGUMENTS("--core=http://a", argument));
        struct buffer text = dump(&first);
        struct loading second = load_bytes(buffer_bytes(&text), NULL);
        assert_int_equal(second.status, 0);
        assert_string_equal(second.config->data_dir, texts[i]);
        loading_clear(&first);
        loading_clear(&second);
        buffer_clear(&text);
    }
}

static void a_dump_shows_defaults_and_hides_keys(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: {url: http://a, key: sk-hidden}}\n");
    struct buffer text = dump(&loading);
    assert_true(bytes_find(buffer_bytes(&text), BYTES("    key: \"***\"\n")) >= 0);
    assert_true(bytes_find(buffer_bytes(&text), BYTES("sk-hidden")) < 0);
    assert_true(bytes_find(buffer_bytes(&text), BYTES("models: {}\n")) >= 0);
    assert_true(bytes_find(buffer_bytes(&text), BYTES("timeouts:\n  handshake: 10s\n")) >= 0);
    assert_true(bytes_find(buffer_bytes(&text), BYTES("listen: [127.0.0.1:8080]\n")) >= 0);
    loading_clear(&loading);
    buffer_clear(&text);
}

static void a_dump_shows_models_as_the_file_would(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: http://a}\nmodels: {x: {a: y}, z: y}\n");
    struct buffer text = dump(&loading);
    struct bytes expected = BYTES("models:\n"
                                  "  x:\n"
                                  "    a:\n"
                                  "      model: y\n"
                                  "      revision: \"\"\n"
                                  "  z:\n"
                                  "    \"*\":\n"
                                  "      model: y\n"
                                  "      revision: \"\"\n"
                                  "model_echo: requested\n");
    assert_true(bytes_find(buffer_bytes(&text), expected) >= 0);
    loading_clear(&loading);
    buffer_clear(&text);
}

static void a_full_buffer_is_said(void **state)
{
    (void)state;
    struct loading loading = load_text("cores: {a: http://a}\n");
    struct buffer text;
    buffer_init(&text, 10, NULL);
    assert_true(config_dump_edge(loading.config, &text) < 0);
    loading_clear(&loading);
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_loads_to_the_same_dump),
        cmocka_unit_test(awkward_texts_survive),
        cmocka_unit_test(a_dump_shows_defaults_and_hides_keys),
        cmocka_unit_test(a_dump_shows_models_as_the_file_would),
        cmocka_unit_test(a_full_buffer_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
