/* SPDX-License-Identifier: Apache-2.0
 *
 * drive - drives the GPU model in virtual time and measures it as engines are measured: with
 * a steady load in a closed loop, and with one batch.
 *
 * Units    tokens; milliseconds and seconds of the model's time.
 * Memory   gives back all it takes.
 * Threads  any.
 * Errors   -ENOMEM; -EINVAL: the GPU cannot take this load.
 */
#ifndef SIM_GPU_DRIVE_H
#define SIM_GPU_DRIVE_H

#include "sim/gpu/profile.h"

struct gpu_workload {
    uint64_t prompt_tokens, answer_tokens;
    uint64_t concurrency; /* requests in the engine at any time; 0: gpu_drive_saturation() */
};

/* The concurrency that fills the memory or the slots, with sequences that are on average in the
 * middle of their answer. */
uint64_t gpu_drive_saturation(const struct gpu_profile *profile,
                              const struct gpu_workload *workload);

struct gpu_throughput {
    double tokens_per_s; /* of answers */
    double batch;        /* tokens of answers in a step, mean */
    double step_ms;      /* mean */
    double preemptions;  /* for each request that finished */
};

/* Each request that finishes is followed by the next one of the same shape. */
int gpu_drive_steadily(const struct gpu_profile *profile, const struct gpu_workload *workload,
                       struct gpu_throughput *ret_throughput);

struct gpu_batch_times {
    double prefill_ms; /* until all have their first token */
    double itl_ms;     /* from then on, mean */
};

/* `concurrency` requests come at once, and nothing behind them. */
int gpu_drive_batch(const struct gpu_profile *profile, const struct gpu_workload *workload,
                    struct gpu_batch_times *ret_times);

#endif
