/* SPDX-License-Identifier: Apache-2.0
 *
 * http_request - a request under way, as its link sees it. Only the client's own files include it;
 * see client.h.
 *
 * Memory   lives in its arena, until http_request_close().
 * Threads  belongs to its loop.
 */
#ifndef HTTP_HTTP_REQUEST_H
#define HTTP_HTTP_REQUEST_H

#include "base/arena.h"
#include "http/client.h"
#include "http/http_link.h"

struct http_request {
    struct arena *arena;
    struct arena own_arena; /* empty if the caller gave one */
    struct http_origin *origin;
    struct http_link *link; /* NULL: ended */
    const struct http_request_events *events;
    void *user;
    struct http_outgoing outgoing;
    struct bytes head; /* as sent */
    uint64_t sent_bytes, total_bytes;
    uint64_t credit_bytes;
    struct task task; /* tells a failure, or goes on with new credit */
    enum http_failure failure;
    bool has_failed;
};

static inline bool http_request_is_sent_whole(const struct http_request *request)
{
    return request->sent_bytes == request->total_bytes;
}

/* Up to STREAM_PARTS parts of what is not sent yet. */
size_t http_request_rest(const struct http_request *request, struct bytes ret_parts[STREAM_PARTS]);
/* The link is gone; on_failed() comes at the end of this turn. */
void http_request_fail(struct http_request *request, enum http_failure why);

#endif
