/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define ACCEPTABLE_BYTES 128
#define PREFIX_BYTES (ID_TEXT_BYTES - 32 - 1)

void id_generate(struct id *ret_id, const char *prefix, struct random *random)
{
    assert(strlen(prefix) <= PREFIX_BYTES);
    uint64_t high = random_u64(random), low = random_u64(random);
    snprintf(ret_id->text, sizeof ret_id->text, "%.*s%016" PRIx64 "%016" PRIx64, PREFIX_BYTES,
             prefix, high, low);
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
