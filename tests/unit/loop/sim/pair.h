/* SPDX-License-Identifier: Apache-2.0
 *
 * pair - two nodes of a world and a connection between them: what the tests of the simulated
 * network share. Payload bytes follow a law, so that loss and disorder show.
 */
#ifndef TESTS_UNIT_LOOP_SIM_PAIR_H
#define TESTS_UNIT_LOOP_SIM_PAIR_H

#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/sim/world.h"
#include "loop/stream.h"

#define ALWAYS 1000000
#define SERVER_PORT 80

struct end {
    struct stream *stream;
    bool is_lazy; /* reads nothing */
    unsigned connected, readable, in_vain, writable, ended, broken;
    int connect_error, broken_error;
    size_t received, wrong; /* bytes; how many of them were not what they should be */
    size_t largest_read;
    bool end_is_read;
    size_t wanted, written; /* goes on writing until all that is wanted is written */
    int write_error;
};

struct pair {
    struct world *world;
    struct world_node *client_node, *server_node;
    struct listen_socket *socket;
    struct listener *listener;
    struct address place; /* of the server */
    unsigned accepted, troubles;
    int trouble;
    struct end client, server;
};

void pair_open(struct pair *pair, uint64_t seed);
/* The client begins to connect; user_timeout_ms as in stream_options. */
int pair_begin(struct pair *pair, uint32_t user_timeout_ms);
/* Both ends are connected. */
void pair_connect(struct pair *pair, uint32_t user_timeout_ms);
void pair_run_ms(struct pair *pair, uint64_t duration_ms);
/* Everything is closed, and nothing is left. */
void pair_close(struct pair *pair);
void assert_nothing_is_held(const struct world_node *node);

void end_send(struct end *end, size_t bytes);
void end_close(struct end *end);

#endif
