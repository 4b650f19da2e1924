/* SPDX-License-Identifier: Apache-2.0
 *
 * state - the GPU model as its own files see it: gpu.c lets sequences come and go, begin.c
 * decides what a step does, end.c what came of it.
 *
 * Memory   gpu.c makes and frees it.
 */
#ifndef SIM_GPU_STATE_H
#define SIM_GPU_STATE_H

#include "base/random.h"
#include "sim/gpu/gpu.h"

struct gpu {
    struct gpu_profile profile;
    struct kv_cache *cache;
    struct random noise;
    uint64_t scale_millionths;

    struct list waiting; /* first come, first admitted; preempted ones stand before them */
    struct list running; /* in the order of admission */
    struct list stepped;

    bool is_stepping;
    uint64_t due_ns;   /* the step at hand ends, or the next one begins */
    uint64_t began_ns; /* the step at hand */

    struct gpu_gauges gauges; /* without kv_blocks_used */
    struct gpu_histograms histograms;
};

void gpu_step_begin(struct gpu *gpu);
void gpu_step_end(struct gpu *gpu);
/* Gives back what it holds. */
void gpu_leave(struct gpu *gpu, struct gpu_sequence *sequence, enum gpu_state state);
void gpu_histograms_init(struct gpu_histograms *histograms);

/* Prompt and answer so far. */
static inline uint64_t gpu_known_tokens(const struct gpu_sequence *sequence)
{
    return sequence->prompt_tokens + sequence->made_tokens;
}

#endif
