/* SPDX-License-Identifier: Apache-2.0 */
#include "config/text_check.h"

#include "loop/address.h"

bool text_is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool text_is_name(struct bytes text)
{
    if (text.length == 0 || text.length > TEXT_NAME_BYTES)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!is_name_char(text.at[i]))
            return false;
    return true;
}

/* Line and paragraph separator, byte order mark, the two non-characters. */
static const struct bytes unprintable[] = {
    {"\xe2\x80\xa8", 3}, {"\xe2\x80\xa9", 3}, {"\xef\xbb\xbf", 3},
    {"\xef\xbf\xbe", 3}, {"\xef\xbf\xbf", 3},
};

static bool is_unprintable(struct bytes character)
{
    unsigned char first = (unsigned char)character.at[0];
    if (character.length == 1)
        return first < 0x20 || first == 0x7f;
    unsigned char second = (unsigned char)character.at[1];
    if (first == 0xc2)
        return second < 0xa0; /* C1 controls */
    if (first == 0xee && second < 0x82)
        return true; /* U+E000 to U+E07F, which config/substitute.h keeps for itself */
    for (size_t i = 0; i < sizeof unprintable / sizeof *unprintable; i++)
        if (bytes_equal(character, unprintable[i]))
            return true;
    return false;
}

size_t text_char_bytes(struct bytes rest)
{
    unsigned char first = (unsigned char)rest.at[0];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    bool is_whole = length <= rest.length && bytes_are_utf8(bytes_of(rest.at, length));
    return is_whole ? length : 0;
}

size_t text_printable_bytes(struct bytes text)
{
    size_t at = 0;
    while (at < text.length) {
        size_t length = text_char_bytes(bytes_after(text, at));
        if (length == 0 || is_unprintable(bytes_of(text.at + at, length)))
            break;
        at += length;
    }
    return at;
}

bool text_is_printable(struct bytes text)
{
    return text_printable_bytes(text) == text.length;
}

const char *text_check_name(struct bytes text)
{
    return text_is_name(text) ? NULL : "is no name";
}

const char *text_check_core_name(struct bytes text)
{
    return text_is_name(text) ? NULL : "is no name for a core";
}

const char *text_check_place(struct bytes text)
{
    bool is_place = bytes_equal(text, BYTES("*")) || text_is_name(text);
    return is_place ? NULL : "is no name for a core";
}

const char *text_check_model_name(struct bytes text)
{
    bool fits = text.length > 0 && text.length <= TEXT_MODEL_BYTES;
    return fits && text_is_printable(text) ? NULL : "is no name for a model";
}

bool text_is_path_char(char c)
{
    return is_name_char(c) || text_is_one_of(c, "/~!$&'()*+,;=:@%");
}

const char *text_check_path(struct bytes text)
{
    if (!bytes_start_with(text, BYTES("/")))
        return "does not begin with a slash";
    for (size_t i = 0; i < text.length; i++)
        if (!text_is_path_char(text.at[i]))
            return "holds a character that no path may hold";
    return NULL;
}

const char *text_check_route(struct bytes text)
{
    struct bytes path = text;
    if (bytes_end_with(path, BYTES("/*")))
        path.length--;
    bool is_plain = bytes_find(path, BYTES("*")) < 0 && text.length <= TEXT_ROUTE_BYTES;
    return is_plain && !text_check_path(path) ? NULL : "is no path for a route";
}

const char *text_check_method(struct bytes text)
{
    static const struct bytes methods[] = {{"GET", 3}, {"HEAD", 4},  {"POST", 4},
                                           {"PUT", 3}, {"PATCH", 5}, {"DELETE", 6}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (bytes_equal(text, methods[i]))
            return NULL;
    return "is no method";
}

static bool is_word(struct bytes text, const char *const *words)
{
    for (; *words; words++)
        if (bytes_equal(text, bytes_from_cstr(*words)))
            return true;
    return false;
}

const char *text_check_algorithm(struct bytes text)
{
    static const char *const words[] = {"RS256", "ES256", "EdDSA", NULL};
    return is_word(text, words) ? NULL : "is no algorithm that tokens may be signed with";
}

const char *text_check_class(struct bytes text)
{
    static const char *const words[] = {"realtime", "interactive", "standard", "batch", NULL};
    return is_word(text, words) ? NULL : "is no class";
}

static bool holds_nocase(struct bytes text, struct bytes word)
{
    for (size_t i = 0; i + word.length <= text.length; i++)
        if (bytes_equal_nocase(bytes_of(text.at + i, word.length), word))
            return true;
    return false;
}

static bool has_few_characters(struct bytes text)
{
    size_t different = 0;
    for (size_t i = 0; i < text.length; i++)
        different += memchr(text.at, text.at[i], i) == NULL;
    return different < 6;
}

const char *text_check_secret(struct bytes text)
{
    static const char *const words[] = {"secret",  "password", "changeme", "change-me", "change_me",
                                        "example", "default",  "webhook",  "isthmus",   NULL};
    if (text.length < TEXT_SECRET_LEAST)
        return "is too short for a secret";
    if (has_few_characters(text))
        return "is no secret: anybody guesses it";
    for (const char *const *word = words; *word; word++)
        if (holds_nocase(text, bytes_from_cstr(*word)))
            return "is no secret: it looks like one of an example";
    return NULL;
}

const char *text_check_listen(struct bytes text)
{
    struct address address;
    return address_parse(text, &address) == 0 ? NULL : "is no address";
}

static bool is_origin(struct bytes text)
{
    ptrdiff_t scheme_end = bytes_find(text, BYTES("://"));
    if (scheme_end <= 0)
        return false;
    struct bytes host = bytes_after(text, (size_t)scheme_end + 3);
    for (size_t i = 0; i < host.length; i++)
        if (!is_name_char(host.at[i]) && host.at[i] != ':' && host.at[i] != '[' &&
            host.at[i] != ']')
            return false;
    return host.length > 0;
}

const char *text_check_origin(struct bytes text)
{
    return bytes_equal(text, BYTES("*")) || is_origin(text) ? NULL : "is no origin";
}

const char *text_check_key(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return "holds a space or a character that no header can carry";
    return NULL;
}
