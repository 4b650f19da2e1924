/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/prompt.h"

#include "sim/value.h"

/* Bits instead of branches: compilers make vectors of them, and prompts are long. */
static unsigned char is_space(char c)
{
    return (unsigned char)((c == ' ') | (c == '\n') | (c == '\r') | (c == '\t'));
}

static size_t skip_spaces(struct bytes json, size_t at)
{
    while (at < json.length && is_space(json.at[at]))
        at++;
    return at;
}

/* at: behind the opening quote; the result: behind the closing one. Looks at backslashes only
 * where a quote stands, so that long prompts cost a memchr(). */
static size_t string_end(struct bytes json, size_t at)
{
    size_t begin = at;

    while (at < json.length) {
        const char *quote = memchr(json.at + at, '"', json.length - at);
        if (!quote)
            break;
        at = (size_t)(quote - json.at) + 1;
        size_t backslashes = 0;
        while (at - 2 - backslashes >= begin && json.at[at - 2 - backslashes] == '\\')
            backslashes++;
        if (backslashes % 2 == 0)
            return at;
    }
    return json.length;
}

/* Where the value that begins at `at` ends: a comma or a closing bracket of what encloses it, or
 * behind its own closing bracket or quote. */
static size_t value_end(struct bytes json, size_t at)
{
    size_t depth = 0;

    while (at < json.length) {
        char c = json.at[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return at;
        at = c == '"' ? string_end(json, at + 1) : at + 1;
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']')
            depth--;
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            return at;
    }
    return json.length;
}

static struct bytes value_at(struct bytes json, size_t at)
{
    size_t end = value_end(json, at);
    while (end > at && is_space(json.at[end - 1]))
        end--;
    return bytes_of(json.at + at, end - at);
}

struct bytes engine_member_raw(struct bytes object, struct bytes name)
{
    size_t at = skip_spaces(object, 0) + 1; /* behind '{' */

    for (;;) {
        at = skip_spaces(object, at);
        if (at >= object.length || object.at[at] != '"')
            return bytes_of(NULL, 0);
        size_t name_end = string_end(object, at + 1);
        struct bytes found = bytes_of(object.at + at + 1, name_end - at - 2);
        at = skip_spaces(object, skip_spaces(object, name_end) + 1); /* behind ':' */
        if (at >= object.length)
            return bytes_of(NULL, 0);
        if (bytes_equal(found, name))
            return value_at(object, at);
        at = skip_spaces(object, value_end(object, at)) + 1; /* behind ',' */
    }
}

struct bytes engine_element_cut(struct bytes *rest)
{
    size_t at = skip_spaces(*rest, 0);
    if (at >= rest->length || rest->at[at] == ']')
        return bytes_of(NULL, 0);

    struct bytes element = value_at(*rest, at);
    size_t next = skip_spaces(*rest, (size_t)(element.at - rest->at) + element.length);
    if (next < rest->length && rest->at[next] == ',')
        next++;
    *rest = bytes_after(*rest, next);
    return element;
}

uint64_t engine_word_count(struct bytes text)
{
    uint64_t words = text.length > 0 && !is_space(text.at[0]);

    for (size_t i = 1; i < text.length; i++)
        words += is_space(text.at[i - 1]) & (is_space(text.at[i]) ^ 1U);
    return words;
}

struct bytes engine_word_cut(struct bytes *rest)
{
    size_t begin = skip_spaces(*rest, 0), end = begin;

    while (end < rest->length && !is_space(rest->at[end]))
        end++;
    struct bytes word = bytes_of(end > begin ? rest->at + begin : NULL, end - begin);
    *rest = bytes_after(*rest, end);
    return word;
}

bool engine_prompt_is_tokens(struct bytes raw)
{
    size_t at = skip_spaces(raw, 0) + 1;

    if (at >= raw.length || raw.at[at - 1] != '[')
        return false;
    at = skip_spaces(raw, at);
    return at < raw.length && raw.at[at] >= '0' && raw.at[at] <= '9';
}

static bool is_image(yyjson_val *part)
{
    yyjson_val *type = yyjson_obj_get(part, "type");
    return value_is(type, "image_url") || value_is(type, "input_image") || value_is(type, "image");
}

/* Of all messages: their contents' parts. */
static uint64_t image_count(yyjson_val *messages)
{
    yyjson_val *message, *part;
    size_t i, j, message_count, part_count;
    uint64_t images = 0;

    yyjson_arr_foreach(messages, i, message_count, message)
    {
        yyjson_arr_foreach(yyjson_obj_get(message, "content"), j, part_count, part)
        {
            images += is_image(part);
        }
    }
    return images;
}

uint64_t engine_prompt_tokens(struct bytes raw, yyjson_val *value)
{
    if (engine_prompt_is_tokens(raw))
        return yyjson_arr_size(value);
    return engine_word_count(raw) + image_count(value) * ENGINE_IMAGE_TOKENS;
}
