/* SPDX-License-Identifier: Apache-2.0
 *
 * reply - an HTTP/1.1 answer as a suspicious client reads it, byte by byte, sharing no code with
 * the product: what was said, and whether it was said to its end.
 *
 * Memory   reply_clear() frees what was read.
 */
#ifndef TESTS_SIM_REPLY_H
#define TESTS_SIM_REPLY_H

#include "base/buffer.h"

enum reply_state {
    REPLY_HEAD,
    REPLY_BODY,
    REPLY_CHUNK_SIZE,
    REPLY_CHUNK,
    REPLY_CHUNK_END,
    REPLY_TRAILER,
    REPLY_COMPLETE,
    REPLY_NONSENSE
};

struct reply {
    enum reply_state state;
    struct buffer line; /* an unfinished line */
    unsigned status;
    bool is_chunked, has_length, is_first_line, must_close;
    bool is_to_head;   /* so no body follows, whatever the head says */
    unsigned interims; /* heads of 1xx before this one */
    uint64_t left;     /* of the body or the chunk */
    char request_id[64];
    char content_type[64];
    struct buffer body; /* without framing */
};

void reply_init(struct reply *reply, bool is_to_head);
/* Returns how many bytes belonged to this answer. */
size_t reply_feed(struct reply *reply, struct bytes bytes);
void reply_clear(struct reply *reply);

#endif
