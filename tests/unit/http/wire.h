/* SPDX-License-Identifier: Apache-2.0
 *
 * wire - a server and one raw client in a world: tests send bytes and look at the bytes that come
 * back. The handler answers 200 with "METHOD target body", unless the test brings its own.
 *
 * Errors   what the harness itself needs and does not get fails the test.
 */
#ifndef TESTS_UNIT_HTTP_WIRE_H
#define TESTS_UNIT_HTTP_WIRE_H

#include "http/server.h"
#include "loop/sim/world.h"
#include "loop/stream.h"

struct wire_request; /* what the default handler has in hand */

struct wire {
    struct world *world;
    struct world_node *server_node, *client_node;
    struct loop *server_loop, *client_loop;
    struct memory_budget budget;
    struct block_pool blocks;
    struct listen_socket *socket;
    struct http_server *server;
    struct http_server_options options; /* change them between wire_init() and wire_start() */

    struct tls_context *client_tls; /* NULL: the client speaks plainly */
    struct stream *client;
    struct buffer received;
    struct buffer unsent;
    bool is_lazy; /* the client reads nothing */
    bool has_end; /* FIN came */
    int error;    /* the client's connection broke */

    unsigned requests, gones, drains;
    enum http_gone why_gone;
    struct buffer log; /* "METHOD target body\n" for each request that was read to its end */
};

void wire_init(struct wire *wire);
void wire_start(struct wire *wire);
/* Both. */
void wire_open(struct wire *wire);
/* Closes all, and proves that nothing is left. */
void wire_close(struct wire *wire);

void wire_connect(struct wire *wire);
/* Without running the world: nobody has answered yet. */
void wire_begin_connect(struct wire *wire);
void wire_send(struct wire *wire, struct bytes bytes);
void wire_run_ms(struct wire *wire, uint64_t ms);
/* Everything received so far, as text. */
const char *wire_text(struct wire *wire);
/* The status of the first answer; 0: none. */
unsigned wire_status(struct wire *wire);
/* Forgets what was received, and leaves the connection. */
void wire_disconnect(struct wire *wire);
/* One request on a connection of its own, cut into two at `cut`; returns the answer's status. */
unsigned wire_ask(struct wire *wire, struct bytes request, size_t cut);

#endif
