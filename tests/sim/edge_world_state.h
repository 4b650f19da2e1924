/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_world_state - an edge world as its own files see it.
 *
 * Memory   edge_world_run() has it on its stack.
 */
#ifndef TESTS_SIM_EDGE_WORLD_STATE_H
#define TESTS_SIM_EDGE_WORLD_STATE_H

#include "client.h"
#include "customers.h"
#include "edge_world.h"
#include "oracle.h"

#define CLIENTS_LIMIT 8

struct engine_node {
    struct world_node *node;
    struct listen_socket *socket;
    struct engine *engine;
    uint64_t tokens; /* when the faults were over */
};

struct client_node {
    struct world_node *node;
    struct client client;
};

/* The parts of a life; each has clients of its own. */
enum part { PART_FAULTS, PART_PEACE, PART_DRAIN };

struct edge_world {
    struct world *world;
    struct random random; /* of the plan; the world has its own */
    struct edge_world_result *result;
    struct fault_plan faults;
    struct world_models models;
    struct customers customers;
    struct oracle oracle;
    unsigned violations;
    enum part part;
    uint64_t window_bytes;
    bool events_are_small; /* each fits the window */
    bool is_verbose;

    struct world_node *edge_node;
    struct edge *edge;
    bool is_ready, is_stopped;
    struct engine_node engines[ENGINES_LIMIT];
    struct client_node clients[CLIENTS_LIMIT];
};

void edge_world_violation(struct edge_world *w, struct bytes why);
/* Ends the test: the world itself does not work. */
void edge_world_must(int r, const char *what);

/* Opens the nodes, without waiting for the edge to come up. */
void edge_world_open(struct edge_world *w);
/* Ends the clients and the engines, says what was left behind, and closes the nodes. The edge has
 * been closed. */
void edge_world_close(struct edge_world *w);

#endif
