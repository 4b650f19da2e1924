/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "sim/engine.h"

/* Four or five syllables of six bits each: two prompts agree on a token about once in 10^8. */
static size_t word_write(uint64_t hash, char *at)
{
    static const char consonants[] = "bdfghjklmnprstvz";
    static const char vowels[] = "aeio";
    size_t syllables = 4 + (hash >> 63);

    for (size_t i = 0; i < syllables; i++, hash >>= 6) {
        at[2 * i] = consonants[hash & 15];
        at[2 * i + 1] = vowels[hash >> 4 & 3];
    }
    return 2 * syllables;
}

size_t engine_token_hashed(uint64_t prompt_hash, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES])
{
    size_t length = 0;
    if (i > 0)
        ret_token[length++] = ' ';
    length += word_write(hash_mix(prompt_hash, i), ret_token + length);
    ret_token[length] = '\0';
    return length;
}

size_t engine_token(struct bytes prompt, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES])
{
    return engine_token_hashed(hash_bytes(prompt, 0), i, ret_token);
}
