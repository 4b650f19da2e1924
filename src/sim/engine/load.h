/* SPDX-License-Identifier: Apache-2.0
 *
 * load - how busy an engine is, as its metrics and status pages tell it.
 *
 * Memory   a value; histograms are views of the engine's, for as long as the loop stands still.
 * Threads  the engine's loop.
 */
#ifndef SIM_ENGINE_LOAD_H
#define SIM_ENGINE_LOAD_H

#include "sim/engine/state.h"
#include "sim/gpu/gpu.h"

struct engine_load {
    struct gpu_gauges gauges;
    const struct gpu_histograms *histograms;
    uint64_t stopped, cut; /* of the answers that were completed: by themselves, by max_tokens */
    uint64_t block_tokens; /* of one block of KV memory */
    uint64_t kv_tokens, kv_used_tokens;
    double kv_use, hit_rate; /* 0..1 */
    double tokens_per_s;     /* of all sequences that run */
};

/* While a request for it is being answered, which is no load. */
void engine_load_read(const struct engine *engine, struct engine_load *ret_load);

#endif
