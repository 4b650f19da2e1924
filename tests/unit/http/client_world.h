/* SPDX-License-Identifier: Apache-2.0
 *
 * client_world - a client in a world, and an origin whose every byte the test says itself.
 *
 * The origin listens at 10.0.0.2:8000, which is also what "core.test" means. Its connections are
 * numbered as they come.
 *
 * Errors   what the harness itself needs and does not get fails the test.
 */
#ifndef TESTS_UNIT_HTTP_CLIENT_WORLD_H
#define TESTS_UNIT_HTTP_CLIENT_WORLD_H

#include "base/buffer.h"
#include "http/client.h"
#include "loop/listener.h"
#include "loop/sim/world.h"

#define CLIENT_WORLD_CONNECTIONS 16
#define ORIGIN_IP "10.0.0.2"
#define ORIGIN_PORT 8000

/* A connection as the origin sees it. */
struct heard {
    struct stream *stream;
    struct buffer bytes;
    struct buffer unsent;
    bool is_deaf; /* reads nothing */
    bool has_end;
    int error; /* it broke */
};

struct client_world {
    struct world *world;
    struct world_node *client_node, *origin_node;
    struct loop *loop;
    struct block_pool blocks;
    struct memory_budget budget;
    struct listen_socket *socket;
    struct listener *listener;
    struct tls_context *origin_tls;     /* NULL: plain */
    struct http_origin_options options; /* change them between _init() and _start() */
    struct http_origin *origin;
    struct heard heard[CLIENT_WORLD_CONNECTIONS];
    size_t heard_count;
};

void client_world_init(struct client_world *world);
void client_world_listen(struct client_world *world);
/* The origin listens, and the client knows it. */
void client_world_start(struct client_world *world);
/* All of these. */
void client_world_open(struct client_world *world);
/* Closes all, and proves that nothing is left. */
void client_world_close(struct client_world *world);
void client_world_run_ms(struct client_world *world, uint64_t ms);

/* The origin's part, on its connection `at`. */
void origin_say(struct client_world *world, size_t at, struct bytes bytes);
void origin_hang_up(struct client_world *world, size_t at);
void origin_reset(struct client_world *world, size_t at);
/* What it was told so far, as text. */
const char *origin_text(struct client_world *world, size_t at);

/* A request and what is told about it. */
enum asked_event { ASKED_HEAD, ASKED_BODY, ASKED_END, ASKED_FAILED, ASKED_NOTHING };

struct asked {
    struct http_request *request;
    struct http_outgoing outgoing;
    unsigned status;
    uint64_t content_length;
    struct buffer body;
    unsigned heads, ends, failures;
    enum http_failure failure;
    enum asked_event closes_at; /* the event in which the request is closed */
};

/* GET /, to be changed before client_ask_for(). */
struct asked asked_get(void);
/* GET /, everything granted. */
void client_ask(struct client_world *world, struct asked *asked);
/* What asked->outgoing says; nothing is granted. */
void client_ask_for(struct client_world *world, struct asked *asked);
/* The same where it may fail; returns what http_request_start() did. */
int client_try(struct client_world *world, struct asked *asked);
/* Closes the request and forgets what was told. */
void asked_clear(struct asked *asked);
void expect_answer(const struct asked *asked, unsigned status, const char *body);
void expect_failure(const struct asked *asked, enum http_failure why);

#endif
