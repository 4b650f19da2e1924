/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "loading.h"
#include "tests/test.h"

#define CORE "cores: {a: http://a}\n"
#define TOKENS "auth: jwt\njwt: {jwks_file: /k.json, issuer: i, audience: a}\n"

static struct loading load_fine(const char *text)
{
    struct loading loading = load_text(text);
    if (loading.status < 0)
        print_error("%.*s", (int)loading.message.length, buffer_bytes(&loading.message).at);
    assert_int_equal(loading.status, 0);
    return loading;
}

static void an_edge_of_ones_own_machine_asks_for_nothing(void **state)
{
    (void)state;
    struct loading loading = load_fine(CORE);
    const struct edge_config *config = loading.config;
    assert_int_equal(config->auth, AUTH_OPEN);
    assert_null(config->data_dir);
    assert_null(config->jwt.jwks_address.host);
    assert_null(config->budgets.webhook_url.host);
    assert_int_equal(config->keys.poll_ms, 250);
    assert_int_equal(config->budgets.chunk_nusd, 100000000);
    assert_int_equal(config->budgets.overrun, OVERRUN_FINISH);
    assert_int_equal(config->limits.answer_tokens, 1024);
    assert_null(edge_config_price(config, BYTES("m")));
    loading_clear(&loading);
}

static void keys_are_kept_in_the_data_directory(void **state)
{
    (void)state;
    struct loading loading =
        load_arguments(NULL, ARGUMENTS("--core", "http://a", "--auth", "keys", "--data-dir", "/d",
                                       "--listen", "0.0.0.0:80", "--keys-poll", "100ms"));
    assert_int_equal(loading.status, 0);
    assert_int_equal(loading.config->auth, AUTH_KEYS);
    assert_string_equal(loading.config->data_dir, "/d");
    assert_int_equal(loading.config->keys.poll_ms, 100);
    loading_clear(&loading);
}

static void tokens_hold_for_what_the_configuration_says_of_them(void **state)
{
    (void)state;
    struct loading loading = load_fine(CORE "auth: jwt\n"
                                            "jwt:\n"
                                            "  jwks_url: https://id.example:444/keys?all\n"
                                            "  issuer: https://id.example\n"
                                            "  audience: isthmus\n"
                                            "  algorithms: [ES256, EdDSA]\n"
                                            "  rpm: 60\n"
                                            "  claims:\n"
                                            "    tenant: org\n");
    const struct jwt_config *jwt = &loading.config->jwt;
    assert_true(jwt->jwks_address.tls);
    assert_string_equal(jwt->jwks_address.host, "id.example");
    assert_int_equal(jwt->jwks_address.port, 444);
    assert_string_equal(jwt->jwks_address.path, "/keys?all");
    assert_int_equal(jwt->algorithm_count, 2);
    assert_string_equal(jwt->tenant, "default");
    assert_string_equal(jwt->service_class, "standard");
    assert_int_equal(jwt->model_count, 1);
    assert_string_equal(jwt->models[0], "*");
    assert_string_equal(jwt->routes[0], "*");
    assert_int_equal(jwt->region_count, 0);
    assert_int_equal(jwt->rpm, 60);
    assert_int_equal(jwt->tpm, 0);
    assert_string_equal(jwt->claims.tenant, "org");
    assert_null(jwt->claims.models);
    loading_clear(&loading);
}

static void a_price_is_that_of_the_model_or_of_every_other(void **state)
{
    (void)state;
    struct loading loading = load_fine(CORE "prices:\n"
                                            "  m: {in: 0.15, cached_in: 0.075, out: .6}\n"
                                            "  \"*\": {in: 1, out: 0}\n");
    const struct price_config *price = edge_config_price(loading.config, BYTES("m"));
    assert_int_equal(price->in_nusd, 150000000);
    assert_int_equal(price->cached_in_nusd, 75000000);
    assert_int_equal(price->out_nusd, 600000000);
    price = edge_config_price(loading.config, BYTES("other"));
    assert_int_equal(price->in_nusd, 1000000000);
    assert_int_equal(price->cached_in_nusd, 1000000000);
    assert_int_equal(price->out_nusd, 0);
    loading_clear(&loading);
}

static void a_webhook_has_a_secret(void **state)
{
    (void)state;
    struct loading loading =
        load_fine(CORE "budgets: {webhook: http://127.0.0.1:9/x, webhook_secret: "
                       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}\n");
    const struct budgets_config *budgets = &loading.config->budgets;
    assert_string_equal(budgets->webhook_url.host, "127.0.0.1");
    assert_int_equal(budgets->webhook_url.port, 9);
    assert_string_equal(budgets->webhook_url.path, "/x");
    assert_true(secret_is_set(&budgets->webhook_secret));
    loading_clear(&loading);
}

static void who_may_ask_needs_what_it_is_decided_by(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {CORE "auth: keys\n", "f.yaml:2:1: auth: there is nowhere to keep keys\n"
                              "  auth: keys\n"
                              "  ^\n"
                              "  tell data_dir, where `isthmus keys` puts them: data_dir: "
                              "/var/lib/isthmus\n"},
        {CORE "auth: jwt\njwt: {issuer: i, audience: a}\n",
         "f.yaml:2:1: auth: nothing says how tokens are signed\n"
         "  auth: jwt\n"
         "  ^\n"
         "  tell jwt.jwks_file or jwt.jwks_url\n"},
        {CORE "auth: jwt\njwt: {jwks_file: /k}\n",
         "f.yaml:2:1: auth: nothing says whose tokens are good\n"
         "  auth: jwt\n"
         "  ^\n"
         "  tell jwt.issuer: their `iss`\n"
         "f.yaml:2:1: auth: tokens that were made for other services would be good here\n"
         "  auth: jwt\n"
         "  ^\n"
         "  tell jwt.audience: the `aud` of those that are made for this edge\n"},
        {CORE TOKENS "jwt.x: 1\n", "f.yaml:4:1: jwt.x: no such option\n"
                                   "  jwt.x: 1\n"
                                   "  ^\n"
                                   "  all options: isthmus help edge\n"},
        {CORE "auth: jwt\n"
              "jwt: {jwks_file: /k, jwks_url: https://a, issuer: i, audience: a}\n",
         "f.yaml:3:22: jwt.jwks_url: the keys are in jwt.jwks_file already\n"
         "  jwt: {jwks_file: /k, jwks_url: https://a, issuer: i, audience:\n"
         "                       ^\n"
         "  keep one\n"},
        {CORE "auth: jwt\n"
              "jwt: {jwks_url: http://id, issuer: i, audience: a}\n",
         "f.yaml:3:7: jwt.jwks_url: on the way from there anybody can put keys in\n"
         "  jwt: {jwks_url: http://id, issuer: i, audience:\n"
         "        ^\n"
         "  write https://, or tell jwt.jwks_file\n"},
        {CORE "auth: jwt\n"
              "jwt: {jwks_file: /k, issuer: i, audience: a, budget_usd_day: 5}\n",
         "f.yaml:2:1: auth: there is nowhere to keep what is spent of budgets\n"
         "  auth: jwt\n"
         "  ^\n"
         "  tell data_dir: /var/lib/isthmus, or take the budgets of jwt out\n"},
        {CORE "jwt: {jwks_file: /k}\n", "f.yaml:2:7: jwt.jwks_file: nobody is asked for a token\n"
                                        "  jwt: {jwks_file: /k}\n"
                                        "        ^\n"
                                        "  write auth: jwt or auth: keys+jwt, or take it out\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void values_are_held_against_what_they_are_for(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {CORE "budgets: {chunk: 10 cents}\n", "f.yaml:2:18: budgets.chunk: \"10 cents\" is no "
                                              "amount\n"
                                              "  budgets: {chunk: 10 cents}\n"
                                              "                   ^\n"
                                              "  write US dollars: 50, or 0.15\n"},
        {CORE "budgets: {chunk: 0}\n", "f.yaml:2:18: budgets.chunk: \"0\" is out of range\n"
                                       "  budgets: {chunk: 0}\n"
                                       "                   ^\n"
                                       "  write 0.000001 to 10000.00\n"},
        {CORE "jwt: {algorithms: HS256}\n",
         "f.yaml:2:19: jwt.algorithms: \"HS256\" is no algorithm that tokens may be signed with\n"
         "  jwt: {algorithms: HS256}\n"
         "                    ^\n"
         "  write RS256, ES256 or EdDSA\n"},
        {CORE "jwt: {class: fast}\n", "f.yaml:2:14: jwt.class: \"fast\" is no class\n"
                                      "  jwt: {class: fast}\n"
                                      "               ^\n"
                                      "  write realtime, interactive, standard or batch\n"},
        {CORE "prices: {m: {in: 1}}\n", "f.yaml:2:10: prices: m has no price for \"out\"\n"
                                        "  prices: {m: {in: 1}}\n"
                                        "           ^\n"
                                        "  write {in: 0.15, out: 0.60}; 0 where it costs "
                                        "nothing\n"},
        {CORE "prices: {m: 1}\n", "f.yaml:2:13: prices.m: a single value where a map belongs\n"
                                  "  prices: {m: 1}\n"
                                  "              ^\n"
                                  "  write MODEL: {in: 0.15, out: 0.60}\n"},
        {CORE "budgets: {webhook: unix:/x}\n",
         "f.yaml:2:20: budgets.webhook: begins with neither http:// nor https://\n"
         "  budgets: {webhook: unix:/x}\n"
         "                     ^\n"
         "  write https://host/path\n"},
        {CORE "budgets: {webhook_ca_file: /ca, webhook: http://a, webhook_secret: "
              "MfKQ9r8GKYqrTwjUPD8}\n",
         "f.yaml:2:11: budgets.webhook_ca_file: is of no use without a url of https://\n"
         "  budgets: {webhook_ca_file: /ca, webhook: http://a, ***\n"
         "            ^\n"
         "  write https:// there, or take it out\n"},
        {NULL, NULL},
    };
    expect_mistakes(mistakes);
}

static void assert_no_secret(const char *secret, const char *problem)
{
    char text[160];
    snprintf(text, sizeof text, CORE "budgets: {webhook: https://a, webhook_secret: \"%s\"}\n",
             secret);
    struct loading loading = load_text(text);
    assert_true(loading.status < 0);
    if (bytes_find(buffer_bytes(&loading.message), bytes_from_cstr(problem)) < 0)
        print_error("%.*s", (int)loading.message.length, buffer_bytes(&loading.message).at);
    assert_true(bytes_find(buffer_bytes(&loading.message), bytes_from_cstr(problem)) >= 0);
    assert_true(*secret == 0 ||
                bytes_find(buffer_bytes(&loading.message), bytes_from_cstr(secret)) < 0);
    loading_clear(&loading);
}

static void a_secret_that_anybody_knows_is_none(void **state)
{
    (void)state;
    assert_no_secret("", "is empty");
    assert_no_secret("${EMPTY}", "is empty");
    assert_no_secret("Zr81kQ", "is too short for a secret");
    assert_no_secret("my-Secret-api-key-1", "looks like one of an example");
    assert_no_secret("please-CHANGE-ME-now", "looks like one of an example");
    assert_no_secret("isthmus-isthmus-1", "looks like one of an example");
    assert_no_secret("aaaaaaaaaaaaaaaaaaaaaaaa", "anybody guesses it");
    assert_no_secret("1212121212121212", "anybody guesses it");
}

static void prices_cannot_be_told_on_the_command_line(void **state)
{
    (void)state;
    struct loading loading = load_arguments(NULL, ARGUMENTS("--core", "http://a", "--prices=m=1"));
    assert_true(loading.status < 0);
    assert_true(bytes_equal(buffer_bytes(&loading.message),
                            BYTES("--prices: cannot be told on the command line\n"
                                  "  write it in a file, and name that with -c\n")));
    loading_clear(&loading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edge_of_ones_own_machine_asks_for_nothing),
        cmocka_unit_test(keys_are_kept_in_the_data_directory),
        cmocka_unit_test(tokens_hold_for_what_the_configuration_says_of_them),
        cmocka_unit_test(a_price_is_that_of_the_model_or_of_every_other),
        cmocka_unit_test(a_webhook_has_a_secret),
        cmocka_unit_test(who_may_ask_needs_what_it_is_decided_by),
        cmocka_unit_test(values_are_held_against_what_they_are_for),
        cmocka_unit_test(a_secret_that_anybody_knows_is_none),
        cmocka_unit_test(prices_cannot_be_told_on_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
