/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/der.h"

#include <assert.h>

enum { TAG_INTEGER = 0x02, TAG_SEQUENCE = 0x30 };

/* In the shortest form, which DER insists on. */
static uint8_t *write_head(uint8_t *at, uint8_t tag, size_t length)
{
    *at++ = tag;
    if (length > 0xff) {
        *at++ = 0x82;
        *at++ = (uint8_t)(length >> 8);
    } else if (length > 0x7f) {
        *at++ = 0x81;
    }
    *at++ = (uint8_t)length;
    return at;
}

static size_t head_bytes(size_t length)
{
    return length > 0xff ? 4 : length > 0x7f ? 3 : 2;
}

static struct bytes without_zeros(struct bytes number)
{
    while (number.length > 1 && number.at[0] == 0)
        number = bytes_after(number, 1);
    return number;
}

/* Keeps a number positive whose first bit is set. */
static bool needs_zero(struct bytes number)
{
    return (number.at[0] & 0x80) != 0;
}

static uint8_t *write_number(uint8_t *at, struct bytes number)
{
    bool has_zero = needs_zero(number);
    at = write_head(at, TAG_INTEGER, number.length + has_zero);
    if (has_zero)
        *at++ = 0;
    memcpy(at, number.at, number.length);
    return at + number.length;
}

static size_t number_bytes(struct bytes number)
{
    size_t length = number.length + needs_zero(number);
    return head_bytes(length) + length;
}

size_t der_write_pair(struct bytes first, struct bytes second, uint8_t ret_der[DER_PAIR_BYTES])
{
    assert(first.length > 0 && first.length <= DER_NUMBER_BYTES);
    assert(second.length > 0 && second.length <= DER_NUMBER_BYTES);
    first = without_zeros(first);
    second = without_zeros(second);
    uint8_t *at = write_head(ret_der, TAG_SEQUENCE, number_bytes(first) + number_bytes(second));
    at = write_number(write_number(at, first), second);
    return (size_t)(at - ret_der);
}
