/* SPDX-License-Identifier: Apache-2.0
 *
 * request - what the demonstration's clients ask: kinds of requests in a mixture like that of
 * a real day, drawn from a seed.
 *
 * Memory   the caller owns the request and clears it.
 * Threads  belongs to its owner.
 * Errors   -ENOMEM.
 */
#ifndef CLI_DEMO_REQUEST_H
#define CLI_DEMO_REQUEST_H

#include "base/buffer.h"
#include "base/random.h"

enum demo_kind {
    DEMO_CHAT_STREAM,
    DEMO_CHAT,
    DEMO_TEXT_STREAM,
    DEMO_TEXT,
    DEMO_EMBEDDING,
    DEMO_MODELS,
    DEMO_LEAVER,      /* a streamed chat whose client closes the connection early */
    DEMO_NO_JSON,     /* mistakes that clients make */
    DEMO_NO_MESSAGES, /* ... */
    DEMO_NO_PATH,     /* ... */
    DEMO_KINDS,
};

/* A few words for people: "chat, streamed". */
const char *demo_kind_name(enum demo_kind kind);

struct demo_request {
    enum demo_kind kind;
    const char *method, *path;
    struct buffer body;
    uint64_t leave_after; /* tokens, then the client goes; 0: it stays to the end */
};

/* The next of a mixture. */
int demo_request_draw(struct demo_request *ret_request, struct random *random);
int demo_request_make(struct demo_request *ret_request, enum demo_kind kind, struct random *random);
void demo_request_clear(struct demo_request *request);

#endif
