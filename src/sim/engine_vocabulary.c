/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine_vocabulary.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sim/engine_prompt.h"

/* The engine's words are four or five syllables of six bits; all others have a smaller number. */
#define SYLLABLE_BITS 6
#define FOUR_SYLLABLES (UINT32_C(1) << 29)
#define FIVE_SYLLABLES (UINT32_C(1) << 30)
#define OTHER_BITS 28

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aeio";

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

static struct bytes own_word(uint32_t id, char room[ENGINE_TOKEN_BYTES])
{
    size_t syllables = id >= FIVE_SYLLABLES ? 5 : 4;

    for (size_t i = 0; i < syllables; i++, id >>= SYLLABLE_BITS) {
        room[2 * i] = consonants[id & 15];
        room[2 * i + 1] = vowels[id >> 4 & 3];
    }
    return bytes_of(room, 2 * syllables);
}

int engine_vocabulary_learn(struct engine_vocabulary *vocabulary, struct bytes word)
{
    uint32_t id = engine_token_id(word);

    if (!vocabulary->slots)
        vocabulary->slots = calloc(VOCABULARY_SLOTS, sizeof *vocabulary->slots);
    if (!vocabulary->slots)
        return -ENOMEM;
    struct vocabulary_slot *slot = &vocabulary->slots[id % VOCABULARY_SLOTS];
    size_t length = word.length < VOCABULARY_WORD_BYTES ? word.length : VOCABULARY_WORD_BYTES;
    slot->id = id;
    slot->length = (uint8_t)length;
    memcpy(slot->word, word.at, length);
    return 0;
}

struct bytes engine_vocabulary_word(const struct engine_vocabulary *vocabulary, uint64_t id,
                                    char room[ENGINE_TOKEN_BYTES])
{
    const struct vocabulary_slot *slot =
        vocabulary->slots ? &vocabulary->slots[id % VOCABULARY_SLOTS] : NULL;

    if (id >= FOUR_SYLLABLES && id < 2 * (uint64_t)FIVE_SYLLABLES)
        return own_word((uint32_t)id, room);
    if (!slot || slot->length == 0 || slot->id != id)
        return bytes_of(NULL, 0);
    return bytes_of(slot->word, slot->length);
}

void engine_vocabulary_clear(struct engine_vocabulary *vocabulary)
{
    free(vocabulary->slots);
    vocabulary->slots = NULL;
}

void engine_prompt_ids_write(const struct engine_question *question, struct writer *writer)
{
    struct bytes rest = question->prompt, word;
    uint64_t count = 0;

    if (engine_prompt_is_tokens(rest)) {
        writer_raw(writer, rest);
        return;
    }
    writer_text(writer, "[");
    while ((word = engine_word_cut(&rest)).at) {
        writer_text(writer, count++ ? "," : "");
        writer_number(writer, engine_token_id(word));
    }
    for (; count < question->prompt_tokens; count++)
        writer_text(writer, count ? ",0" : "0");
    writer_text(writer, "]");
}
