/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_world - one seed: a whole edge with its workers, engines behind it, clients before it, a
 * random choice of faults (swarm testing: Groce et al., 2012), and what must hold whatever happens:
 *
 *   - every question ends within its deadline;
 *   - every answer belongs to its question, token by token; a cut stream is never a clean one;
 *   - without faults every question is answered; after faults stop, too;
 *   - when all is over nothing is left: no stream, timer, task, exchange, call or byte.
 *
 * Errors   violations, as sentences.
 */
#ifndef TESTS_SIM_EDGE_WORLD_H
#define TESTS_SIM_EDGE_WORLD_H

#include "judge.h"
#include "loop/sim/world.h"

/* Kinds of trouble the engines themselves can make, besides the world's. */
#define ENGINE_FAULT_KINDS 13

struct edge_world_result {
    uint64_t hash;
    unsigned workers, engines, clients;
    bool is_fault_free;
    uint64_t outcomes[OUTCOMES];
    uint64_t questions, retries;
    uint64_t world_faults[FAULT_KINDS];
    bool engine_faults[ENGINE_FAULT_KINDS]; /* switched on, and requests were hit */
    struct buffer violations;               /* a line each; the caller clears it */
};

extern const char *const engine_fault_names[ENGINE_FAULT_KINDS];

/* Whether an edge has occasions for this kind. */
bool edge_world_meets(enum world_fault fault);

void edge_world_run(uint64_t seed, bool is_verbose, struct edge_world_result *ret_result);

#endif
