/* SPDX-License-Identifier: Apache-2.0
 *
 * batch - an engine's GPU at work: answers take seats in its batch, and go on as its steps
 * give them tokens. Without a GPU in the profile there is no batch, and answers have a pace of
 * their own (struct engine_pace).
 *
 * A token of the prompt is a word of its raw bytes; what has the same words in front, down to a
 * whole block of the GPU's memory, has the same prefix.
 *
 * Memory   state.h embeds the batch; a seat is its generation's until engine_batch_leave().
 * Threads  the engine's loop.
 * Errors   -ENOMEM; -EINVAL from opening: a profile that can run nothing.
 */
#ifndef SIM_ENGINE_BATCH_H
#define SIM_ENGINE_BATCH_H

#include "loop/timer.h"
#include "sim/gpu/gpu.h"

struct engine;
struct engine_generation;

struct engine_batch {
    struct gpu *gpu; /* NULL: the profile has none */
    struct timer timer;
};

/* Where a generation waits for its tokens; each choice is a sequence of its own. */
struct engine_seat {
    struct engine_generation *generation;
    uint64_t ready_tokens; /* that all choices have */
    uint64_t *hashes;
    unsigned choice_count;
    struct engine_choice {
        struct gpu_sequence sequence;
        struct engine_seat *seat;
    } choices[];
};

/* For the engine's profile, which is set. */
int engine_batch_open(struct engine *engine, const struct gpu_options *options);
/* All seats were left. */
void engine_batch_close(struct engine *engine);

/* Only with GPU_TAKEN it has a seat. */
int engine_batch_join(struct engine *engine, struct engine_generation *generation,
                      enum gpu_verdict *ret_verdict);
/* At any time; a generation without a seat is left alone. */
void engine_batch_leave(struct engine *engine, struct engine_generation *generation);

#endif
