/* SPDX-License-Identifier: Apache-2.0
 *
 * vocabulary - the words behind the numbers of tokens (sim/engine/token.h): the engine's
 * own, and of others those that it was asked to tokenize last, VOCABULARY_SLOTS at most.
 *
 * Memory   the caller embeds the vocabulary, zeroed; it keeps copies.
 * Threads  belongs to its engine.
 * Errors   -ENOMEM.
 */
#ifndef SIM_ENGINE_VOCABULARY_H
#define SIM_ENGINE_VOCABULARY_H

#include "sim/engine/question.h"
#include "sim/writer.h"

#define VOCABULARY_SLOTS 4096
#define VOCABULARY_WORD_BYTES 60 /* a longer one is remembered by its beginning */

struct vocabulary_slot {
    uint32_t id;
    uint8_t length;
    char word[VOCABULARY_WORD_BYTES];
};

struct engine_vocabulary {
    struct vocabulary_slot *slots; /* by id; NULL until there is a first word */
};

int engine_vocabulary_learn(struct engine_vocabulary *vocabulary, struct bytes word);
/* The word of that number, in `room` if it is one of the engine's own; at == NULL: unknown. */
struct bytes engine_vocabulary_word(const struct engine_vocabulary *vocabulary, uint64_t id,
                                    char room[ENGINE_TOKEN_BYTES]);
void engine_vocabulary_clear(struct engine_vocabulary *vocabulary);

/* "[1,2,3]": as many as the prompt counts, images as zeros behind the words. */
void engine_prompt_ids_write(const struct engine_question *question, struct writer *writer);

#endif
