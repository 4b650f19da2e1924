/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_head - what is strict about every HTTP/1 head, a request's or an answer's (RFC 9112
 * sections 2 and 5): where it ends, which bytes it may hold, how a length is written.
 *
 * A line ends with CR LF and nothing else; neither stands alone anywhere; a line does not begin
 * with a blank (obs-fold); there is no control character but the tab.
 *
 * Memory   views; nothing is kept.
 * Threads  any.
 */
#ifndef HTTP_HTTP1_HEAD_H
#define HTTP_HTTP1_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* How far the search for a head's end has come; zeroed: not begun. Feeding the same bytes again,
 * with more behind them, goes on where it stopped. */
struct http1_search {
    uint32_t line_start; /* of the line that is not whole yet */
    uint32_t seen;       /* bytes looked at */
    uint32_t lines;      /* whole ones so far; at the end the empty line is among them */
};

enum http1_found {
    HTTP1_FOUND_MORE,  /* the end has not come yet */
    HTTP1_FOUND_END,   /* search->seen bytes are the head, its empty line included */
    HTTP1_FOUND_BLANK, /* an empty line, two bytes long, where the head should begin */
    HTTP1_FOUND_BAD,   /* a line end or fold that is not allowed */
    HTTP1_FOUND_LARGE, /* no end within `limit` bytes */
};

enum http1_found http1_head_search(struct http1_search *search, struct bytes input, size_t limit);

/* For a whole head: no control character but tabs and CR LF pairs. */
bool http1_head_is_clean(struct bytes head);
/* RFC 9110 section 5.6.2: a bit for each of 128 characters. */
static inline bool http1_is_token_char(char c)
{
    static const uint64_t allowed[4] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe, 0, 0};
    unsigned char byte = (unsigned char)c;
    return allowed[byte / 64] >> (byte % 64) & 1;
}
bool http1_is_token(struct bytes view);
/* A Content-Length: decimal digits alone, no leading zero (which some read as octal), below 2^63.
 */
bool http1_read_length(struct bytes view, uint64_t *ret_length);

#endif
