/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange - one request and its answer, as the side that answers sees it, whatever carries it:
 * an HTTP/1.1 connection, a stream of HTTP/2, a test's fake. Above this line nobody sees a
 * connection.
 *
 * Body in   pushed, by byte credit: on_body() gets at most what http_exchange_grant() allowed, and
 *           the transport reads no further. Nothing is granted at first. `last` comes with the last
 *           bytes, or alone (an empty body: once granted anything, or at once if the head says so).
 *           A gzip body arrives decoded: then the head's content_length is HTTP_LENGTH_UNKNOWN and
 *           Content-Encoding is not among its fields.
 * Body out  http_exchange_write() takes what the transport has room for, straight from the caller's
 *           memory; the rest stays the caller's until on_room(). What was offered is promised: its
 *           length may already be on the wire, so the next write goes on with the same bytes. The
 *           head waits for the first write and leaves with it, in one system call.
 * Gone      on_gone() comes at most once, whether or not anybody reads or writes: the client left,
 *           broke the protocol or a deadline. Then only http_exchange_close() is left. A client
 *           that closes its sending side while an exchange is open counts as gone.
 * Upgrade   after http_exchange_upgrade() bodies in both directions are raw bytes.
 *
 * Units    bytes.
 * Memory   the exchange belongs to the transport; the handler holds it from on_request() to
 *          http_exchange_close(). The head, and what is allocated from the arena, live as long.
 * Threads  the loop of its transport. No event comes from inside a call.
 * Errors   0 or -errno; -EPIPE: the exchange is gone (on_gone() has come or will); -EINVAL: a field
 *          that could end its line, a second final answer, more or less body than content_length
 *          says (then close the exchange: the client must see that it is broken).
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <sys/types.h>

#include "base/arena.h"
#include "http/head.h"
#include "loop/address.h"

struct http_exchange;

enum http_gone {
    HTTP_GONE_LEFT,      /* closed or reset by the client */
    HTTP_GONE_MALFORMED, /* the body's framing; the transport has answered 400 if it still could */
    HTTP_GONE_TOO_LARGE, /* the body passed limits.body_bytes; answered 413 if possible */
    HTTP_GONE_TIMEOUT,   /* body or write deadline; answered 408 if possible */
    HTTP_GONE_MEMORY,    /* there was none left for this request; answered 503 if possible */
    HTTP_GONE_SHUTDOWN,  /* the server was closed */
};

extern const char *const http_gone_names[];

struct http_exchange_events {
    void (*on_body)(void *user, struct bytes bytes, bool last);
    void (*on_room)(void *user);
    void (*on_gone)(void *user, enum http_gone why);
};

void http_exchange_bind(struct http_exchange *exchange, const struct http_exchange_events *events,
                        void *user);
const struct http_request_head *http_exchange_head(const struct http_exchange *exchange);
struct arena *http_exchange_arena(struct http_exchange *exchange);
int http_exchange_peer(const struct http_exchange *exchange, struct address *ret_address);
bool http_exchange_is_tls(const struct http_exchange *exchange);

/* `bytes` more of the body may come. */
void http_exchange_grant(struct http_exchange *exchange, uint64_t bytes);
/* 100 Continue, if the client waits for it and it was not sent; else nothing. */
int http_exchange_continue(struct http_exchange *exchange);

/* The final answer's head: copied. Framing fields (Content-Length, Transfer-Encoding, Connection,
 * Date) are the transport's: it makes them from content_length. */
int http_exchange_answer(struct http_exchange *exchange, const struct http_answer_head *head);
/* Returns how many bytes of all parts were taken (0 is possible), or -errno. With `end` the answer
 * is complete once everything was taken. Less taken than offered: on_room() will come. */
ssize_t http_exchange_write(struct http_exchange *exchange, const struct bytes *parts,
                            size_t part_count, bool end);
/* 101 with these fields. */
int http_exchange_upgrade(struct http_exchange *exchange, struct http_fields fields);

/* Ends the handler's part. Complete answer: the transport goes on with its next request (or closes,
 * if the request's body was left unread). Incomplete: the client sees a broken transfer, never a
 * clean end. */
void http_exchange_close(struct http_exchange *exchange);

#endif
