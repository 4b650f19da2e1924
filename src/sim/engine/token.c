/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/token.h"

#include "base/hash.h"

/* Words are four or five syllables of six bits each: two prompts agree on a token about once in
 * 10^8. Their numbers are these bits, and one that says how many syllables they are. */
#define SYLLABLE_BITS 6
#define FOUR_SYLLABLES (UINT32_C(1) << 29)
#define FIVE_SYLLABLES (UINT32_C(1) << 30)
#define OTHER_BITS 28

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aeio";

static size_t word_write(uint64_t bits, size_t syllables, char *at)
{
    for (size_t i = 0; i < syllables; i++, bits >>= SYLLABLE_BITS) {
        at[2 * i] = consonants[bits & 15];
        at[2 * i + 1] = vowels[bits >> 4 & 3];
    }
    return 2 * syllables;
}

size_t engine_token_hashed(uint64_t prompt_hash, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES])
{
    size_t length = 0;

    if (i > 0)
        ret_token[length++] = ' ';
    uint64_t hash = hash_mix(prompt_hash, i);
    length += word_write(hash, 4 + (hash >> 63), ret_token + length);
    ret_token[length] = '\0';
    return length;
}

size_t engine_token(struct bytes prompt, uint64_t i, char ret_token[ENGINE_TOKEN_BYTES])
{
    return engine_token_hashed(hash_bytes(prompt, 0), i, ret_token);
}

static uint32_t other_id(struct bytes word)
{
    return (uint32_t)(hash_bytes(word, 0) & ((UINT32_C(1) << OTHER_BITS) - 1));
}

uint32_t engine_token_id(struct bytes word)
{
    uint32_t bits = 0;

    if (word.length > 1 && word.at[0] == ' ')
        word = bytes_after(word, 1);
    if (word.length != 8 && word.length != 10)
        return other_id(word);
    for (size_t i = 0; i < word.length; i += 2) {
        const char *consonant = memchr(consonants, word.at[i], sizeof consonants - 1);
        const char *vowel = memchr(vowels, word.at[i + 1], sizeof vowels - 1);
        if (!consonant || !vowel)
            return other_id(word);
        bits |= (uint32_t)((consonant - consonants) | (vowel - vowels) << 4)
                << (SYLLABLE_BITS * i / 2);
    }
    return bits | (word.length == 8 ? FOUR_SYLLABLES : FIVE_SYLLABLES);
}

struct bytes engine_token_word(uint64_t id, char room[ENGINE_TOKEN_BYTES])
{
    if (id < FOUR_SYLLABLES || id >= 2 * (uint64_t)FIVE_SYLLABLES)
        return bytes_of(NULL, 0);
    return bytes_of(room, word_write(id, id >= FIVE_SYLLABLES ? 5 : 4, room));
}
