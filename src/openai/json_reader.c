/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/json_reader.h"

#include <assert.h>

#include "openai/json_scan.h"

const char *const json_fault_texts[] = {
    [JSON_SOUND] = "it is sound",
    [JSON_ENDS_EARLY] = "it ends too early",
    [JSON_NO_VALUE] = "a value was expected",
    [JSON_NO_KEY] = "a key in double quotes was expected",
    [JSON_NO_COLON] = "a colon was expected",
    [JSON_NO_COMMA] = "a comma or a closing bracket was expected",
    [JSON_BAD_NUMBER] = "a number is malformed",
    [JSON_BAD_ESCAPE] = "there is no such escape",
    [JSON_LONE_SURROGATE] = "half of a surrogate pair stands alone",
    [JSON_CONTROL_CHARACTER] = "a control character stands in a string without an escape",
    [JSON_NOT_UTF8] = "it is not UTF-8",
    [JSON_TOO_DEEP] = "it is nested too deep",
    [JSON_GOES_ON] = "something follows behind the value",
};

static_assert(JSON_DEPTH_LIMIT <= 64, "are_objects has a bit for each depth");

void json_reader_init(struct json_reader *reader, struct bytes text)
{
    *reader = (struct json_reader){
        .start = text.at,
        .at = text.at,
        .end = text.length > 0 ? text.at + text.length : text.at,
    };
}

/* Where the text is over, that is what is wrong with it. */
static bool fail(struct json_reader *reader, enum json_fault fault)
{
    reader->fault = reader->at == reader->end ? JSON_ENDS_EARLY : fault;
    return false;
}

/* The next character that is no space; 0, which begins nothing, at the end. */
static inline char peek(struct json_reader *reader)
{
    const char *at = reader->at, *end = reader->end;
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    reader->at = at;
    return at < end ? *at : '\0';
}

static bool enter(struct json_reader *reader, bool is_object)
{
    if (reader->depth == JSON_DEPTH_LIMIT)
        return fail(reader, JSON_TOO_DEEP);
    uint64_t bit = UINT64_C(1) << reader->depth;
    reader->are_objects = is_object ? reader->are_objects | bit : reader->are_objects & ~bit;
    reader->depth++;
    reader->is_fresh = true;
    reader->at++;
    return true;
}

/* Behind its opening quote. */
static bool read_text(struct json_reader *reader, struct json_text *ret_text)
{
    const char *start = reader->at;
    ret_text->has_escapes = false;
    reader->at = json_scan_plain(reader->at, reader->end);
    while (reader->at < reader->end && *reader->at != '"') {
        ret_text->has_escapes |= *reader->at == '\\';
        enum json_fault fault = json_scan_odd(&reader->at, reader->end);
        if (fault != JSON_SOUND)
            return fail(reader, fault);
        reader->at = json_scan_plain(reader->at, reader->end);
    }
    if (reader->at == reader->end)
        return fail(reader, JSON_ENDS_EARLY);
    ret_text->raw = bytes_of(start, (size_t)(reader->at - start));
    reader->at++;
    return true;
}

static bool read_word(struct json_reader *reader, struct bytes word)
{
    if (!bytes_start_with(bytes_of(reader->at, (size_t)(reader->end - reader->at)), word))
        return fail(reader, JSON_NO_VALUE);
    reader->at += word.length;
    return true;
}

static bool read_number(struct json_reader *reader)
{
    const char *behind = json_scan_number(reader->at, reader->end);
    if (!behind)
        return fail(reader, JSON_BAD_NUMBER);
    reader->at = behind;
    return true;
}

static bool read_kind(struct json_reader *reader, char first, struct json_value *value)
{
    switch (first) {
    case '"':
        value->kind = JSON_STRING;
        reader->at++;
        return read_text(reader, &value->text);
    case '{':
        value->kind = JSON_OBJECT;
        return enter(reader, true);
    case '[':
        value->kind = JSON_ARRAY;
        return enter(reader, false);
    case 't':
        value->kind = JSON_TRUE;
        return read_word(reader, BYTES("true"));
    case 'f':
        value->kind = JSON_FALSE;
        return read_word(reader, BYTES("false"));
    case 'n':
        value->kind = JSON_NULL;
        return read_word(reader, BYTES("null"));
    default:
        value->kind = JSON_NUMBER;
        return first == '-' || (first >= '0' && first <= '9') ? read_number(reader)
                                                              : fail(reader, JSON_NO_VALUE);
    }
}

bool json_read_value(struct json_reader *reader, struct json_value *ret_value)
{
    if (reader->fault != JSON_SOUND)
        return false;
    char first = peek(reader);
    const char *start = reader->at;
    bool is_sound = read_kind(reader, first, ret_value);
    ret_value->raw = bytes_of(start, (size_t)(reader->at - start));
    return is_sound;
}

/* Leaves the array or object if this is its closing bracket, else passes the comma that a further
 * entry needs. */
static bool next_entry(struct json_reader *reader, char closing)
{
    if (reader->fault != JSON_SOUND)
        return false;
    char next = peek(reader);
    bool is_fresh = reader->is_fresh;
    reader->is_fresh = false;
    if (next == closing) {
        reader->depth--;
        reader->at++;
        return false;
    }
    if (is_fresh)
        return true;
    if (next != ',')
        return fail(reader, JSON_NO_COMMA);
    reader->at++;
    return true;
}

bool json_next_member(struct json_reader *reader, struct json_text *ret_key)
{
    if (!next_entry(reader, '}'))
        return false;
    if (peek(reader) != '"')
        return fail(reader, JSON_NO_KEY);
    reader->at++;
    if (!read_text(reader, ret_key))
        return false;
    if (peek(reader) != ':')
        return fail(reader, JSON_NO_COLON);
    reader->at++;
    return true;
}

bool json_next_element(struct json_reader *reader)
{
    return next_entry(reader, ']');
}

static bool is_in_object(const struct json_reader *reader)
{
    return reader->are_objects >> (reader->depth - 1) & 1;
}

bool json_skip(struct json_reader *reader, const struct json_value *value)
{
    if (value->kind != JSON_ARRAY && value->kind != JSON_OBJECT)
        return reader->fault == JSON_SOUND;
    struct json_text key;
    struct json_value inner;
    unsigned outside = reader->depth - 1;
    while (reader->fault == JSON_SOUND && reader->depth > outside) {
        bool has_more =
            is_in_object(reader) ? json_next_member(reader, &key) : json_next_element(reader);
        if (has_more)
            json_read_value(reader, &inner);
    }
    return reader->fault == JSON_SOUND;
}

bool json_finish(struct json_reader *reader)
{
    if (reader->fault != JSON_SOUND)
        return false;
    peek(reader);
    return reader->at == reader->end || fail(reader, JSON_GOES_ON);
}

size_t json_text_decode(struct json_text text, char *ret_decoded)
{
    size_t length = 0;
    struct bytes rest = text.raw;
    while (rest.length > 0) {
        const char *escape = memchr(rest.at, '\\', rest.length);
        size_t plain = escape ? (size_t)(escape - rest.at) : rest.length;
        memcpy(ret_decoded + length, rest.at, plain);
        length += plain;
        rest = bytes_after(rest, plain);
        if (escape)
            length += json_scan_escape(&rest, ret_decoded + length);
    }
    return length;
}

struct bytes json_text_copy(struct json_text text, struct arena *arena)
{
    if (!text.has_escapes)
        return arena_copy(arena, text.raw);
    char *decoded = arena_alloc(arena, text.raw.length + 1);
    if (!decoded)
        return (struct bytes){0};
    size_t length = json_text_decode(text, decoded);
    decoded[length] = '\0';
    return bytes_of(decoded, length);
}
