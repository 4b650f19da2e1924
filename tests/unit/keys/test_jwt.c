/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwt.h"

#include <stdio.h>

#include "base/block_pool.h"
#include "tests/test.h"
#include "tests/unit/keys/sample_issuer.h"

#define NOW_S 1800000000
#define NOW_MS (UINT64_C(1000) * NOW_S)
#define ED_HEADER "{\"alg\":\"EdDSA\",\"kid\":\"EdDSA\"}"
#define GOOD "\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"sub\":\"ann\",\"exp\":1800000060"

static const struct bytes default_models[] = {{"*", 1}};

/* One for all tests: a key of RSA takes long to make. */
static struct sample_issuer issuer;
static struct jwks *public_keys;
static struct secret_hasher *hasher;

static struct jwt_rules rules_of_test(void)
{
    return (struct jwt_rules){
        .issuer = BYTES("https://issuer"),
        .audience = BYTES("isthmus"),
        .allows = {true, true, true},
        .leeway_ms = 5000,
        .claims = {.tenant = BYTES("org"),
                   .models = BYTES("models"),
                   .routes = BYTES("routes"),
                   .regions = BYTES("regions"),
                   .service_class = BYTES("class"),
                   .requests_per_minute = BYTES("rpm"),
                   .tokens_per_minute = BYTES("tpm"),
                   .concurrency = BYTES("parallel"),
                   .budget_day = BYTES("day"),
                   .budget_month = BYTES("month")},
        .otherwise = {.name = "",
                      .tenant = "guests",
                      .labels = "",
                      .models = {default_models, 1},
                      .routes = {default_models, 1},
                      .class = CLASS_STANDARD,
                      .limits = {.requests_per_minute = 10, .day_nusd = 11}},
    };
}

struct outcome {
    enum jwt_verdict verdict;
    struct key key;
    struct block_pool pool;
    struct arena arena;
};

/* clear() ends it. */
static struct outcome *verify(const struct jwt_rules *rules, struct bytes token)
{
    static struct outcome outcome;
    outcome = (struct outcome){0};
    block_pool_init(&outcome.pool, 4096, 0, NULL);
    arena_init(&outcome.arena, &outcome.pool);
    const struct jwt_check check = {rules, public_keys, hasher, &outcome.arena, NOW_MS};
    outcome.verdict = jwt_verify(&check, token, &outcome.key);
    return &outcome;
}

static void clear(struct outcome *outcome)
{
    arena_clear(&outcome->arena);
    block_pool_clear(&outcome->pool);
}

static void expect_token(struct bytes token, enum jwt_verdict verdict)
{
    struct jwt_rules rules = rules_of_test();
    struct outcome *outcome = verify(&rules, token);
    if (outcome->verdict != verdict)
        print_error("%.*s\n", (int)token.length, token.at);
    assert_int_equal(outcome->verdict, verdict);
    clear(outcome);
}

static void expect(const char *header, const char *claims, enum jwt_verdict verdict)
{
    char text[SAMPLE_TEXT_BYTES];
    if (strcmp(claims, "") == 0)
        claims = "{" GOOD "}";
    expect_token(sample_token(&issuer, JWT_EDDSA, header, claims, text), verdict);
}

static struct outcome *read_claims(const char *claims)
{
    static char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    struct outcome *outcome =
        verify(&rules, sample_token(&issuer, JWT_EDDSA, ED_HEADER, claims, text));
    assert_int_equal(outcome->verdict, JWT_VALID);
    return outcome;
}

/* ---- signatures and headers ---- */

static void each_algorithm_is_verified(void **state)
{
    (void)state;
    for (unsigned i = 0; i < JWT_ALGORITHM_COUNT; i++) {
        char header[64], text[SAMPLE_TEXT_BYTES];
        (void)snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
                       jwt_algorithm_names[i], jwt_algorithm_names[i]);
        struct bytes token =
            sample_token(&issuer, (enum jwt_algorithm)i, header, "{" GOOD "}", text);
        expect_token(token, JWT_VALID);

        (void)snprintf(header, sizeof header, "{\"alg\":\"%s\"}", jwt_algorithm_names[i]);
        token = sample_token(&issuer, (enum jwt_algorithm)i, header, "{" GOOD "}", text);
        expect_token(token, JWT_VALID);
    }
}

static void no_byte_of_a_token_may_change(void **state)
{
    (void)state;
    char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    struct bytes token = sample_token(&issuer, JWT_EDDSA, ED_HEADER, "{" GOOD "}", text);
    for (size_t i = 0; i < token.length; i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        struct outcome *outcome = verify(&rules, token);
        assert_int_not_equal(outcome->verdict, JWT_VALID);
        clear(outcome);
        text[i] = kept;
    }
    expect_token(token, JWT_VALID);
}

/* CVE-2026-35030: a cache that knew tokens by their beginning. */
static void tokens_that_begin_alike_are_told_apart(void **state)
{
    (void)state;
    char first_text[SAMPLE_TEXT_BYTES], second_text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    struct bytes first = sample_token(&issuer, JWT_EDDSA, ED_HEADER,
                                      "{" GOOD ",\"org\":\"the same up to here: a\"}", first_text),
                 second =
                     sample_token(&issuer, JWT_EDDSA, ED_HEADER,
                                  "{" GOOD ",\"org\":\"the same up to here: b\"}", second_text);
    assert_memory_equal(first_text, second_text, 128);
    struct outcome *outcome = verify(&rules, first);
    struct key a = outcome->key;
    clear(outcome);
    outcome = verify(&rules, second);
    assert_memory_not_equal(a.digest, outcome->key.digest, KEY_DIGEST_BYTES);
    assert_int_not_equal(a.tenant_id, outcome->key.tenant_id);
    assert_int_equal(a.id, outcome->key.id);
    clear(outcome);
}

static void headers_choose_neither_algorithm_nor_key(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum jwt_verdict verdict;
    } rows[] = {
        {"{\"alg\":\"none\"}", JWT_WRONG_ALGORITHM},
        {"{\"alg\":\"HS256\"}", JWT_WRONG_ALGORITHM},
        {"{\"alg\":\"eddsa\"}", JWT_WRONG_ALGORITHM},
        {"{\"alg\":7}", JWT_WRONG_ALGORITHM},
        {"{}", JWT_WRONG_ALGORITHM},
        {"{\"alg\":\"ES256\",\"kid\":\"EdDSA\"}", JWT_UNKNOWN_KEY},
        {"{\"alg\":\"ES256\"}", JWT_WRONG_SIGNATURE},
        {"{\"alg\":\"RS256\"}", JWT_WRONG_SIGNATURE},
        {"{\"alg\":\"EdDSA\",\"kid\":\"other\"}", JWT_UNKNOWN_KEY},
        {"{\"alg\":\"EdDSA\",\"kid\":\"\"}", JWT_UNKNOWN_KEY},
        {"{\"alg\":\"EdDSA\",\"kid\":null}", JWT_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", JWT_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}", JWT_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"crit\":[]}", JWT_MALFORMED},
        {"{\"alg\":\"EdDSA\",\"kid\":\"Ed\\u0044SA\"}", JWT_VALID},
        {"{\"alg\":\"EdDSA\",\"jku\":\"https://evil\",\"jwk\":{},\"x5u\":\"a\"}", JWT_VALID},
        {"[]", JWT_MALFORMED},
        {"", JWT_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(rows[i].header, "", rows[i].verdict);
}

static void an_algorithm_that_is_not_configured_is_refused(void **state)
{
    (void)state;
    char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    rules.allows[JWT_EDDSA] = false;
    struct outcome *outcome =
        verify(&rules, sample_token(&issuer, JWT_EDDSA, ED_HEADER, "{" GOOD "}", text));
    assert_int_equal(outcome->verdict, JWT_WRONG_ALGORITHM);
    clear(outcome);
}

static void what_has_no_three_parts_in_base64url_is_malformed(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "",
        ".",
        "..",
        "...",
        "a",
        "e30",
        "e30.e30",
        "e30.e30.",
        "e30.e30.e30.e30",
        "e3=.e30.AA",
        "e30.e3=.AA",
        "e30.e30.A=",
        "' OR 1=1",
        "\xff.\xff.\xff",
        "e30..AA",
    };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct jwt_rules rules = rules_of_test();
        struct outcome *outcome = verify(&rules, bytes_from_cstr(tokens[i]));
        bool is_read = strcmp(tokens[i], "e30.e30.") == 0 || strcmp(tokens[i], "e30..AA") == 0;
        assert_int_equal(outcome->verdict, is_read ? JWT_WRONG_ALGORITHM : JWT_MALFORMED);
        clear(outcome);
    }
}

static void a_byte_too_long_is_malformed(void **state)
{
    (void)state;
    static char text[JWT_BYTES_LIMIT + 1];
    memset(text, 'A', sizeof text);
    memcpy(text, "e30.e30.", 8);
    expect_token(bytes_of(text, JWT_BYTES_LIMIT), JWT_WRONG_ALGORITHM);
    expect_token(bytes_of(text, sizeof text), JWT_MALFORMED);
}

/* ---- is it for us, now? ---- */

static void it_must_be_of_the_issuer_for_us_and_of_somebody(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        enum jwt_verdict verdict;
    } rows[] = {
        {"{\"aud\":\"isthmus\",\"sub\":\"a\",\"exp\":1800000060}", JWT_WRONG_ISSUER},
        {"{\"iss\":\"https://issuer/\",\"aud\":\"isthmus\",\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_ISSUER},
        {"{\"iss\":7,\"aud\":\"isthmus\",\"sub\":\"a\",\"exp\":1800000060}", JWT_WRONG_CLAIM},
        {"{\"iss\":\"https:\\/\\/issuer\",\"aud\":\"isthmus\",\"sub\":\"a\",\"exp\":1800000060}",
         JWT_VALID},
        {"{\"iss\":\"https://issuer\",\"sub\":\"a\",\"exp\":1800000060}", JWT_WRONG_AUDIENCE},
        {"{\"iss\":\"https://issuer\",\"aud\":\"other\",\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_AUDIENCE},
        {"{\"iss\":\"https://issuer\",\"aud\":\"other isthmus\",\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_AUDIENCE},
        {"{\"iss\":\"https://issuer\",\"aud\":[],\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_AUDIENCE},
        {"{\"iss\":\"https://"
         "issuer\",\"aud\":[\"b\",\"isthmus\"],\"sub\":\"a\",\"exp\":1800000060}",
         JWT_VALID},
        {"{\"iss\":\"https://issuer\",\"aud\":[\"isthmus\",7],\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://issuer\",\"aud\":null,\"sub\":\"a\",\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"exp\":1800000060}", JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"sub\":\"\",\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://"
         "issuer\",\"aud\":\"isthmus\",\"sub\":\"a\\u0000b\",\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"sub\":\"a\x7f\",\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"sub\":7,\"exp\":1800000060}",
         JWT_WRONG_CLAIM},
        {"{" GOOD ",\"iss\":\"https://issuer\"}", JWT_MALFORMED},
        {"[]", JWT_MALFORMED},
        {"{" GOOD, JWT_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(ED_HEADER, rows[i].claims, rows[i].verdict);
}

/* With a leeway of five seconds. */
static void it_holds_from_nbf_until_exp(void **state)
{
    (void)state;
    static const struct {
        const char *times;
        enum jwt_verdict verdict;
    } rows[] = {
        {"\"exp\":1799999996", JWT_VALID},
        {"\"exp\":1799999995", JWT_EXPIRED},
        {"\"exp\":1799999995.999", JWT_EXPIRED},
        {"\"exp\":18446744073709551615", JWT_VALID},
        {"\"exp\":0", JWT_EXPIRED},
        {"\"nbf\":0", JWT_WRONG_CLAIM}, /* no exp */
        {"\"exp\":\"1800000060\"", JWT_WRONG_CLAIM},
        {"\"exp\":1.8e9", JWT_WRONG_CLAIM},
        {"\"exp\":9e99", JWT_WRONG_CLAIM},
        {"\"exp\":-1", JWT_WRONG_CLAIM},
        {"\"exp\":18446744073709551616", JWT_WRONG_CLAIM},
        {"\"exp\":1800000060,\"nbf\":1800000005", JWT_VALID},
        {"\"exp\":1800000060,\"nbf\":1800000006", JWT_NOT_YET},
        {"\"exp\":1800000060,\"nbf\":null", JWT_WRONG_CLAIM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char claims[512];
        (void)snprintf(claims, sizeof claims,
                       "{\"iss\":\"https://issuer\",\"aud\":\"isthmus\",\"sub\":\"a\",%s}",
                       rows[i].times);
        expect(ED_HEADER, claims, rows[i].verdict);
    }
}

/* ---- who is it, and what may they do? ---- */

static void what_no_claim_says_is_as_configured(void **state)
{
    (void)state;
    char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    rules.claims.models = rules.claims.routes = rules.claims.regions = (struct bytes){0};
    struct outcome *outcome =
        verify(&rules, sample_token(&issuer, JWT_EDDSA, ED_HEADER, "{" GOOD "}", text));
    const struct key *key = &outcome->key;
    assert_int_equal(outcome->verdict, JWT_VALID);
    assert_string_equal(key->name, "ann");
    assert_string_equal(key->tenant, "guests");
    assert_true(key_allows_model(key, BYTES("any")));
    assert_true(key_allows_route(key, BYTES("/any")));
    assert_true(key_allows_region(key, BYTES("any")));
    assert_int_equal(key->class, CLASS_STANDARD);
    assert_int_equal(key->limits.requests_per_minute, 10);
    assert_int_equal(key->limits.day_nusd, 11);
    assert_int_equal(key->expires_ms, NOW_MS + 65000); /* exp, and the leeway */
    assert_int_equal(key_state(key, NOW_MS), KEY_LIVE);
    clear(outcome);
}

static void claims_become_rights_and_limits(void **state)
{
    (void)state;
    struct outcome *outcome =
        read_claims("{" GOOD ",\"org\":\"m\\u00fcller\",\"models\":[\"llama-*\",\"q\\u0077en\"],"
                    "\"routes\":\"/v1/models /v1/chat/*\",\"regions\":[\"eu\"],\"class\":\"batch\","
                    "\"rpm\":1,\"tpm\":2,\"parallel\":3,\"day\":0.5,\"month\":\"12.25\"}");
    const struct key *key = &outcome->key;
    assert_string_equal(key->tenant, "m\xc3\xbcller");
    assert_true(key_allows_model(key, BYTES("llama-3")));
    assert_true(key_allows_model(key, BYTES("qwen")));
    assert_false(key_allows_model(key, BYTES("gpt")));
    assert_true(key_allows_route(key, BYTES("/v1/models")));
    assert_true(key_allows_route(key, BYTES("/v1/chat/completions")));
    assert_false(key_allows_route(key, BYTES("/v1/embeddings")));
    assert_true(key_allows_region(key, BYTES("eu")));
    assert_false(key_allows_region(key, BYTES("us")));
    assert_int_equal(key->class, CLASS_BATCH);
    assert_int_equal(key->limits.requests_per_minute, 1);
    assert_int_equal(key->limits.tokens_per_minute, 2);
    assert_int_equal(key->limits.concurrency, 3);
    assert_int_equal(key->limits.day_nusd, 500000000);
    assert_int_equal(key->limits.month_nusd, 12250000000);
    clear(outcome);
}

/* A region of no name is that of a core that has none. */
static void a_list_that_is_empty_or_missing_allows_nothing(void **state)
{
    (void)state;
    static const char *const claims[] = {"{" GOOD "}",
                                         "{" GOOD ",\"models\":[],\"routes\":[],\"regions\":[]}"};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        struct outcome *outcome = read_claims(claims[i]);
        const struct key *key = &outcome->key;
        assert_false(key_allows_model(key, BYTES("any")));
        assert_false(key_allows_route(key, BYTES("/v1/models")));
        assert_false(key_allows_region(key, BYTES("eu")));
        assert_false(key_allows_region(key, BYTES("")));
        clear(outcome);
    }
}

static void a_claim_of_the_wrong_kind_is_never_overlooked(void **state)
{
    (void)state;
    static const char *const claims[] = {
        "\"org\":7",           "\"org\":\"\"",
        "\"org\":null",        "\"org\":\"a\\nb\"",
        "\"models\":7",        "\"models\":{}",
        "\"models\":null",     "\"models\":[1]",
        "\"models\":[\"\"]",   "\"models\":\"\"",
        "\"models\":\"a  b\"", "\"routes\":[[]]",
        "\"regions\":true",    "\"class\":\"urgent\"",
        "\"class\":1",         "\"rpm\":0",
        "\"rpm\":-1",          "\"rpm\":1.5",
        "\"rpm\":\"1\"",       "\"rpm\":18446744073709551616",
        "\"tpm\":0",           "\"parallel\":[]",
        "\"day\":0",           "\"day\":-1",
        "\"day\":\"1 USD\"",   "\"day\":1e3",
        "\"day\":{}",          "\"month\":0",
        "\"month\":null",
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "{" GOOD ",%s}", claims[i]);
        expect(ED_HEADER, text, JWT_WRONG_CLAIM);
    }
}

static void lists_and_names_have_a_longest(void **state)
{
    (void)state;
    char words[2 * JWT_LIST_LIMIT + 3], name[JWT_TEXT_LIMIT + 2], text[1024];
    for (size_t i = 0; i < sizeof words; i++)
        words[i] = i % 2 == 0 ? 'a' : ' ';
    memset(name, 'a', sizeof name);
    (void)snprintf(text, sizeof text, "{" GOOD ",\"models\":\"%.*s\"}", 2 * JWT_LIST_LIMIT - 1,
                   words);
    expect(ED_HEADER, text, JWT_VALID);
    (void)snprintf(text, sizeof text, "{" GOOD ",\"models\":\"%.*s\"}", 2 * JWT_LIST_LIMIT + 1,
                   words);
    expect(ED_HEADER, text, JWT_WRONG_CLAIM);
    (void)snprintf(text, sizeof text, "{" GOOD ",\"org\":\"%.*s\"}", JWT_TEXT_LIMIT, name);
    expect(ED_HEADER, text, JWT_VALID);
    (void)snprintf(text, sizeof text, "{" GOOD ",\"org\":\"%.*s\"}", JWT_TEXT_LIMIT + 1, name);
    expect(ED_HEADER, text, JWT_WRONG_CLAIM);
}

static void a_claim_may_serve_twice_or_not_at_all(void **state)
{
    (void)state;
    char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    rules.claims = (struct jwt_claims){.tenant = BYTES("sub")};
    struct outcome *outcome = verify(
        &rules, sample_token(&issuer, JWT_EDDSA, ED_HEADER, "{" GOOD ",\"rpm\":\"a\"}", text));
    assert_int_equal(outcome->verdict, JWT_VALID);
    assert_string_equal(outcome->key.tenant, "ann");
    assert_int_equal(outcome->key.limits.requests_per_minute, 10);
    clear(outcome);
}

static void accounts_are_of_issuer_and_name_and_above_those_of_a_store(void **state)
{
    (void)state;
    char text[SAMPLE_TEXT_BYTES];
    struct jwt_rules rules = rules_of_test();
    struct outcome *outcome = read_claims("{" GOOD ",\"org\":\"ann\"}");
    uint64_t id = outcome->key.id, tenant_id = outcome->key.tenant_id;
    clear(outcome);
    assert_int_not_equal(id, tenant_id); /* though both are called ann */
    assert_true(id >> 63 == 1 && tenant_id >> 63 == 1);

    rules.issuer = BYTES("other");
    outcome = verify(&rules, sample_token(&issuer, JWT_EDDSA, ED_HEADER,
                                          "{\"iss\":\"other\",\"aud\":\"isthmus\",\"sub\":\"ann\","
                                          "\"org\":\"ann\",\"exp\":1800000060}",
                                          text));
    assert_int_equal(outcome->verdict, JWT_VALID);
    assert_int_not_equal(outcome->key.id, id);
    assert_int_not_equal(outcome->key.tenant_id, tenant_id);
    clear(outcome);
}

static void each_verdict_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < JWT_VERDICT_COUNT; i++)
        assert_non_null(jwt_verdict_texts[i]);
}

static int set_up_all(void **state)
{
    char text[SAMPLE_TEXT_BYTES], why[JWKS_WHY_BYTES];
    sample_issuer_make(&issuer);
    if (jwks_read(&public_keys, sample_jwks(&issuer, text), why) < 0)
        return -1;
    return secret_hasher_open(&hasher);
}

static int tear_down_all(void **state)
{
    secret_hasher_close(hasher);
    jwks_release(public_keys);
    sample_issuer_clear(&issuer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_is_verified),
        cmocka_unit_test(no_byte_of_a_token_may_change),
        cmocka_unit_test(tokens_that_begin_alike_are_told_apart),
        cmocka_unit_test(headers_choose_neither_algorithm_nor_key),
        cmocka_unit_test(an_algorithm_that_is_not_configured_is_refused),
        cmocka_unit_test(what_has_no_three_parts_in_base64url_is_malformed),
        cmocka_unit_test(a_byte_too_long_is_malformed),
        cmocka_unit_test(it_must_be_of_the_issuer_for_us_and_of_somebody),
        cmocka_unit_test(it_holds_from_nbf_until_exp),
        cmocka_unit_test(what_no_claim_says_is_as_configured),
        cmocka_unit_test(claims_become_rights_and_limits),
        cmocka_unit_test(a_list_that_is_empty_or_missing_allows_nothing),
        cmocka_unit_test(a_claim_of_the_wrong_kind_is_never_overlooked),
        cmocka_unit_test(lists_and_names_have_a_longest),
        cmocka_unit_test(a_claim_may_serve_twice_or_not_at_all),
        cmocka_unit_test(accounts_are_of_issuer_and_name_and_above_those_of_a_store),
        cmocka_unit_test(each_verdict_has_its_words),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
