/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_world - an engine and its clients: two nodes of a world, bytes in virtual time.
 */
#ifndef TESTS_UNIT_SIM_ENGINE_WORLD_H
#define TESTS_UNIT_SIM_ENGINE_WORLD_H

#include "base/buffer.h"
#include "loop/sim/world.h"
#include "loop/stream.h"
#include "sim/engine/engine.h"

#define ALWAYS 1000000
#define LONG_NS (3600 * NS_PER_S)
#define PROMPT "[{\"role\":\"user\",\"content\":\"hello\"}]"

struct fixture {
    struct world *world;
    struct world_node *engine_node, *client_node;
    struct listen_socket *socket;
    struct address address;
    struct engine *engine;
};

/* One client's connection: what it sends, and all that comes back. */
struct probe {
    struct stream *stream;
    struct buffer out, in;
    uint64_t first_byte_ns, last_byte_ns;
    bool has_ended; /* the engine closed its side */
    int hangup;     /* 0, or what broke the connection */
};

/* For cmocka; the second fails if the engine left anything behind. */
int world_setup(void **state);
int world_teardown(void **state);

void engine_begin(struct fixture *fixture, const struct engine_options *options);
void run_for(struct fixture *fixture, uint64_t duration_ns);

/* Connects; what is asked before it stands is sent then. */
void probe_open(struct fixture *fixture, struct probe *probe);
void probe_close(struct probe *probe);
/* head: "GET /path". */
void probe_write(struct probe *probe, const char *head, const char *body);
void ask_chat(struct probe *probe, unsigned tokens, bool stream);
bool has(const struct probe *probe, const char *text);
/* Tokens of the law that came, in order and without a gap. */
unsigned tokens_in(const struct probe *probe);

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

#endif
