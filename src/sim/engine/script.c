/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/script.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

#define PIECE_BYTES 5 /* about so many of a fixed text are a token */

/* One piece of a fixed text, as it is kept. */
struct cut_piece {
    uint32_t begin;
    uint8_t length; /* 0: a call begins */
    uint8_t call;
};

uint64_t engine_choice_hash(uint64_t prompt_hash, unsigned choice)
{
    return choice == 0 ? prompt_hash : hash_mix(~prompt_hash, choice);
}

static int piece_add(struct engine_script *script, size_t begin, size_t length)
{
    struct cut_piece piece = {
        .begin = (uint32_t)begin,
        .length = (uint8_t)length,
        .call = (uint8_t)(script->call_count > 0 ? script->call_count - 1 : 0),
    };
    return buffer_append(&script->pieces, bytes_of((const char *)&piece, sizeof piece));
}

static size_t piece_count(const struct engine_script *script)
{
    return script->pieces.length / sizeof(struct cut_piece);
}

static struct cut_piece piece_at(const struct engine_script *script, uint64_t i)
{
    struct cut_piece piece;
    memcpy(&piece, buffer_bytes(&script->pieces).at + i * sizeof piece, sizeof piece);
    return piece;
}

/* Whole characters, PIECE_BYTES or a few more. */
static size_t piece_length(struct bytes text)
{
    size_t length = 0;
    while (length < PIECE_BYTES && length < text.length) {
        size_t character = bytes_read_utf8(bytes_after(text, length), &(uint32_t){0});
        length += character > 0 ? character : 1;
    }
    return length;
}

int engine_script_fix(struct engine_script *script, struct bytes text)
{
    size_t begin = script->text.length;

    if (text.length > ENGINE_TEXT_LIMIT - begin)
        return -E2BIG;
    script->is_fixed = true;
    int r = buffer_append(&script->text, text);
    while (r == 0 && text.length > 0) {
        size_t length = piece_length(text);
        r = piece_add(script, begin, length);
        begin += length;
        text = bytes_after(text, length);
    }
    return r;
}

int engine_script_call(struct engine_script *script, struct bytes name)
{
    if (script->call_count == ENGINE_CALL_LIMIT)
        return -E2BIG;
    script->is_fixed = true;
    script->calls[script->call_count++] = name;
    return piece_add(script, script->text.length, 0);
}

/* Token i of the whole answer, whatever was said of it before. */
static struct engine_piece whole_piece(const struct engine_script *script, unsigned choice,
                                       uint64_t i, char room[ENGINE_TOKEN_BYTES])
{
    if (!script->is_fixed) {
        uint64_t hash = engine_choice_hash(script->hash, choice);
        return (struct engine_piece){.text = bytes_of(room, engine_token_hashed(hash, i, room))};
    }
    if (i >= piece_count(script))
        return (struct engine_piece){0};
    struct cut_piece piece = piece_at(script, i);
    return (struct engine_piece){
        .text = bytes_of(buffer_bytes(&script->text).at + piece.begin, piece.length),
        .call = piece.call,
        .begins_a_call = piece.length == 0,
    };
}

bool engine_script_go_on(struct engine_script *script, struct bytes said)
{
    char room[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 0; script->call_count == 0; i++) {
        struct engine_piece piece = whole_piece(script, 0, i, room);
        bool is_whole = said.length >= piece.text.length;
        size_t common = is_whole ? piece.text.length : said.length;
        if (common > 0 && memcmp(said.at, piece.text.at, common) != 0)
            return false;
        said = bytes_after(said, common);
        if (said.length == 0) {
            script->said_tokens = i + is_whole;
            script->said_bytes = is_whole ? 0 : common;
            return true;
        }
        if (piece.text.length == 0)
            return false; /* more was said than there is */
    }
    return false;
}

void engine_script_limit(struct engine_script *script, const uint64_t *limit, uint64_t fallback)
{
    uint64_t said = script->said_tokens;
    uint64_t whole = script->is_fixed ? piece_count(script) : fallback;
    uint64_t left = whole > said ? whole - said : 0;

    script->is_cut = limit && (!script->is_fixed || *limit < left);
    script->token_count = script->is_cut ? *limit : left;
}

uint64_t engine_script_count(const struct engine_script *script, unsigned choice)
{
    return script->cuts && script->cuts[choice].stop.at ? script->cuts[choice].token_count
                                                        : script->token_count;
}

uint64_t engine_script_longest(const struct engine_script *script, unsigned choice_count)
{
    uint64_t longest = 0;
    for (unsigned choice = 0; choice < choice_count; choice++) {
        uint64_t count = engine_script_count(script, choice);
        longest = count > longest ? count : longest;
    }
    return longest;
}

struct bytes engine_script_stopped_by(const struct engine_script *script, unsigned choice)
{
    return script->cuts ? script->cuts[choice].stop : bytes_of(NULL, 0);
}

struct engine_piece engine_script_piece(const struct engine_script *script, unsigned choice,
                                        uint64_t i, char room[ENGINE_TOKEN_BYTES])
{
    struct engine_piece piece = whole_piece(script, choice, script->said_tokens + i, room);
    const struct engine_cut *cut = script->cuts ? &script->cuts[choice] : NULL;

    if (cut && cut->stop.at && i >= cut->last_token)
        piece.text.length = i == cut->last_token ? cut->last_bytes : 0;
    if (i == 0 && piece.text.length >= script->said_bytes)
        piece.text = bytes_after(piece.text, script->said_bytes);
    return piece;
}

/* The first of the strings in the window, at the least offset; its length in the view. */
static struct bytes first_stop(struct bytes window, const struct bytes *stops, size_t stop_count,
                               size_t *ret_offset)
{
    struct bytes first = {0};

    for (size_t i = 0; i < stop_count; i++) {
        ptrdiff_t at = stops[i].length > 0 ? bytes_find(window, stops[i]) : -1;
        if (at >= 0 && (!first.at || (size_t)at < *ret_offset)) {
            first = stops[i];
            *ret_offset = (size_t)at;
        }
    }
    return first;
}

/* In which token the byte at this offset of the text stands. */
static void byte_find(const struct engine_script *script, unsigned choice, size_t offset,
                      struct engine_cut *ret_cut)
{
    char room[ENGINE_TOKEN_BYTES];

    for (uint64_t i = 0;; i++) {
        size_t length = engine_script_piece(script, choice, i, room).text.length;
        if (offset < length) {
            ret_cut->last_token = i;
            ret_cut->last_bytes = offset + (i == 0 ? script->said_bytes : 0);
            return;
        }
        offset -= length;
    }
}

/* The text so far, and only as much of its end as a string may newly stand in is looked at. */
static struct bytes tail_of(const struct buffer *text, size_t new_bytes, size_t longest_stop)
{
    struct bytes all = buffer_bytes(text);
    size_t tail = new_bytes + longest_stop;
    return all.length > tail ? bytes_after(all, all.length - tail) : all;
}

static size_t longest_of(const struct bytes *stops, size_t stop_count)
{
    size_t longest = 0;
    for (size_t i = 0; i < stop_count; i++)
        longest = stops[i].length > longest ? stops[i].length : longest;
    return longest;
}

/* Calls of tools are no text: nothing stops them. */
static int cut_find(const struct engine_script *script, unsigned choice, const struct bytes *stops,
                    size_t stop_count, struct engine_cut *ret_cut)
{
    uint64_t most = script->call_count > 0 ? 0 : script->token_count;
    uint64_t limit = most < ENGINE_STOP_TOKENS ? most : ENGINE_STOP_TOKENS;
    size_t longest = longest_of(stops, stop_count), offset = 0;
    struct engine_cut cut = {0};
    struct buffer text = {0};
    int r = 0;

    for (uint64_t i = 0; i < limit && r == 0 && !cut.stop.at; i++) {
        char room[ENGINE_TOKEN_BYTES];
        struct bytes token = engine_script_piece(script, choice, i, room).text;
        r = buffer_append(&text, token);
        struct bytes tail = tail_of(&text, token.length, longest);
        cut.stop = first_stop(tail, stops, stop_count, &offset);
        offset += cut.stop.at ? text.length - tail.length : 0;
        cut.token_count = i + 1;
    }
    if (r == 0 && cut.stop.at)
        byte_find(script, choice, offset, &cut);
    *ret_cut = cut;
    buffer_clear(&text);
    return r;
}

int engine_script_stop(struct engine_script *script, unsigned choice_count,
                       const struct bytes *stops, size_t stop_count)
{
    struct engine_cut *cuts = calloc(choice_count, sizeof *cuts);
    int r = cuts ? 0 : -ENOMEM;

    for (unsigned choice = 0; choice < choice_count && r == 0; choice++)
        r = cut_find(script, choice, stops, stop_count, &cuts[choice]);
    if (r < 0) {
        free(cuts);
        return r;
    }
    script->cuts = cuts;
    return 0;
}

void engine_script_clear(struct engine_script *script)
{
    buffer_clear(&script->text);
    buffer_clear(&script->pieces);
    free(script->cuts);
    script->cuts = NULL;
}
