/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_reply - reads an answer in HTTP/1.0 or 1.1 (RFC 9112), without I/O: llhttp finds a head's
 * parts, and what it or another parser could read in two ways is refused, as in a request.
 *
 * Interim answers (1xx) are read and dropped, a few of them; 101 is refused, since no upgrade is
 * ever asked for. All heads of one answer together are held to the limit on head bytes.
 *
 * Units    bytes.
 * Memory   the caller embeds the struct. The head is copied to the arena; pieces of the body are
 *          views of the input.
 * Threads  belongs to its owner.
 * Errors   verdicts, which stay.
 */
#ifndef HTTP_HTTP1_REPLY_H
#define HTTP_HTTP1_REPLY_H

#include "base/arena.h"
#include "http/head.h"
#include "http/http1_chunked.h"
#include "http/http1_head.h"

#define HTTP1_INTERIM_LIMIT 8 /* more are malformed */

struct http1_reply_options {
    struct arena *arena;
    size_t head_bytes, field_count; /* limits */
    bool answers_head;              /* to a HEAD request: a length, but no body */
};

enum http1_reply_phase {
    HTTP1_REPLY_IN_HEAD,
    HTTP1_REPLY_IN_LENGTH,
    HTTP1_REPLY_IN_CHUNKS,
    HTTP1_REPLY_UNTIL_CLOSE,
    HTTP1_REPLY_ENDED,
    HTTP1_REPLY_BROKEN,
};

struct http1_reply {
    struct http1_reply_options options;
    struct http_answer_head head;
    enum http1_reply_phase phase;
    struct http1_search search;
    struct http1_chunked chunked;
    uint64_t left; /* IN_LENGTH: of the body */
    unsigned interim_count;
    bool has_begun; /* a byte has come */
    bool keeps_alive;
};

enum http1_reply_step {
    HTTP1_REPLY_MORE,   /* more input is needed; what is left of *input comes again before it */
    HTTP1_REPLY_CREDIT, /* body is next, but `most` is 0 */
    HTTP1_REPLY_HEAD,   /* reply->head is there */
    HTTP1_REPLY_BODY,   /* a piece of the body, at most `most` bytes */
    HTTP1_REPLY_END,    /* what is left of *input is not part of this answer */
    HTTP1_REPLY_MALFORMED,
    HTTP1_REPLY_TOO_LARGE,
    HTTP1_REPLY_MEMORY,
};

void http1_reply_begin(struct http1_reply *reply, const struct http1_reply_options *options);
/* Reads on in *input, which it shortens from the front, up to and with one piece of news. */
enum http1_reply_step http1_reply_next(struct http1_reply *reply, struct bytes *input,
                                       uint64_t most, struct bytes *ret_body);
/* The origin ends here: whether that is how this answer ends. */
bool http1_reply_ends_by_close(const struct http1_reply *reply);

#endif
