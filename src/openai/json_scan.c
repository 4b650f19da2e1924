/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/json_scan.h"

#include <endian.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is a quote, a backslash, below 0x20 or above 0x7f. A byte that
 * borrows from its neighbour is such a byte itself, so the first one is always right. */
static uint64_t odd_bytes(uint64_t eight)
{
    uint64_t quote = eight ^ EACH('"'), backslash = eight ^ EACH('\\');
    return ((quote - EACH(0x01)) | (backslash - EACH(0x01)) | (eight - EACH(0x20)) | eight) &
           EACH(0x80);
}

static bool is_odd(char c)
{
    return (unsigned char)c < 0x20 || (unsigned char)c > 0x7f || c == '"' || c == '\\';
}

/* GNU C's vectors: gcc and clang make the machine's own of them. */
typedef signed char block_bytes __attribute__((vector_size(16)));
typedef uint64_t block_words __attribute__((vector_size(16)));

static bool block_has_odd(const char *at)
{
    block_bytes block;
    memcpy(&block, at, sizeof block);
    block_words odd = (block_words)((block < 0x20) | (block == '"') | (block == '\\'));
    return odd[0] | odd[1];
}

const char *json_scan_plain(const char *at, const char *end)
{
    while ((size_t)(end - at) >= sizeof(block_bytes) && !block_has_odd(at))
        at += sizeof(block_bytes);
    uint64_t eight;
    for (; (size_t)(end - at) >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, at, sizeof eight);
        uint64_t odd = odd_bytes(le64toh(eight));
        if (odd)
            return at + __builtin_ctzll(odd) / 8;
    }
    while (at < end && !is_odd(*at))
        at++;
    return at;
}

/* [ and ] differ from { and } in this bit alone. */
#define BRACKET_BIT 0x20

static bool block_has_structure(const char *at)
{
    block_bytes block;
    memcpy(&block, at, sizeof block);
    block_bytes folded = block | BRACKET_BIT;
    block_words found = (block_words)((block == '"') | (folded == '{') | (folded == '}'));
    return found[0] | found[1];
}

static bool is_inert(char c)
{
    return c != '"' && (c | BRACKET_BIT) != '{' && (c | BRACKET_BIT) != '}';
}

const char *json_scan_inert(const char *at, const char *end)
{
    while ((size_t)(end - at) >= sizeof(block_bytes) && !block_has_structure(at))
        at += sizeof(block_bytes);
    while (at < end && is_inert(*at))
        at++;
    return at;
}

static bool is_between(char c, unsigned char least, unsigned char most)
{
    return (unsigned char)c >= least && (unsigned char)c <= most;
}

static bool is_tail(char c)
{
    return is_between(c, 0x80, 0xbf);
}

/* The Unicode Standard, table 3-7: well-formed byte sequences. 0: this is none. */
static size_t character_length(const char *at, size_t room)
{
    unsigned char lead = (unsigned char)at[0];
    if (lead < 0xe0)
        return room >= 2 && lead >= 0xc2 && is_tail(at[1]) ? 2 : 0;
    if (lead < 0xf0)
        return room >= 3 &&
                       is_between(at[1], lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) &&
                       is_tail(at[2])
                   ? 3
                   : 0;
    return room >= 4 && lead <= 0xf4 &&
                   is_between(at[1], lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) &&
                   is_tail(at[2]) && is_tail(at[3])
               ? 4
               : 0;
}

static enum json_fault scan_beyond_ascii(const char **at, const char *end)
{
    while (*at < end && (unsigned char)**at > 0x7f) {
        size_t length = character_length(*at, (size_t)(end - *at));
        if (length == 0)
            return JSON_NOT_UTF8;
        *at += length;
    }
    return JSON_SOUND;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#define ESCAPE_BYTES 6 /* of "\u1234" */

/* The UTF-16 unit of "\u1234"; -1: this is none. */
static int32_t read_unit(const char *at, const char *end)
{
    if (end - at < ESCAPE_BYTES || at[0] != '\\' || at[1] != 'u')
        return -1;
    int32_t unit = 0;
    for (int i = 2; i < ESCAPE_BYTES; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool is_high_surrogate(int32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

static enum json_fault scan_unit(const char **at, const char *end)
{
    int32_t unit = read_unit(*at, end);
    if (unit < 0)
        return JSON_BAD_ESCAPE;
    if (is_low_surrogate(unit))
        return JSON_LONE_SURROGATE;
    if (is_high_surrogate(unit)) {
        if (!is_low_surrogate(read_unit(*at + ESCAPE_BYTES, end)))
            return JSON_LONE_SURROGATE;
        *at += ESCAPE_BYTES;
    }
    *at += ESCAPE_BYTES;
    return JSON_SOUND;
}

/* What a backslash and this letter stand for; 0: nothing. */
static char escape_meaning(char letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        return letter;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

static enum json_fault scan_escape(const char **at, const char *end)
{
    if (end - *at < 2)
        return JSON_BAD_ESCAPE;
    char letter = (*at)[1];
    if (letter == 'u')
        return scan_unit(at, end);
    if (escape_meaning(letter) == '\0')
        return JSON_BAD_ESCAPE;
    *at += 2;
    return JSON_SOUND;
}

enum json_fault json_scan_odd(const char **at, const char *end)
{
    if (**at == '\\')
        return scan_escape(at, end);
    return (unsigned char)**at > 0x7f ? scan_beyond_ascii(at, end) : JSON_CONTROL_CHARACTER;
}

/* Behind one digit or more; NULL: there is none. */
static const char *scan_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : NULL;
}

static const char *scan_exponent(const char *at, const char *end)
{
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    return scan_digits(at, end);
}

const char *json_scan_number(const char *at, const char *end)
{
    if (at < end && *at == '-')
        at++;
    const char *first = at;
    at = scan_digits(at, end);
    if (!at || (*first == '0' && at - first > 1))
        return NULL;
    if (at < end && *at == '.')
        at = scan_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E'))
        at = scan_exponent(at + 1, end);
    return at;
}

/* RFC 3629, section 3. */
static size_t write_utf8(int32_t character, char *ret_bytes)
{
    if (character < 0x80) {
        ret_bytes[0] = (char)character;
        return 1;
    }
    size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--) {
        ret_bytes[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    ret_bytes[0] = (char)(leads[length] | character);
    return length;
}

size_t json_scan_escape(struct bytes *text, char *ret_decoded)
{
    const char *at = text->at, *end = text->at + text->length;
    if (at[1] != 'u') {
        *ret_decoded = escape_meaning(at[1]);
        *text = bytes_after(*text, 2);
        return 1;
    }
    int32_t character = read_unit(at, end);
    size_t used = ESCAPE_BYTES;
    if (is_high_surrogate(character)) {
        int32_t low = read_unit(at + ESCAPE_BYTES, end);
        character = 0x10000 + ((character & 0x3ff) << 10 | (low & 0x3ff));
        used += ESCAPE_BYTES;
    }
    *text = bytes_after(*text, used);
    return write_utf8(character, ret_decoded);
}
