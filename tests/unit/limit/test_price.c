/* SPDX-License-Identifier: Apache-2.0 */
#include "limit/price.h"

#include "tests/test.h"

/* 0.15, 0.075 and 0.60 USD. */
static const struct price price = {150000000, 75000000, 600000000};

static void each_kind_of_token_has_its_price(void **state)
{
    (void)state;
    struct token_counts tokens = {.prompt = 1000, .cached = 400, .answer = 200};
    assert_int_equal(price_of(&price, tokens), 600 * 150 + 400 * 75 + 200 * 600);
    assert_int_equal(price_of(&price, (struct token_counts){0}), 0);
}

static void no_more_is_cached_than_was_asked(void **state)
{
    (void)state;
    struct token_counts tokens = {.prompt = 10, .cached = 400};
    assert_int_equal(price_of(&price, tokens), 10 * 75);
}

static void no_token_is_free_and_no_sum_overflows(void **state)
{
    (void)state;
    struct price cheap = {1, 1, 1}, dear = {UINT64_MAX, 0, UINT64_MAX};
    struct token_counts few = {.prompt = 2, .cached = 1, .answer = 1};
    assert_int_equal(price_of(&cheap, few), 3);
    assert_int_equal(price_of(&dear, (struct token_counts){.prompt = 2000000, .answer = 1}),
                     UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_token_has_its_price),
        cmocka_unit_test(no_more_is_cached_than_was_asked),
        cmocka_unit_test(no_token_is_free_and_no_sum_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
