/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/split.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "sim/engine/token.h"

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Where the letters and blanks begin that the text ends with. */
static size_t tail_begin(struct bytes text)
{
    size_t at = text.length;
    while (at > 0 && (is_letter(text.at[at - 1]) || text.at[at - 1] == ' '))
        at--;
    return at;
}

/* Of a longer word, enough to see that it is none of the engine's. */
static struct bytes word_at(struct bytes text, size_t at)
{
    size_t end = at;
    while (end < text.length && end - at < ENGINE_TOKEN_BYTES && is_letter(text.at[end]))
        end++;
    return bytes_of(text.at + at, end - at);
}

/* Whether the engine says this word first to the prompt of that hash. */
static bool begins_an_answer(uint64_t prompt_hash, struct bytes word)
{
    char token[ENGINE_TOKEN_BYTES];
    size_t length = engine_token_hashed(prompt_hash, 0, token);
    return bytes_equal(word, bytes_of(token, length));
}

int engine_split(struct bytes raw, uint64_t *ret_hash, struct bytes *ret_said)
{
    struct bytes text = bytes_of(raw.at, raw.length - 1); /* without the closing quote */
    struct buffer prompt = {0};
    unsigned places = 0;
    int r = 0;

    *ret_hash = hash_bytes(raw, 0);
    *ret_said = bytes_of(NULL, 0);
    for (size_t at = tail_begin(text); at < text.length && places < ENGINE_SPLIT_PLACES; at++) {
        struct bytes word = word_at(text, at);
        char room[ENGINE_TOKEN_BYTES];
        if (!engine_token_word(engine_token_id(word), room).at)
            continue;
        places++;
        buffer_consume(&prompt, prompt.length);
        r = buffer_append(&prompt, bytes_of(raw.at, at));
        if (r == 0)
            r = buffer_append(&prompt, BYTES("\""));
        if (r < 0)
            break;
        uint64_t hash = hash_bytes(buffer_bytes(&prompt), 0);
        if (begins_an_answer(hash, word)) {
            *ret_hash = hash;
            *ret_said = bytes_after(text, at);
            break;
        }
    }
    buffer_clear(&prompt);
    return r;
}
