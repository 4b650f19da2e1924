/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_answer - an answer as bytes on the wire (RFC 9112 sections 4 to 7): its head, and how its
 * body is framed while a peer takes as much of it as it likes.
 *
 * Nothing here writes. http1_answer_gather() lists what to write next, http1_answer_took() learns
 * how much of it was taken; heads, sizes and line ends that were left over come first next time.
 *
 * Memory   the head is the arena's; payload stays the caller's.
 * Threads  belongs to its owner.
 */
#ifndef HTTP_HTTP1_ANSWER_H
#define HTTP_HTTP1_ANSWER_H

#include <sys/types.h>

#include "base/arena.h"
#include "http/head.h"
#include "loop/stream.h"

enum http1_framing {
    HTTP1_FRAMING_LENGTH,
    HTTP1_FRAMING_CHUNKED,
    HTTP1_FRAMING_UNTIL_CLOSE,
    HTTP1_FRAMING_NONE, /* no body, whatever is offered (HEAD, 204, 304) */
};

enum http1_answer_state {
    HTTP1_ANSWER_NONE, /* no head yet */
    HTTP1_ANSWER_OPEN,
    HTTP1_ANSWER_ENDED, /* nothing more will be offered; something may still be left over */
};

#define HTTP1_FRAME_BYTES 32 /* a chunk's line end, the next one's size line, the last chunk */

struct http1_answer {
    enum http1_answer_state state;
    enum http1_framing framing;
    struct bytes head; /* not taken yet */
    uint64_t left;     /* payload still owed: to content_length, or to the open chunk */
    uint8_t frame_start, frame_length;
    char frame[HTTP1_FRAME_BYTES]; /* framing that comes before any further payload */
};

/* What the head says beside the handler's fields. */
struct http1_answer_traits {
    unsigned version; /* of the request */
    bool is_head;     /* the request's method is HEAD */
    bool closes;      /* the connection ends with this answer */
    bool says_keep_alive;
    struct bytes date; /* IMF-fixdate, RFC 9110 section 5.6.7 */
};

/* Makes the head. -EINVAL: a status or a field that cannot stand there; -ENOMEM. */
int http1_answer_begin(struct http1_answer *answer, struct arena *arena,
                       const struct http_answer_head *head,
                       const struct http1_answer_traits *traits);
/* 101, and raw bytes from here on. */
int http1_answer_begin_upgrade(struct http1_answer *answer, struct arena *arena,
                               struct http_fields fields, struct bytes date);

/* One write: what to give to stream_write(), and how to read what it says. */
struct http1_gathered {
    struct bytes parts[STREAM_PARTS];
    size_t part_count;
    size_t total_bytes;
    size_t payload_bytes; /* of all that is in `parts` */
    struct bytes tail;    /* framing behind the payload; the last part */
    bool ends;            /* all taken: the answer has ended */
};

/* -EINVAL: more payload, or less before `end`, than content_length says. */
int http1_answer_gather(struct http1_answer *answer, const struct bytes *parts, size_t part_count,
                        bool end, struct http1_gathered *ret_gathered);
/* Returns how many payload bytes are among the `taken`. */
size_t http1_answer_took(struct http1_answer *answer, const struct http1_gathered *gathered,
                         size_t taken);
/* Whether bytes of the head or of framing were left over. */
bool http1_answer_is_behind(const struct http1_answer *answer);

#endif
