/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_request - reads a request's head in HTTP/1.0 or 1.1 (RFC 9112): llhttp finds the parts,
 * and what it or another parser could read in two ways is refused. docs/http.md names each case.
 *
 * Memory   the result's views point into `head`; the list of fields is the arena's.
 * Threads  any.
 * Errors   a verdict with the status to refuse with; 503 when the arena has no room.
 */
#ifndef HTTP_HTTP1_REQUEST_H
#define HTTP_HTTP1_REQUEST_H

#include "base/arena.h"
#include "http/head.h"
#include "http/http1_head.h"
#include "http/server.h"

#define HTTP1_TARGET_LIMIT_BYTES 8192

/* Status 0: nothing is wrong. */
struct http1_verdict {
    unsigned status;
    const char *reason; /* a sentence for people */
};

struct http1_request {
    struct http_request_head head;
    uint64_t body_bytes; /* as it comes, coded or not; HTTP_LENGTH_UNKNOWN: chunked */
    bool is_gzip;
    bool keeps_alive;    /* as far as the client is concerned */
    bool offers_upgrade; /* fit for 101 */
};

/* `head` is whole and `lines` long, as http1_head_search() found it. */
struct http1_verdict http1_request_read(struct http1_request *ret_request, struct bytes head,
                                        uint32_t lines, const struct http_limits *limits,
                                        struct arena *arena);
/* What to say about input without an end: found is _BAD or _LARGE. */
struct http1_verdict http1_request_refuse(enum http1_found found,
                                          const struct http1_search *search);

#endif
