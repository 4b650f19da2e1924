/* SPDX-License-Identifier: Apache-2.0
 *
 * faults - which kinds of trouble a seed has, and how much of each (swarm testing: Groce et al.,
 * 2012): each kind is off, or on with a rate of its own, since most bugs need few kinds, but some
 * need two.
 *
 * Memory   values.
 */
#ifndef TESTS_SIM_FAULTS_H
#define TESTS_SIM_FAULTS_H

#include "loop/sim/world.h"
#include "sim/engine/engine.h"

/* Kinds of trouble the engines themselves can make, besides the world's: the members of struct
 * engine_faults, in their order, but for after_tokens. */
#define ENGINE_FAULT_KINDS 15

extern const char *const engine_fault_names[ENGINE_FAULT_KINDS];

struct fault_plan {
    bool is_fault_free;
    bool network_is_sound;
    bool engines_are_fast;       /* none stalls, pauses or is slow */
    bool disk_is_sound;          /* and its jobs are done at once */
    uint32_t world[FAULT_KINDS]; /* per million of its occasions */
    struct engine_faults engine;
};

/* Whether an edge has occasions for this kind. */
bool faults_meet(enum world_fault fault);
void fault_plan_draw(struct fault_plan *plan, struct random *random);
/* Of an edge that has a disk: some seeds get faults of that, too. */
void fault_plan_draw_disk(struct fault_plan *plan, struct random *random);

#endif
