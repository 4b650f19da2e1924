/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/exchange/path.h"

/* 16: it is none. */
static unsigned digit_value(char c)
{
    char lower = (char)(c | 0x20);
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

/* Takes one character, which may be written as an escape. */
static char next_character(struct bytes *path)
{
    const char *at = path->at;
    bool is_escape =
        path->length >= 3 && at[0] == '%' && digit_value(at[1]) < 16 && digit_value(at[2]) < 16;
    *path = bytes_after(*path, is_escape ? 3 : 1);
    return is_escape ? (char)(digit_value(at[1]) * 16 + digit_value(at[2])) : at[0];
}

bool path_is_plain(struct bytes path)
{
    unsigned dots = 0;
    bool has_more = false; /* than dots, in this segment */
    while (path.length > 0) {
        char c = next_character(&path);
        if (c == '\0' || c == '%') /* one that is no escape, or would be one after decoding */
            return false;
        bool is_end = c == '/' || c == '\\';
        if (is_end && dots > 0 && !has_more)
            return false;
        dots = is_end ? 0 : dots + (c == '.');
        has_more = !is_end && (has_more || c != '.');
    }
    return dots == 0 || has_more;
}

struct bytes path_decode(struct bytes path, struct arena *arena)
{
    struct bytes decoded = arena_copy(arena, path);
    char *to = (char *)(uintptr_t)decoded.at;
    if (!to)
        return decoded;
    while (path.length > 0)
        *to++ = next_character(&path);
    return bytes_of(decoded.at, (size_t)(to - decoded.at));
}
