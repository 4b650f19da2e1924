/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/hash.h"
#include "sim/engine.h"

static void a_token_depends_on_prompt_and_place_alone(void **state)
{
    char once[ENGINE_TOKEN_BYTES], again[ENGINE_TOKEN_BYTES], hashed[ENGINE_TOKEN_BYTES];
    struct bytes prompt = BYTES("[{\"role\":\"user\"}]");

    for (uint64_t i = 0; i < 1000; i++) {
        size_t length = engine_token(prompt, i, once);
        assert_int_equal(engine_token(prompt, i, again), length);
        assert_int_equal(engine_token_hashed(hash_bytes(prompt, 0), i, hashed), length);
        assert_string_equal(once, again);
        assert_string_equal(once, hashed);
        assert_int_equal(strlen(once), length);
        assert_true(length < ENGINE_TOKEN_BYTES);
    }
}

static void tokens_join_to_words_with_one_space(void **state)
{
    char token[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 0; i < 1000; i++) {
        size_t length = engine_token(BYTES("x"), i, token);
        assert_int_equal(token[0] == ' ', i > 0);
        for (size_t at = i > 0; at < length; at++)
            assert_true(token[at] >= 'a' && token[at] <= 'z');
    }
}

static void neighbours_and_other_prompts_have_other_tokens(void **state)
{
    char token[ENGINE_TOKEN_BYTES], next[ENGINE_TOKEN_BYTES], other[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 1; i < 1000; i++) {
        engine_token(BYTES("one"), i, token);
        engine_token(BYTES("one"), i + 1, next);
        engine_token(BYTES("two"), i, other);
        assert_string_not_equal(token, next);
        assert_string_not_equal(token, other);
    }
}

/* Clients of other versions check by this law; changing it is a break. */
static void the_law_stays_as_it_is(void **state)
{
    char token[ENGINE_TOKEN_BYTES];

    engine_token(BYTES("\"a b\""), 0, token);
    assert_string_equal(token, "bibamigo");
    engine_token(BYTES("\"a b\""), 1, token);
    assert_string_equal(token, " hazefomi");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_depends_on_prompt_and_place_alone),
        cmocka_unit_test(tokens_join_to_words_with_one_space),
        cmocka_unit_test(neighbours_and_other_prompts_have_other_tokens),
        cmocka_unit_test(the_law_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
