/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/der.h"

#include "tests/test.h"

#define EXPECT(first, second, expected)                                                            \
    do {                                                                                           \
        uint8_t der[DER_PAIR_BYTES];                                                               \
        size_t length = der_write_pair(BYTES(first), BYTES(second), der);                          \
        assert_int_equal(length, sizeof(expected) - 1);                                            \
        assert_memory_equal(der, expected, length);                                                \
    } while (0)

static void numbers_are_as_short_as_can_be_and_positive(void **state)
{
    (void)state;
    EXPECT("\x01", "\x7f", "\x30\x06\x02\x01\x01\x02\x01\x7f");
    EXPECT("\x80", "\x00\x01", "\x30\x07\x02\x02\x00\x80\x02\x01\x01");
    EXPECT("\x00", "\x00\x00", "\x30\x06\x02\x01\x00\x02\x01\x00");
    EXPECT("\x00\xff", "\x01\x00", "\x30\x08\x02\x02\x00\xff\x02\x02\x01\x00");
}

/* The first byte is 1, so that none is added. */
static void assert_lengths(size_t number_bytes, const char *head, size_t head_bytes)
{
    static char number[DER_NUMBER_BYTES] = {1};
    uint8_t der[DER_PAIR_BYTES];
    size_t length = der_write_pair(bytes_of(number, number_bytes), BYTES("\x01"), der);
    assert_memory_equal(der, head, head_bytes);
    assert_int_equal(length, head_bytes + number_bytes + 3);
}

static void lengths_take_one_two_or_three_bytes(void **state)
{
    (void)state;
    assert_lengths(122, "\x30\x7f\x02\x7a", 4);
    assert_lengths(123, "\x30\x81\x80\x02\x7b", 5);
    assert_lengths(127, "\x30\x81\x84\x02\x7f", 5);
    assert_lengths(128, "\x30\x81\x86\x02\x81\x80", 6);
    assert_lengths(255, "\x30\x82\x01\x05\x02\x81\xff", 7);
    assert_lengths(256, "\x30\x82\x01\x07\x02\x82\x01\x00", 8);
    assert_lengths(DER_NUMBER_BYTES, "\x30\x82\x04\x07\x02\x82\x04\x00", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_short_as_can_be_and_positive),
        cmocka_unit_test(lengths_take_one_two_or_three_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
