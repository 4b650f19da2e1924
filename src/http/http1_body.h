/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_body - takes a request's body off a connection's bytes: framing (a length, chunks, or none
 * at all after an upgrade), then gzip, within what the reader asks for.
 *
 * Memory   the caller embeds the struct; pieces are views into the input or the scratch memory.
 * Threads  belongs to its owner.
 */
#ifndef HTTP_HTTP1_BODY_H
#define HTTP_HTTP1_BODY_H

#include "http/http1_chunked.h"
#include "http/http_gzip.h"

enum http1_body_kind {
    HTTP1_BODY_LENGTH,
    HTTP1_BODY_CHUNKED,
    HTTP1_BODY_RAW, /* after an upgrade: whatever comes */
};

struct http1_body {
    enum http1_body_kind kind;
    bool has_ended;
    uint64_t length_left;   /* HTTP1_BODY_LENGTH: encoded bytes to come */
    uint64_t decoded_left;  /* how much more may be handed out before it is too large */
    struct http_gzip *gzip; /* NULL: not coded */
    struct http1_chunked chunked;
};

enum http1_body_step {
    HTTP1_BODY_MORE,  /* more input is needed, or `most` is 0 */
    HTTP1_BODY_PIECE, /* ret_piece->bytes, and whether they are the last; both may be nothing */
    HTTP1_BODY_WRONG, /* the framing, or what is coded */
    HTTP1_BODY_LARGE, /* more than limit_bytes, or a bomb */
    HTTP1_BODY_MEMORY,
};

struct http1_piece {
    struct bytes bytes;
    bool last;
};

/* Where decoding writes; the input must not lie in it. */
struct http1_scratch {
    char *at;
    size_t size;
};

/* body_bytes: HTTP_LENGTH_UNKNOWN for chunks. The body takes `gzip` over. */
void http1_body_init(struct http1_body *body, uint64_t body_bytes, uint64_t limit_bytes,
                     struct http_gzip *gzip);
/* Shortens *input from the front. Never asks for input behind the body's end. */
enum http1_body_step http1_body_next(struct http1_body *body, struct bytes *input, uint64_t most,
                                     struct http1_scratch scratch, struct http1_piece *ret_piece);
/* How much reading is worth while `most` may be handed out. */
size_t http1_body_wants(const struct http1_body *body, uint64_t most);
void http1_body_clear(struct http1_body *body);

#endif
