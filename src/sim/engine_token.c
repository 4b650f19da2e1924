/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "sim/engine.h"

#define SYLLABLES 100 /* 20 consonants with 5 vowels */

/* Four or five syllables: two prompts agree on a token about once in 10^8. */
static size_t word_write(uint64_t hash, char *at)
{
    static const char consonants[] = "bcdfghjklmnpqrstvwxz";
    static const char vowels[] = "aeiou";
    size_t syllables = 4 + (hash >> 63);

    for (size_t i = 0; i < syllables; i++) {
        unsigned syllable = (unsigned)(hash % SYLLABLES);
        hash /= SYLLABLES;
        at[2 * i] = consonants[syllable / 5];
        at[2 * i + 1] = vowels[syllable % 5];
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
