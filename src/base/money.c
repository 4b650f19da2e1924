/* SPDX-License-Identifier: Apache-2.0 */
#include "base/money.h"

#define DECIMALS 9
#define TOKENS_PER_PRICE 1000000

/* `digits` behind the point, as nano-USD; none is 0. */
static bool read_decimals(struct bytes digits, uint64_t *ret_nusd)
{
    uint64_t nusd = 0;
    for (size_t i = 0; i < digits.length || i < DECIMALS; i++) {
        char digit = i < digits.length ? digits.at[i] : '0';
        if (digit < '0' || digit > '9' || (i >= DECIMALS && digit != '0'))
            return false;
        if (i < DECIMALS)
            nusd = nusd * 10 + (uint64_t)(digit - '0');
    }
    *ret_nusd = nusd;
    return true;
}

bool money_read(struct bytes text, uint64_t *ret_nusd)
{
    struct bytes decimals = text, dollars = bytes_cut(&decimals, '.');
    uint64_t whole = 0, part, sum;
    if (dollars.length + decimals.length == 0)
        return false;
    if (dollars.length > 0 && !bytes_read_u64(dollars, &whole))
        return false;
    if (!read_decimals(decimals, &part) ||
        __builtin_mul_overflow(whole, MONEY_NUSD_PER_USD, &sum) ||
        __builtin_add_overflow(sum, part, &sum))
        return false;
    *ret_nusd = sum;
    return true;
}

struct bytes money_write(uint64_t nusd, char ret_text[MONEY_TEXT_BYTES])
{
    char digits[BYTES_U64_DIGITS];
    struct bytes dollars = bytes_write_u64(nusd / MONEY_NUSD_PER_USD, digits);
    memcpy(ret_text, dollars.at, dollars.length);
    ret_text[dollars.length] = '.';

    char *decimals = ret_text + dollars.length + 1;
    uint64_t part = nusd % MONEY_NUSD_PER_USD;
    for (size_t i = DECIMALS; i-- > 0; part /= 10)
        decimals[i] = (char)('0' + part % 10);
    size_t length = DECIMALS;
    while (length > 2 && decimals[length - 1] == '0')
        length--;
    return bytes_of(ret_text, dollars.length + 1 + length);
}

uint64_t money_add(uint64_t a_nusd, uint64_t b_nusd)
{
    uint64_t sum;
    return __builtin_add_overflow(a_nusd, b_nusd, &sum) ? UINT64_MAX : sum;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Whole millions, whole units and what is left apart, so that 64 bits hold each product that has
 * to be divided. */
uint64_t money_of_tokens(uint64_t tokens, uint64_t nusd_per_million)
{
    uint64_t rest = tokens % TOKENS_PER_PRICE;
    uint64_t units = nusd_per_million / TOKENS_PER_PRICE,
             parts = nusd_per_million % TOKENS_PER_PRICE;
    uint64_t of_parts = (rest * parts + TOKENS_PER_PRICE - 1) / TOKENS_PER_PRICE;
    uint64_t of_millions = multiply(tokens / TOKENS_PER_PRICE, nusd_per_million);
    return money_add(money_add(of_millions, multiply(rest, units)), of_parts);
}
