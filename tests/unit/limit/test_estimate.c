/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/estimate.h"

#include <stdio.h>

#include "tests/test.h"

#define MODEL BYTES("llama-3")
#define DEFAULT_ANSWER 700

static const struct estimate_subject ours = {.model = {"llama-3", 7}, .tenant = 1};
static const struct estimate_subject theirs = {.model = {"llama-3", 7}, .tenant = 2};

static struct estimator *open_estimator(size_t pairs)
{
    struct estimator *estimator = NULL;
    struct estimator_options options = {
        .pairs = pairs, .default_answer_tokens = DEFAULT_ANSWER, .seed = 11};
    assert_int_equal(estimator_open(&estimator, &options), 0);
    return estimator;
}

static void learn_answers(struct estimator *estimator, const struct estimate_subject *subject,
                          unsigned count, uint64_t tokens)
{
    for (unsigned i = 0; i < count; i++)
        estimate_learn_answer(estimator, subject, tokens);
}

static void a_token_is_four_bytes_until_an_engine_says_otherwise(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    assert_int_equal(estimate_prompt(estimator, MODEL, 4000), 1000);
    assert_int_equal(estimate_prompt(estimator, MODEL, 1), 1);
    assert_int_equal(estimate_prompt(estimator, MODEL, 0), 0);
    estimator_close(estimator);
}

static void a_models_tokens_per_byte_are_learned(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    for (unsigned i = 0; i < 1000; i++)
        estimate_learn_prompt(estimator, MODEL, 10000, 5000);
    assert_in_range(estimate_prompt(estimator, MODEL, 10000), 4990, 5000);
    assert_int_equal(estimate_prompt(estimator, BYTES("qwen"), 10000), 2500);
    for (unsigned i = 0; i < 2000; i++)
        estimate_learn_prompt(estimator, MODEL, 10000, 2000);
    assert_in_range(estimate_prompt(estimator, MODEL, 10000), 2000, 2200);
    estimator_close(estimator);
}

static void prompts_that_say_nothing_teach_nothing(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    estimate_learn_prompt(estimator, MODEL, 0, 1000);
    estimate_learn_prompt(estimator, MODEL, 1000, 0);
    assert_int_equal(estimate_prompt(estimator, MODEL, 4000), 1000);
    estimator_close(estimator);
}

static void absurd_numbers_do_no_harm(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    estimate_learn_prompt(estimator, MODEL, UINT64_MAX, 1);
    assert_in_range(estimate_prompt(estimator, MODEL, 4000), 1, 1000);
    assert_in_range(estimate_prompt(estimator, MODEL, UINT64_MAX), 1, UINT32_MAX);
    estimate_learn_prompt(estimator, MODEL, 1, UINT64_MAX);
    assert_in_range(estimate_prompt(estimator, MODEL, 1000000), 1, UINT64_C(1) << 50);
    estimate_learn_answer(estimator, &ours, UINT64_MAX);
    assert_int_equal(estimate_answer(estimator, &ours, 0), DEFAULT_ANSWER);
    estimator_close(estimator);
}

static void an_unknown_answer_is_the_default_or_max_tokens(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    assert_int_equal(estimate_answer(estimator, &ours, 0), DEFAULT_ANSWER);
    assert_int_equal(estimate_answer(estimator, &ours, 100), 100);
    assert_int_equal(estimate_answer(estimator, &ours, 100000), DEFAULT_ANSWER);
    estimator_close(estimator);
}

static void answers_are_learned_by_tenant_and_model_and_by_model_else(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(64);
    learn_answers(estimator, &ours, 20, 50);
    assert_in_range(estimate_answer(estimator, &ours, 0), 48, 64);
    assert_int_equal(estimate_answer(estimator, &ours, 10), 10);
    assert_in_range(estimate_answer(estimator, &theirs, 0), 48, 64);
    learn_answers(estimator, &theirs, 20, 3000);
    assert_in_range(estimate_answer(estimator, &ours, 0), 48, 64);
    assert_in_range(estimate_answer(estimator, &theirs, 0), 2049, 3072);
    struct estimate_subject elsewhere = {.model = BYTES("qwen"), .tenant = 1};
    assert_int_equal(estimate_answer(estimator, &elsewhere, 0), DEFAULT_ANSWER);
    estimator_close(estimator);
}

static void a_full_table_forgets_those_that_are_not_used(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(1);
    learn_answers(estimator, &ours, 20, 50);
    for (uint64_t tenant = 10; tenant < 2000; tenant++) {
        char name[16];
        snprintf(name, sizeof name, "m%u", (unsigned)tenant);
        struct estimate_subject other = {.model = bytes_from_cstr(name), .tenant = tenant};
        estimate_learn_answer(estimator, &other, 9000);
        assert_in_range(estimate_answer(estimator, &ours, 0), 48, 64);
    }
    for (uint64_t tenant = 10; tenant < 2000; tenant++) {
        struct estimate_subject other = {.model = MODEL, .tenant = tenant};
        estimate_learn_answer(estimator, &other, 9000);
    }
    assert_in_range(estimate_answer(estimator, &ours, 0), 8193, 12288);
    estimator_close(estimator);
}

static void a_table_that_is_wide_enough_forgets_nobody(void **state)
{
    (void)state;
    struct estimator *estimator = open_estimator(10000);
    for (unsigned round = 0; round < 8; round++)
        for (uint64_t tenant = 1; tenant <= 1000; tenant++) {
            struct estimate_subject subject = {.model = MODEL, .tenant = tenant};
            estimate_learn_answer(estimator, &subject, tenant % 2 > 0 ? 10 : 9000);
        }
    for (uint64_t tenant = 1; tenant <= 1000; tenant++) {
        struct estimate_subject subject = {.model = MODEL, .tenant = tenant};
        uint64_t tokens = estimate_answer(estimator, &subject, 0);
        assert_in_range(tokens, tenant % 2 > 0 ? 8 : 8192, tenant % 2 > 0 ? 12 : 12288);
    }
    estimator_close(estimator);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    estimator_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_four_bytes_until_an_engine_says_otherwise),
        cmocka_unit_test(a_models_tokens_per_byte_are_learned),
        cmocka_unit_test(prompts_that_say_nothing_teach_nothing),
        cmocka_unit_test(absurd_numbers_do_no_harm),
        cmocka_unit_test(an_unknown_answer_is_the_default_or_max_tokens),
        cmocka_unit_test(answers_are_learned_by_tenant_and_model_and_by_model_else),
        cmocka_unit_test(a_full_table_forgets_those_that_are_not_used),
        cmocka_unit_test(a_table_that_is_wide_enough_forgets_nobody),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
