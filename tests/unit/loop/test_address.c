/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/address.h"

#include <errno.h>
#include <string.h>

#include "tests/test.h"

static void every_form_reads_back_as_it_was_written(void **state)
{
    static const char *const texts[] = {
        "127.0.0.1:8080",         "0.0.0.0:0", "[::1]:8080",     "[2001:db8::1]:65535",
        "unix:/run/isthmus.sock", "unix:a",    "[fe80::1%2]:80",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct address address;
        char text[ADDRESS_TEXT_BYTES];
        assert_int_equal(address_parse(bytes_from_cstr(texts[i]), &address), 0);
        assert_string_equal(address_format(&address, text), texts[i]);
    }
}

static void text_that_is_no_address_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "localhost:80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        ":80",
        "127.0.0.1:+80",
        "127.0.0.1: 80",
        "127.0.0.1:000080",
        "127.1:80",
        "::1:80",
        "[::1]",
        "[::1:80",
        "[127.0.0.1]:80",
        "[::1%lo]:80",
        "unix:",
        "[]:80",
        "1.2.3.256:80",
        "01.2.3.4:80",
        "1.2.3.4:80 ",
        "[::1%]:80",
        "[::1%99999999999]:80",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct address address = {.port = 7};
        assert_int_equal(address_parse(bytes_from_cstr(texts[i]), &address), -EINVAL);
        assert_int_equal(address.port, 7);
    }
}

static void a_nul_byte_is_never_part_of_an_address(void **state)
{
    (void)state;
    struct address address;
    assert_int_equal(address_parse(BYTES("127.0.0.1\0:80"), &address), -EINVAL);
    assert_int_equal(address_parse(BYTES("unix:/a\0b"), &address), -EINVAL);
}

static void a_path_is_as_long_as_the_system_allows(void **state)
{
    (void)state;
    char text[5 + ADDRESS_PATH_BYTES + 1] = "unix:";
    char formatted[ADDRESS_TEXT_BYTES];
    struct address address;

    memset(text + 5, 'p', ADDRESS_PATH_BYTES);
    assert_int_equal(address_parse(bytes_of(text, 5 + ADDRESS_PATH_BYTES), &address), -EINVAL);
    assert_int_equal(address_parse(bytes_of(text, 5 + ADDRESS_PATH_BYTES - 1), &address), 0);
    assert_int_equal(strlen(address_format(&address, formatted)), 5 + ADDRESS_PATH_BYTES - 1);
}

static void a_literal_takes_its_port_from_the_caller(void **state)
{
    (void)state;
    struct address a, b;
    assert_int_equal(address_parse_ip(BYTES("::1"), 443, &a), 0);
    assert_int_equal(address_parse(BYTES("[::1]:443"), &b), 0);
    assert_true(address_equal(&a, &b));
    assert_int_equal(address_parse_ip(BYTES("[::1]"), 443, &b), 0);
    assert_true(address_equal(&a, &b));
    assert_int_equal(address_parse_ip(BYTES("10.0.0.1"), 1, &a), 0);
    assert_int_equal(a.family, ADDRESS_IPV4);
    assert_int_equal(address_parse_ip(BYTES("core-1"), 1, &a), -EINVAL);
}

static bool texts_are_equal(const char *a, const char *b)
{
    struct address one, other;
    assert_int_equal(address_parse(bytes_from_cstr(a), &one), 0);
    assert_int_equal(address_parse(bytes_from_cstr(b), &other), 0);
    return address_equal(&one, &other);
}

static void addresses_differ_by_family_host_port_scope_or_path(void **state)
{
    (void)state;
    assert_true(texts_are_equal("[::0:1]:1", "[::1]:1"));
    assert_false(texts_are_equal("1.2.3.4:1", "1.2.3.4:2"));
    assert_false(texts_are_equal("1.2.3.4:1", "1.2.3.5:1"));
    assert_false(texts_are_equal("[::1]:1", "[::2]:1"));
    assert_false(texts_are_equal("[::1]:1", "[::1]:2"));
    assert_false(texts_are_equal("[fe80::1%1]:1", "[fe80::1%2]:1"));
    assert_false(texts_are_equal("[::ffff:1.2.3.4]:1", "1.2.3.4:1"));
    assert_false(texts_are_equal("unix:/a", "unix:/b"));
}

static bool text_is_loopback(const char *text)
{
    struct address address;
    assert_int_equal(address_parse(bytes_from_cstr(text), &address), 0);
    return address_is_loopback(&address);
}

static void loopback_is_what_no_other_host_reaches(void **state)
{
    (void)state;
    assert_true(text_is_loopback("127.0.0.1:80"));
    assert_true(text_is_loopback("127.255.0.9:80"));
    assert_true(text_is_loopback("[::1]:80"));
    assert_true(text_is_loopback("unix:/run/x"));
    assert_false(text_is_loopback("0.0.0.0:80"));
    assert_false(text_is_loopback("128.0.0.1:80"));
    assert_false(text_is_loopback("[::]:80"));
    assert_false(text_is_loopback("[2001:db8::1]:80"));
    assert_false(address_is_loopback(&(struct address){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_reads_back_as_it_was_written),
        cmocka_unit_test(text_that_is_no_address_is_refused),
        cmocka_unit_test(a_nul_byte_is_never_part_of_an_address),
        cmocka_unit_test(a_path_is_as_long_as_the_system_allows),
        cmocka_unit_test(a_literal_takes_its_port_from_the_caller),
        cmocka_unit_test(addresses_differ_by_family_host_port_scope_or_path),
        cmocka_unit_test(loopback_is_what_no_other_host_reaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
