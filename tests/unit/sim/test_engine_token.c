/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/hash.h"
#include "sim/engine/token.h"

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

static void a_word_comes_back_from_its_number(void **state)
{
    char token[ENGINE_TOKEN_BYTES], room[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 0; i < 1000; i++) {
        size_t length = engine_token(BYTES("x"), i, token);
        struct bytes word = bytes_of(token + (i > 0), length - (i > 0));
        uint32_t id = engine_token_id(bytes_of(token, length));
        assert_int_equal(engine_token_id(word), id);
        assert_true(bytes_equal(engine_token_word(id, room), word));
    }
}

static void words_of_others_have_numbers_that_are_no_words(void **state)
{
    static const char *const others[] = {"a", "\"role\":", "bibamigx", "bibamigob", "\xc3\xa9"};
    char room[ENGINE_TOKEN_BYTES];

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_null(engine_token_word(engine_token_id(bytes_from_cstr(others[i])), room).at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_depends_on_prompt_and_place_alone),
        cmocka_unit_test(tokens_join_to_words_with_one_space),
        cmocka_unit_test(neighbours_and_other_prompts_have_other_tokens),
        cmocka_unit_test(the_law_stays_as_it_is),
        cmocka_unit_test(a_word_comes_back_from_its_number),
        cmocka_unit_test(words_of_others_have_numbers_that_are_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
