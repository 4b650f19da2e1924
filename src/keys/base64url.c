/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/base64url.h"

/* -1: none of the 64. */
static int value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == '-')
        return 62;
    return character == '_' ? 63 : -1;
}

bool base64url_decode(struct bytes text, uint8_t *ret_bytes, size_t *ret_count)
{
    uint32_t bits = 0; /* those not written yet are the lower bit_count */
    unsigned bit_count = 0;
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = value_of(text.at[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        bit_count += 6;
        if (bit_count < 8)
            continue;
        bit_count -= 8;
        ret_bytes[count++] = (uint8_t)(bits >> bit_count);
    }
    *ret_count = count;
    /* A lone character is no byte. */
    return bit_count < 6 && (bits & ((1U << bit_count) - 1)) == 0;
}

char *base64url_encode(const uint8_t *bytes, size_t count, char *ret_text)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned bit_count = 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 8 | bytes[i];
        for (bit_count += 8; bit_count >= 6; bit_count -= 6)
            *ret_text++ = characters[bits >> (bit_count - 6) & 63];
    }
    if (bit_count > 0)
        *ret_text++ = characters[bits << (6 - bit_count) & 63];
    return ret_text;
}
