/* SPDX-License-Identifier: Apache-2.0
 *
 * server - connections of one listener on one loop, and the exchanges they carry.
 *
 * Framing is strict (RFC 9112): what two parsers could read differently is answered with 400 and
 * the connection closed; see docs/http.md for each decision. Pipelined requests are answered in
 * order, one at a time. A connection owns no buffer while it is idle.
 *
 * Units    bytes, milliseconds; 0 for a deadline: none.
 * Memory   the server is the caller's until http_server_close(); options are copied.
 * Threads  its loop. tls may be replaced at any time for later handshakes.
 * Errors   0 or -errno from opening.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/block_pool.h"
#include "base/buffer.h"
#include "http/exchange.h"
#include "loop/listener.h"
#include "loop/tls.h"

struct http_server;

struct http_limits {
    size_t head_bytes;   /* request line and fields together: 431, 414 */
    size_t field_count;  /* 431 */
    uint64_t body_bytes; /* decoded: 413 */
    unsigned gzip_ratio; /* decoded bytes per encoded byte, beyond the first 64 KiB: 413 */
    size_t connections;  /* open at once on this server; further ones wait in the backlog */
};

struct http_deadlines {
    uint64_t handshake_ms; /* TLS */
    uint64_t head_ms;      /* from a request's first byte to the end of its head: 408 */
    uint64_t body_ms;      /* between two reads of a body that was granted: 408 */
    uint64_t idle_ms;      /* between requests: closed in silence */
    uint64_t write_ms;     /* a client that takes nothing while there is something to send */
};

/* What the server itself answers (4xx before there is an exchange, 4xx/5xx of its own limits). The
 * filler writes the body, its type and further fields, so that such answers have the API's shape.
 */
struct http_refusal {
    unsigned status;
    struct bytes reason; /* a sentence for people */
    struct buffer *body;
    struct buffer *fields; /* lines "name: value\r\n" */
};

struct http_server_options {
    struct http_limits limits;
    struct http_deadlines deadlines;
    struct block_pool *blocks;    /* for arenas, of this loop */
    struct memory_budget *budget; /* for what else is buffered */
    struct tls_context *tls;      /* NULL: plain */
    struct stream_options stream;
    void (*on_request)(void *user, struct http_exchange *exchange);
    void (*on_refusal)(void *user, struct http_refusal *refusal); /* may be NULL: an empty body */
    void (*on_drained)(void *user); /* after http_server_drain(): no connection is left */
    void (*on_trouble)(void *user, int error); /* accepting paused (EMFILE ...); may be NULL */
    void *user;
};

struct http_server_counts {
    size_t connections, exchanges;
};

int http_server_open(struct http_server **ret_server, struct loop *loop,
                     struct listen_socket *socket, const struct http_server_options *options);
void http_server_set_tls(struct http_server *server, struct tls_context *tls);
void http_server_count(const struct http_server *server, struct http_server_counts *ret_counts);
/* Stops accepting, closes idle connections, lets open exchanges end (`Connection: close`). */
void http_server_drain(struct http_server *server);
/* Open exchanges are gone (on_gone() with HTTP_GONE_SHUTDOWN comes before this returns, the only
 * event from inside a call); then all memory is freed. NULL is fine. */
void http_server_close(struct http_server *server);

#endif
