/* SPDX-License-Identifier: Apache-2.0 */
#include "config/suggest.h"
#include "tests/test.h"

static size_t distance(const char *a, const char *b)
{
    return suggest_distance(bytes_from_cstr(a), bytes_from_cstr(b));
}

static void a_slip_of_any_kind_counts_one(void **state)
{
    (void)state;
    assert_int_equal(distance("workers", "workers"), 0);
    assert_int_equal(distance("wokers", "workers"), 1);
    assert_int_equal(distance("workerss", "workers"), 1);
    assert_int_equal(distance("workirs", "workers"), 1);
    assert_int_equal(distance("wrokers", "workers"), 1);
    assert_int_equal(distance("", "abc"), 3);
    assert_int_equal(distance("kitten", "sitting"), 3);
}

static void words_too_long_are_near_nothing(void **state)
{
    (void)state;
    char word[SUGGEST_WORD_BYTES + 1];
    memset(word, 'a', sizeof word);
    struct bytes longest = bytes_of(word, SUGGEST_WORD_BYTES);
    struct bytes too_long = bytes_of(word, sizeof word);
    assert_int_equal(suggest_distance(longest, longest), 0);
    assert_true(suggest_distance(too_long, too_long) == SIZE_MAX);
}

static void the_nearest_word_wins_and_a_strange_one_finds_none(void **state)
{
    (void)state;
    struct suggestion meant = {.word = BYTES("chek")};
    suggest_offer(&meant, BYTES("sim"), "sim");
    assert_null(meant.nearest);
    suggest_offer(&meant, BYTES("cheek"), "cheek");
    suggest_offer(&meant, BYTES("chuck"), "chuck");
    assert_string_equal(meant.nearest, "cheek");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_any_kind_counts_one),
        cmocka_unit_test(words_too_long_are_near_nothing),
        cmocka_unit_test(the_nearest_word_wins_and_a_strange_one_finds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
