/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_connection - a client's connection in HTTP/1.0 or 1.1 (RFC 9112), from accept to close.
 *
 *   SHAKING -> IDLE -> HEAD -> SERVING -+-> IDLE
 *                       |               '-> LINGERING -> CLOSED
 *                       '--- refused ------'
 *   Any state may go to CLOSED. An exchange that its handler has not closed keeps a LINGERING or
 *   CLOSED connection in memory, not its stream.
 *
 * Every event of the stream, the timer and the task enters, does its work, which may call the
 * handler, and leaves by settling. The handler's own calls only note, write, and settle; what
 * would be an event is left to the task.
 *
 * Memory   the connection frees itself. While idle it owns its struct and nothing else.
 * Threads  its server's loop.
 */
#ifndef HTTP_HTTP1_CONNECTION_H
#define HTTP_HTTP1_CONNECTION_H

#include "http/http1_request.h"
#include "http/server_body.h"
#include "loop/timer.h"

struct http1_exchange;

enum http1_state {
    HTTP1_SHAKING, /* hands, for TLS */
    HTTP1_IDLE,
    HTTP1_HEAD,      /* part of a head has come */
    HTTP1_SERVING,   /* an exchange has the connection, at least until its answer is sent */
    HTTP1_LINGERING, /* the last bytes go out, what comes in is dropped: a close with unread input
                        would reset the connection, and the client might lose the answer */
    HTTP1_CLOSED,    /* there is no stream any more */
};

/* What the one timer of the connection stands for. */
enum http1_wait {
    HTTP1_WAIT_NOTHING,
    HTTP1_WAIT_HANDSHAKE,
    HTTP1_WAIT_IDLE,
    HTTP1_WAIT_FRESH, /* draining: the first request of a connection that was just made */
    HTTP1_WAIT_HEAD,
    HTTP1_WAIT_BODY,
    HTTP1_WAIT_WRITE,
    HTTP1_WAIT_LINGER,
};

struct http1_connection {
    struct http_server *server;
    struct stream *stream; /* NULL: CLOSED */
    struct http1_exchange *exchange;
    struct list link; /* of the server */
    struct timer timer;
    struct task task;
    struct buffer held; /* IDLE, HEAD: input not read yet; SERVING: see http1_exchange.rest;
                           LINGERING: output not written yet */
    struct http1_search search;
    enum http1_state state;
    enum http1_wait wait;
    uint32_t lingered_bytes;
    bool is_running; /* an event is being handled: whoever ends it will settle */
    bool is_reading;
    bool peer_has_finished;
    bool has_served;
    bool has_skipped_blank; /* the one empty line allowed before a request */
    bool is_tls;
};

/* Takes the stream over, also when it fails (it is closed then). */
int http1_connection_open(struct http_server *server, struct stream *stream);
struct http1_connection *http1_connection_of(struct list *link);
/* IDLE: closed. Others end with what they are doing. */
void http1_connection_drain(struct http1_connection *connection);
/* Closed and freed; its exchange is told, and gone when this returns. */
void http1_connection_shut_down(struct http1_connection *connection);

/* For http1_exchange.c and http1_linger.c. */

/* Brings reading and the timer in line with the state, ends what is over, frees what is done.
 * Calls nobody. */
void http1_connection_settle(struct http1_connection *connection);
/* The connection is ready for its next request. */
void http1_connection_become_idle(struct http1_connection *connection);
/* Closes the stream: SERVING or not, nothing is sent or read any more. */
void http1_connection_drop(struct http1_connection *connection, bool reset);
void http1_connection_wait(struct http1_connection *connection, enum http1_wait wait);

/* Answers with the server's own words, as far as memory and peer allow, and lingers. */
void http1_linger_refuse(struct http1_connection *connection, struct http1_verdict verdict);
/* All is said: FIN, and wait for the peer's. */
void http1_linger_begin(struct http1_connection *connection);
void http1_linger_on_readable(struct http1_connection *connection);
void http1_linger_on_writable(struct http1_connection *connection);

#endif
