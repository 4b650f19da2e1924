/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_world - one seed: a whole edge with its workers, engines behind it, clients before it, a
 * random choice of faults, and what must hold whatever happens:
 *
 *   - every question ends within its deadline;
 *   - every answer belongs to its question, token by token; a cut stream is never a clean one;
 *   - without faults every question is answered; after faults stop, too;
 *   - what oracle.h and punctuality.h say;
 *   - when all is over nothing is left: no stream, timer, task, exchange, call or byte.
 *
 * A life has three parts: questions under faults; a few when the faults are over; and a few more
 * while the edge drains.
 *
 * Errors   violations, as sentences.
 */
#ifndef TESTS_SIM_EDGE_WORLD_H
#define TESTS_SIM_EDGE_WORLD_H

#include "faults.h"
#include "judge.h"

struct edge_world_result {
    uint64_t hash;
    unsigned workers, engines, clients;
    bool is_fault_free;
    uint64_t outcomes[OUTCOMES];
    uint64_t questions, retries;
    uint64_t world_faults[FAULT_KINDS]; /* times they fired */
    uint32_t engine_faults;             /* bit i: engine_fault_names[i] hit a request */
    struct buffer violations;           /* a line each; the caller clears it */
};

void edge_world_run(uint64_t seed, bool is_verbose, struct edge_world_result *ret_result);

#endif
