/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <assert.h>

#define ACCEPTABLE_BYTES 128
#define PREFIX_BYTES (ID_TEXT_BYTES - 32 - 1)

static char *put_hex(char *at, uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[(value >> shift) & 15];
    return at;
}

void id_generate(struct id *ret_id, const char *prefix, struct random *random)
{
    assert(strlen(prefix) <= PREFIX_BYTES);
    size_t length = strnlen(prefix, PREFIX_BYTES);
    memcpy(ret_id->text, prefix, length);
    char *end = put_hex(ret_id->text + length, random_u64(random));
    end = put_hex(end, random_u64(random));
    *end = 0;
}

static bool is_acceptable(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
}

bool id_is_acceptable(struct bytes view)
{
    if (view.length < 1 || view.length > ACCEPTABLE_BYTES)
        return false;
    for (size_t i = 0; i < view.length; i++)
        if (!is_acceptable(view.at[i]))
            return false;
    return true;
}
