/* SPDX-License-Identifier: Apache-2.0
 *
 * http_link - one connection to an origin. It is dialled for a request, carries one at a time, and
 * waits in the origin's pool between them. Only the client's own files include it; see client.h.
 *
 *   RESOLVING -> CONNECTING -> BUSY <-> IDLE
 *        '------------+---------+--------+--> CLOSED
 *
 * Memory   a link is the origin's; it frees itself when it is closed. While an answer is being
 *          digested its events may close it, so that it is freed only after them.
 * Threads  belongs to its loop.
 */
#ifndef HTTP_HTTP_LINK_H
#define HTTP_HTTP_LINK_H

#include "base/buffer.h"
#include "base/list.h"
#include "http/client.h"
#include "http/http1_reply.h"
#include "loop/timer.h"

enum http_link_state {
    HTTP_LINK_RESOLVING, /* until the first look-up has ended */
    HTTP_LINK_CONNECTING,
    HTTP_LINK_BUSY,
    HTTP_LINK_IDLE,
    HTTP_LINK_CLOSED,
};

struct http_link {
    struct list link; /* in one of the origin's lists */
    struct http_origin *origin;
    struct http_request *request; /* NULL: idle or closed */
    struct stream *stream;        /* NULL: not connecting yet */
    enum http_link_state state;
    struct http1_reply reply;
    struct buffer held; /* what was read and cannot be digested yet: a cut head, or body that
                           nobody has granted */
    struct timer timer; /* CONNECTING: this attempt's; BUSY: silence; IDLE: keeping */
    uint64_t connect_due_ns;
    size_t first_address, attempts; /* of dialling */
    bool was_used;                  /* has carried a request before */
    bool is_digesting;
    bool is_starved;   /* body is there, or may be, but no credit */
    bool peer_is_done; /* it has sent all that it will */
    bool is_broken;
};

/* A new connection for the request. */
int http_link_dial(struct http_origin *origin, struct http_request *request);
/* The origin's name has been resolved, or could not be. */
void http_link_resolved(struct http_link *link);
/* An idle link begins with the request. */
void http_link_carry(struct http_link *link, struct http_request *request);
/* Credit was granted. */
void http_link_feed(struct http_link *link);
/* Closes it; its request, if any, hears nothing. NULL is fine. */
void http_link_drop(struct http_link *link);

#endif
