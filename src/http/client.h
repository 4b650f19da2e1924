/* SPDX-License-Identifier: Apache-2.0
 *
 * client - requests to origins over pooled keep-alive connections, on one loop.
 *
 * The answer's framing is held to the same strictness as a request's: an origin that could be read
 * in two ways, or that says too much, is HTTP_FAIL_MALFORMED and its connection is dropped. An idle
 * connection that the origin closes, or on which it speaks unasked, is dropped at once.
 *
 * A request goes out on the connection that was used last, or on a new one; a new one tries the
 * name's addresses in turn, beginning with the one that last worked. How many requests run at once
 * is the caller's to limit. An early answer counts, though the request was not sent whole; then the
 * connection is dropped.
 *
 * Units    bytes, milliseconds; 0 for a deadline: none.
 * Memory   an origin is the caller's until http_origin_close(), which needs its requests to have
 *          ended. A request is the caller's from http_request_start() to http_request_close(). What
 *          head and body views of `struct http_outgoing` point to must live until then.
 * Threads  one loop. No event comes from inside a call.
 * Errors   http_request_start(): -ENOMEM, -EINVAL for a line end or control character in what is
 *          sent; everything else is on_failed().
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/block_pool.h"
#include "http/head.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/tls.h"

struct http_origin;
struct http_request;

enum http_failure {
    HTTP_FAIL_RESOLVE, /* no address is known for the name */
    HTTP_FAIL_CONNECT, /* refused, unreachable, no descriptors */
    HTTP_FAIL_CONNECT_TIMEOUT,
    HTTP_FAIL_TLS,       /* handshake or certificate */
    HTTP_FAIL_STALE,     /* a reused connection closed before any answer byte: try again */
    HTTP_FAIL_RESET,     /* broke before any answer byte on a fresh connection */
    HTTP_FAIL_CUT,       /* broke or ended after the answer had begun */
    HTTP_FAIL_MALFORMED, /* framing or head that is not strict HTTP */
    HTTP_FAIL_TOO_LARGE, /* head limits */
    HTTP_FAIL_IDLE,      /* no byte for deadlines.idle_ms while one was due */
    HTTP_FAIL_MEMORY,
};

extern const char *const http_failure_names[];

struct http_origin_options {
    struct bytes host; /* a name or an IP literal, or unix:/path */
    uint16_t port;
    struct tls_context *tls;  /* NULL: plain */
    struct bytes server_name; /* TLS; empty: host */
    uint64_t resolve_refresh_ms;
    uint64_t connect_timeout_ms; /* name, connection and handshake together */
    uint64_t keep_idle_ms;       /* an unused connection is closed after this */
    size_t keep_idle_connections;
    size_t head_bytes, field_count; /* limits on answers */
    struct stream_options stream;
    struct block_pool *blocks; /* for arenas, of this loop */
    struct memory_budget *budget;
};

struct http_outgoing {
    struct bytes method, target;
    struct bytes authority;    /* the Host field */
    struct http_fields fields; /* without Host and framing fields */
    const struct bytes *body;  /* parts */
    size_t body_part_count;
    uint64_t idle_ms;    /* the longest silence while answer bytes are wanted, from sent on */
    struct arena *arena; /* for the request and the answer's head; outlives both. NULL: its own */
    bool fresh;          /* on a new connection, for retrying after HTTP_FAIL_STALE */
};

struct http_request_events {
    void (*on_head)(void *user, const struct http_answer_head *head);
    void (*on_body)(void *user, struct bytes bytes);
    void (*on_end)(void *user); /* the answer is complete, by its framing; one that ends with its
                                   connection needs credit left to be seen ending */
    void (*on_failed)(void *user, enum http_failure why);
};

int http_origin_open(struct http_origin **ret_origin, struct loop *loop,
                     const struct http_origin_options *options);
void http_origin_close(struct http_origin *origin);
size_t http_origin_connections(const struct http_origin *origin, size_t *ret_idle);

int http_request_start(struct http_request **ret_request, struct http_origin *origin,
                       const struct http_outgoing *outgoing,
                       const struct http_request_events *events, void *user);
/* `bytes` more of the answer's body may come; nothing is granted at first. on_body() never gets
 * more, and the connection is not read further. */
void http_request_grant(struct http_request *request, uint64_t bytes);
/* Ends the caller's part at any time; no event comes after. Complete: the connection is kept.
 * Incomplete: it is reset, so that the origin learns at once that nobody reads. */
void http_request_close(struct http_request *request);
/* Whether any byte of the request may have reached the origin. */
bool http_request_was_sent(const struct http_request *request);

#endif
