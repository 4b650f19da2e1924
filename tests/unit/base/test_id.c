/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "tests/test.h"

static void is_a_prefix_and_128_bits(void **state)
{
    (void)state;
    struct random random;
    struct id first, second;
    random_init(&random, 1);
    id_generate(&first, "req_", &random);
    id_generate(&second, "req_", &random);

    assert_int_equal(strlen(first.text), 4 + 32);
    assert_memory_equal(first.text, "req_", 4);
    assert_int_equal(strspn(first.text + 4, "0123456789abcdef"), 32);
    assert_string_not_equal(first.text, second.text);
}

static void the_longest_prefix_fits(void **state)
{
    (void)state;
    struct random random;
    struct id id;
    random_init(&random, 1);
    id_generate(&id, "fifteen-bytes-_", &random);
    assert_int_equal(strlen(id.text), ID_TEXT_BYTES - 1);
    assert_true(id_is_acceptable(bytes_from_cstr(id.text)));
}

static void takes_over_only_what_is_harmless_everywhere(void **state)
{
    (void)state;
    char longest[129];
    memset(longest, 'a', sizeof longest);

    assert_true(id_is_acceptable(BYTES("Abc-1_2.3:4")));
    assert_true(id_is_acceptable(bytes_of(longest, 128)));
    assert_false(id_is_acceptable(bytes_of(longest, 129)));
    assert_false(id_is_acceptable(BYTES("")));
    const char *const refused[] = {"a b", "a\r\nb", "a\x1b[0m", "$(a)", "a;b", "\xc3\xa4", "a/b"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(id_is_acceptable(bytes_from_cstr(refused[i])));
    assert_false(id_is_acceptable(BYTES("a\0b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_a_prefix_and_128_bits),
        cmocka_unit_test(the_longest_prefix_fits),
        cmocka_unit_test(takes_over_only_what_is_harmless_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
