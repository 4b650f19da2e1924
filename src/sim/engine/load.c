/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/load.h"

#define BLOCK_TOKENS 16

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

void engine_load_read(const struct engine *engine, struct engine_load *ret_load)
{
    static const struct gpu_histograms none;
    struct gpu_gauges gauges = {
        .running = engine->counts.running - engine->waiting - 1, /* who asks for this page */
        .waiting = engine->waiting,
        .finished = engine->counts.completed,
        .cancelled = engine->counts.cancelled,
        .answer_tokens = engine->counts.tokens,
    };
    const struct gpu *gpu = engine->batch.gpu;
    const struct gpu_histograms *histograms = gpu ? gpu_histograms(gpu) : &none;
    uint64_t block_tokens = gpu ? gpu_profile(gpu)->block_tokens : BLOCK_TOKENS;
    const struct histogram *itl = &histograms->itl;

    if (gpu)
        gauges = gpu_gauges(gpu);

    *ret_load = (struct engine_load){
        .gauges = gauges,
        .histograms = histograms,
        .stopped = engine->counts.completed - engine->cut,
        .cut = engine->cut,
        .block_tokens = block_tokens,
        .kv_tokens = gauges.kv_blocks * block_tokens,
        .kv_used_tokens = gauges.kv_blocks_used * block_tokens,
        .kv_use = share(gauges.kv_blocks_used, gauges.kv_blocks),
        .hit_rate = share(gauges.prefix_hit_tokens, gauges.prefix_query_tokens),
        .tokens_per_s = share(gauges.running * itl->count, itl->sum) * (double)NS_PER_S,
    };
}
