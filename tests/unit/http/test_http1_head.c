/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "http/http1_head.h"

static enum http1_found search(struct bytes input, struct http1_search *search)
{
    *search = (struct http1_search){0};
    return http1_head_search(search, input, 64);
}

static void the_end_is_found_behind_the_empty_line(void **state)
{
    struct http1_search found;
    assert_int_equal(search(BYTES("A b\r\nC: d\r\n\r\nrest"), &found), HTTP1_FOUND_END);
    assert_int_equal(found.seen, sizeof "A b\r\nC: d\r\n\r\n" - 1);
    assert_int_equal(found.lines, 3);
}

static void the_search_goes_on_where_it_stopped(void **state)
{
    struct bytes head = BYTES("A b\r\nC: d\r\n\r\n");
    struct http1_search found = {0};
    for (size_t length = 0; length < head.length; length++)
        assert_int_equal(http1_head_search(&found, bytes_of(head.at, length), 64),
                         HTTP1_FOUND_MORE);
    assert_int_equal(http1_head_search(&found, head, 64), HTTP1_FOUND_END);
    assert_int_equal(found.lines, 3);
}

static void a_line_ends_with_cr_lf_and_begins_without_a_blank(void **state)
{
    static const char *const bad[] = {"A\n", "\n", "A\r\n\n", "A\r\n B\r\n", "A\r\n\tB\r\n"};
    struct http1_search found;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(search(bytes_from_cstr(bad[i]), &found), HTTP1_FOUND_BAD);
}

static void an_empty_line_in_front_is_told_apart(void **state)
{
    struct http1_search found;
    assert_int_equal(search(BYTES("\r\nA\r\n\r\n"), &found), HTTP1_FOUND_BLANK);
}

static void a_head_may_be_as_long_as_the_limit(void **state)
{
    char head[66];
    struct http1_search found;
    memset(head, 'a', sizeof head);
    memcpy(head + 60, "\r\n\r\n", 4);
    assert_int_equal(search(bytes_of(head, 64), &found), HTTP1_FOUND_END);
    memset(head, 'a', sizeof head);
    memcpy(head + 61, "\r\n\r\n", 4);
    assert_int_equal(search(bytes_of(head, 65), &found), HTTP1_FOUND_LARGE);
    assert_int_equal(search(bytes_of(head, 63), &found), HTTP1_FOUND_MORE);
    assert_int_equal(search(bytes_of(head, 64), &found), HTTP1_FOUND_LARGE);
}

static void every_control_character_is_unclean_but_the_tab(void **state)
{
    for (int c = 0; c < 256; c++) {
        char head[] = "GET / HTTP/1.1\r\nHost: h\r\nA: b?c\r\n\r\n";
        *strchr(head, '?') = (char)c;
        bool expected = (c >= 0x20 && c != 0x7f) || c == '\t';
        assert_int_equal(http1_head_is_clean(bytes_of(head, sizeof head - 1)), expected);
    }
}

static void cr_and_lf_are_clean_in_pairs_alone(void **state)
{
    assert_true(http1_head_is_clean(BYTES("A\r\n\r\n")));
    assert_false(http1_head_is_clean(BYTES("A\r\r\n\r\n")));
    assert_false(http1_head_is_clean(BYTES("A\n\r\n")));
    assert_false(http1_head_is_clean(BYTES("A\r\n\r")));
    assert_false(http1_head_is_clean(BYTES(" A\r\n\r\n")));
    assert_false(http1_head_is_clean(BYTES("")));
}

static void tokens_are_what_the_rfc_says(void **state)
{
    static const char others[] = "\"(),/:;<=>?@[\\]{} \t\x7f\x80\xff";
    assert_true(http1_is_token(BYTES("!#$%&'*+-.^_`|~09AZaz")));
    assert_false(http1_is_token(BYTES("")));
    for (size_t i = 0; i < sizeof others; i++)
        assert_false(http1_is_token_char(others[i]));
}

static void lengths_are_plain_decimals_below_2_to_63(void **state)
{
    uint64_t length = 0;
    assert_true(http1_read_length(BYTES("0"), &length));
    assert_true(http1_read_length(BYTES("9223372036854775807"), &length));
    assert_int_equal(length, INT64_MAX);
    assert_false(http1_read_length(BYTES("9223372036854775808"), &length));
    assert_false(http1_read_length(BYTES("00"), &length));
    assert_false(http1_read_length(BYTES("+1"), &length));
    assert_false(http1_read_length(BYTES(""), &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_found_behind_the_empty_line),
        cmocka_unit_test(the_search_goes_on_where_it_stopped),
        cmocka_unit_test(a_line_ends_with_cr_lf_and_begins_without_a_blank),
        cmocka_unit_test(an_empty_line_in_front_is_told_apart),
        cmocka_unit_test(a_head_may_be_as_long_as_the_limit),
        cmocka_unit_test(every_control_character_is_unclean_but_the_tab),
        cmocka_unit_test(cr_and_lf_are_clean_in_pairs_alone),
        cmocka_unit_test(tokens_are_what_the_rfc_says),
        cmocka_unit_test(lengths_are_plain_decimals_below_2_to_63),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
