/* SPDX-License-Identifier: Apache-2.0
 *
 * gate_world - a gate on a loop of virtual time, with a seat whose knowledge the test writes down,
 * and requests that are nothing but a head and an address.
 */
#ifndef TESTS_UNIT_EDGE_GATE_WORLD_H
#define TESTS_UNIT_EDGE_GATE_WORLD_H

#include "edge/access/gate.h"
#include "http/transport.h"
#include "keys/key_table.h"
#include "loop/sim/world.h"

struct gate_world {
    struct world *world;
    struct world_node *node;
    struct loop *loop;
    struct memory_budget budget;
    struct block_pool blocks;
    struct edge_config config;
    struct access access; /* what the seat says */
    unsigned jwks_asked, access_asked;
    struct gate *gate;
};

/* One request. */
struct asking {
    struct http_exchange http;
    struct address peer;
    struct http_field field;
    struct visitor visitor;
};

void gate_world_open(struct gate_world *world, enum auth_mode auth);
void gate_world_close(struct gate_world *world);
void gate_world_wait_ms(struct gate_world *world, uint64_t ms);
/* A key of this name, whose secret is "secret-NAME". */
void gate_world_add(struct gate_world *world, struct key key);

/* From this address, with this field. */
void asking_begin(struct gate_world *world, struct asking *asking, const char *ip,
                  struct http_field field);
enum gate_verdict asking_ask(struct gate_world *world, struct asking *asking);
void asking_end(struct asking *asking);
/* All of it at once, from 10.0.0.9: the verdict and who it was (NULL: nobody). */
enum gate_verdict gate_world_ask(struct gate_world *world, struct http_field field,
                                 struct visitor *ret_visitor);

#endif
