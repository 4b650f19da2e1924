/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/vocabulary.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/engine/prompt.h"
#include "sim/engine/token.h"

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
    struct bytes own = engine_token_word(id, room);

    if (own.at)
        return own;
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
