/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_exchange - the exchange that has an HTTP/1 connection for now: exchange.h over
 * http1_connection, http1_body and http1_answer.
 *
 * Memory   lives in the first block of its own arena, with its head and what the handler puts
 *          there.
 * Threads  its server's loop.
 */
#ifndef HTTP_HTTP1_EXCHANGE_H
#define HTTP_HTTP1_EXCHANGE_H

#include "http/http1_answer.h"
#include "http/http1_body.h"
#include "http/http1_connection.h"
#include "http/transport.h"

enum http1_exchange_state {
    HTTP1_EXCHANGE_OPEN,
    HTTP1_EXCHANGE_BROKEN, /* on_gone() is due */
    HTTP1_EXCHANGE_GONE,   /* on_gone() was called */
    HTTP1_EXCHANGE_CLOSED, /* by its handler; may still flush a complete answer */
};

enum http1_rest_place {
    HTTP1_REST_SCRATCH, /* the loop's: good until the present event ends */
    HTTP1_REST_ARENA,
    HTTP1_REST_HELD, /* the end of connection->held */
};

struct http1_exchange {
    struct http_exchange base;
    struct http1_connection *connection;
    struct http1_body body;
    struct http1_answer answer;
    struct bytes rest; /* input that was read and not taken yet; worth nothing after SERVING */
    enum http1_rest_place rest_place;
    enum http1_exchange_state state;
    enum http_gone why_gone;
    uint64_t credit;
    bool keeps_alive; /* so far: the client, the answer, the server */
    bool offers_upgrade;
    bool awaits_continue;
    bool wants_room; /* less was taken than offered */
    bool is_blocked; /* on_writable() will come */
};

/* NULL: ret_verdict says what to refuse with. `head` is copied. */
struct http1_exchange *http1_exchange_open(struct http1_connection *connection, struct bytes head,
                                           struct http1_verdict *ret_verdict);
void http1_exchange_free(struct http1_exchange *exchange);

/* Calls the handler with whatever is due. Only while the connection is_running. */
void http1_exchange_advance(struct http1_exchange *exchange);
void http1_exchange_on_readable(struct http1_exchange *exchange);
void http1_exchange_on_writable(struct http1_exchange *exchange);
/* The exchange cannot go on; on_gone() is due. status 0: there is nothing to answer with. */
void http1_exchange_break(struct http1_exchange *exchange, enum http_gone why,
                          struct http1_verdict verdict);

/* How many bytes of body should be read now. */
size_t http1_exchange_wants(const struct http1_exchange *exchange);
/* Whether the body's end is here, so that a next request may follow. */
bool http1_exchange_has_whole_body(const struct http1_exchange *exchange);
/* Leaves what was read behind the whole body, taken or not, to connection->held. */
int http1_exchange_leave_rest(struct http1_exchange *exchange);

#endif
