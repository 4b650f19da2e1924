/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include "tests/test.h"

static void assert_view(struct bytes view, const char *text)
{
    assert_int_equal(view.length, strlen(text));
    assert_memory_equal(view.at, text, view.length);
}

static void only_ascii_letters_lose_their_case(void **state)
{
    (void)state;
    assert_true(bytes_equal_nocase(BYTES("Content-LENGTH"), BYTES("content-length")));
    assert_true(bytes_equal_nocase(BYTES(""), (struct bytes){0}));
    assert_false(bytes_equal_nocase(BYTES("["), BYTES("{")));
    assert_false(bytes_equal_nocase(BYTES("\xc3\x84"), BYTES("\xc3\xa4")));
    assert_false(bytes_equal_nocase(BYTES("ab"), BYTES("abc")));
}

static void starts_and_ends_are_compared_whole(void **state)
{
    (void)state;
    assert_true(bytes_start_with(BYTES("/v1/models"), BYTES("/v1/")));
    assert_false(bytes_start_with(BYTES("/v"), BYTES("/v1/")));
    assert_true(bytes_end_with(BYTES("a.sse"), BYTES(".sse")));
    assert_false(bytes_end_with(BYTES("sse"), BYTES(".sse")));
    assert_true(bytes_start_with((struct bytes){0}, BYTES("")));
}

static void trimming_takes_blanks_off_both_ends_only(void **state)
{
    (void)state;
    assert_view(bytes_trim(BYTES(" \t a b\t ")), "a b");
    assert_view(bytes_trim(BYTES(" \t ")), "");
    assert_view(bytes_trim(BYTES("\ra\n")), "\ra\n");
}

static void cutting_walks_through_a_list(void **state)
{
    (void)state;
    struct bytes rest = BYTES("a,,b");
    assert_view(bytes_cut(&rest, ','), "a");
    assert_view(bytes_cut(&rest, ','), "");
    assert_view(bytes_cut(&rest, ','), "b");
    assert_null(rest.at);
    assert_int_equal(rest.length, 0);

    rest = BYTES("a,");
    bytes_cut(&rest, ',');
    assert_non_null(rest.at); /* an empty last piece is still to come */
    assert_view(bytes_cut(&rest, ','), "");
    assert_null(rest.at);
}

static void finds_the_first_needle(void **state)
{
    (void)state;
    assert_int_equal(bytes_find(BYTES("abcabc"), BYTES("bc")), 1);
    assert_int_equal(bytes_find(BYTES("abc"), BYTES("abcd")), -1);
    assert_int_equal(bytes_find(BYTES("abc"), BYTES("")), 0);
    assert_int_equal(bytes_find((struct bytes){0}, BYTES("a")), -1);
    assert_int_equal(bytes_find(BYTES("a\0b"), BYTES("\0b")), 1);
}

static void a_number_is_digits_and_nothing_else(void **state)
{
    (void)state;
    uint64_t value = 7;
    const char *const refused[] = {"", "+1", "-1", " 1", "1 ", "0x1", "1,1", "1.0", "1e3"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(bytes_read_u64(bytes_from_cstr(refused[i]), &value));
    assert_int_equal(value, 7);

    assert_true(bytes_read_u64(BYTES("007"), &value));
    assert_int_equal(value, 7);
}

static void a_number_may_be_as_large_as_64_bits(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(bytes_read_u64(BYTES("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_false(bytes_read_u64(BYTES("18446744073709551616"), &value));
    assert_false(bytes_read_u64(BYTES("99999999999999999999"), &value));
    assert_true(value == UINT64_MAX);
}

static void utf8_is_what_rfc_3629_says(void **state)
{
    (void)state;
    const char *const good[] = {"",
                                "plain ascii, longer than eight bytes",
                                "\xc2\x80",
                                "\xdf\xbf",
                                "\xe0\xa0\x80",
                                "\xed\x9f\xbf",
                                "\xee\x80\x80",
                                "\xf0\x90\x80\x80",
                                "\xf4\x8f\xbf\xbf",
                                "12345678\xf0\x9f\x98\x80"};
    const char *const bad[] = {"\x80",
                               "\xc0\xaf",
                               "\xc1\xbf",
                               "\xc2",
                               "\xe0\x9f\xbf",
                               "\xed\xa0\x80",
                               "\xed\xbf\xbf",
                               "\xf0\x8f\xbf\xbf",
                               "\xf4\x90\x80\x80",
                               "\xf5\x80\x80\x80",
                               "\xff",
                               "12345678\xe2\x82",
                               "\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(bytes_are_utf8(bytes_from_cstr(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(bytes_are_utf8(bytes_from_cstr(bad[i])));
}

static void every_character_survives_writing_and_reading(void **state)
{
    (void)state;
    for (uint32_t c = 0x10000; c <= 0x10ffff; c += 257) {
        char text[] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)),
                       (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f))};
        uint32_t read = 0;
        assert_int_equal(bytes_read_utf8(bytes_of(text, 4), &read), 4);
        assert_int_equal(read, c);
        assert_int_equal(bytes_read_utf8(bytes_of(text, 3), &read), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ascii_letters_lose_their_case),
        cmocka_unit_test(starts_and_ends_are_compared_whole),
        cmocka_unit_test(trimming_takes_blanks_off_both_ends_only),
        cmocka_unit_test(cutting_walks_through_a_list),
        cmocka_unit_test(finds_the_first_needle),
        cmocka_unit_test(a_number_is_digits_and_nothing_else),
        cmocka_unit_test(a_number_may_be_as_large_as_64_bits),
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(every_character_survives_writing_and_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
