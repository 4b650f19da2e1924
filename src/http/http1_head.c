/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_head.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* One more line is whole: it ends before `end`, where its LF is. */
static enum http1_found judge_line(const struct http1_search *search, const char *at, size_t end)
{
    size_t start = search->line_start;
    if (end == start || at[end - 1] != '\r')
        return HTTP1_FOUND_BAD;
    if (end - 1 == start)
        return start == 0 ? HTTP1_FOUND_BLANK : HTTP1_FOUND_END;
    if (start > 0 && is_blank(at[start]))
        return HTTP1_FOUND_BAD;
    return HTTP1_FOUND_MORE;
}

enum http1_found http1_head_search(struct http1_search *search, struct bytes input, size_t limit)
{
    if (limit > UINT32_MAX)
        limit = UINT32_MAX;
    size_t usable = input.length < limit ? input.length : limit;

    while (search->seen < usable) {
        const char *newline = memchr(input.at + search->seen, '\n', usable - search->seen);
        if (!newline) {
            search->seen = (uint32_t)usable;
            break;
        }
        size_t end = (size_t)(newline - input.at);
        enum http1_found found = judge_line(search, input.at, end);
        if (found == HTTP1_FOUND_BAD || found == HTTP1_FOUND_BLANK)
            return found;
        search->seen = search->line_start = (uint32_t)end + 1;
        search->lines++;
        if (found == HTTP1_FOUND_END)
            return found;
    }
    return input.length >= limit ? HTTP1_FOUND_LARGE : HTTP1_FOUND_MORE;
}

/* One pass without branches, which compilers turn into vector code: each byte is judged with the
 * one before it, so that CR and LF only pass as a pair. */
bool http1_head_is_clean(struct bytes head)
{
    const unsigned char *at = (const unsigned char *)head.at;
    unsigned char wrong = 0;

    for (size_t i = 1; i < head.length; i++) {
        unsigned char byte = at[i];
        unsigned char is_line_end = (byte == '\r') | (byte == '\n');
        unsigned char is_control = (byte < 0x20) & (byte != '\t') & !is_line_end;
        unsigned char is_unpaired = (at[i - 1] == '\r') ^ (byte == '\n');
        wrong |= is_control | is_unpaired | (byte == 0x7f);
    }
    /* A head begins with a visible character and ends with the LF of its empty line. */
    return head.length > 0 && at[0] > 0x20 && at[0] != 0x7f && at[head.length - 1] == '\n' &&
           !wrong;
}

/* Without branches: nearly all are. */
bool http1_is_token(struct bytes view)
{
    bool is_token = view.length > 0;
    for (size_t i = 0; i < view.length; i++)
        is_token &= http1_is_token_char(view.at[i]);
    return is_token;
}

bool http1_read_length(struct bytes view, uint64_t *ret_length)
{
    uint64_t length;
    bool has_leading_zero = view.length > 1 && view.at[0] == '0';
    if (has_leading_zero || !bytes_read_u64(view, &length) || length > INT64_MAX)
        return false;
    *ret_length = length;
    return true;
}
