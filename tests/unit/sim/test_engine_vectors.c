/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "sim/engine/embedding.h"
#include "tests/unit/sim/asked.h"

static void embeddings_are_as_long_as_was_asked_and_begin_alike(void **state)
{
    struct asked few, many;

    (void)state;
    ask(&few, "openai", ENGINE_EMBEDDINGS, "{\"model\":\"sim\",\"input\":\"a\"}");
    ask(&many, "openai", ENGINE_EMBEDDINGS,
        "{\"model\":\"sim\",\"input\":[\"a\",\"b c\"],\"dimensions\":32}");
    assert_int_equal(yyjson_arr_size(at(&few, 0, "/data/0/embedding")),
                     ENGINE_EMBEDDING_DIMENSIONS);
    assert_int_equal(yyjson_arr_size(at(&many, 0, "/data/1/embedding")), 32);
    assert_true(
        yyjson_equals(at(&few, 0, "/data/0/embedding/7"), at(&many, 0, "/data/0/embedding/7")));
    asked_clear(&few);
    asked_clear(&many);
}

static void vectors_of_no_length_are_refused(void **state)
{
    static const char *const bodies[] = {"{\"input\":\"a\",\"dimensions\":0}",
                                         "{\"input\":\"a\",\"dimensions\":4097}"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct asked asked;
        ask(&asked, "openai", ENGINE_EMBEDDINGS, bodies[i]);
        assert_string_equal(asked.refusal.error.param, "dimensions");
        asked_clear(&asked);
    }
}

static void base64_is_four_bytes_a_number(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_EMBEDDINGS,
        "{\"model\":\"sim\",\"input\":\"a\",\"encoding_format\":\"base64\",\"dimensions\":3}");
    assert_int_equal(strlen(text_at(&asked, 0, "/data/0/embedding")), 16);
    asked_clear(&asked);
}

static void lists_of_token_numbers_count_as_they_are_long(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "openai", ENGINE_EMBEDDINGS, "{\"model\":\"sim\",\"input\":[ 1, 2,3]}");
    assert_int_equal(number_at(&asked, 0, "/usage/prompt_tokens"), 3);
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/data")), 1);
    asked_clear(&asked);
}

#define RERANK(more)                                                                               \
    "{\"model\":\"sim\",\"query\":\"two seas\",\"documents\":[\"one land\",\"the two seas\","      \
    "{\"text\":\"two rivers\"}]" more "}"

static void the_text_with_most_of_the_query_comes_first(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "vllm", ENGINE_RERANK, RERANK(""));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/results")), 3);
    assert_int_equal(number_at(&asked, 0, "/results/0/index"), 1);
    assert_int_equal(number_at(&asked, 0, "/results/1/index"), 2);
    assert_string_equal(text_at(&asked, 0, "/results/1/document/text"), "two rivers");
    assert_true(yyjson_get_num(at(&asked, 0, "/results/0/relevance_score")) >
                yyjson_get_num(at(&asked, 0, "/results/1/relevance_score")));
    asked_clear(&asked);
    ask(&asked, "vllm", ENGINE_RERANK, RERANK(",\"top_n\":1"));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/results")), 1);
    asked_clear(&asked);
    ask(&asked, "sglang", ENGINE_RERANK, RERANK(",\"return_documents\":false"));
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "")), 3);
    assert_true(yyjson_is_real(at(&asked, 0, "/0/score")));
    assert_null(at(&asked, 0, "/0/document"));
    asked_clear(&asked);
}

static void scores_are_one_to_many_or_pairs(void **state)
{
    struct asked asked;

    (void)state;
    ask(&asked, "vllm", ENGINE_SCORE,
        "{\"model\":\"sim\",\"text_1\":\"two seas\",\"text_2\":[\"one land\",\"two seas\"]}");
    assert_int_equal(yyjson_arr_size(at(&asked, 0, "/data")), 2);
    assert_true(yyjson_get_num(at(&asked, 0, "/data/1/score")) >
                yyjson_get_num(at(&asked, 0, "/data/0/score")));
    asked_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embeddings_are_as_long_as_was_asked_and_begin_alike),
        cmocka_unit_test(vectors_of_no_length_are_refused),
        cmocka_unit_test(base64_is_four_bytes_a_number),
        cmocka_unit_test(lists_of_token_numbers_count_as_they_are_long),
        cmocka_unit_test(the_text_with_most_of_the_query_comes_first),
        cmocka_unit_test(scores_are_one_to_many_or_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
