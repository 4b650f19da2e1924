/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/state.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

static const uint64_t ttft_bounds[] = {
    MS,       5 * MS,   10 * MS,  20 * MS, 40 * MS,   60 * MS,  80 * MS,    100 * MS,
    250 * MS, 500 * MS, 750 * MS, S,       2500 * MS, 5 * S,    7500 * MS,  10 * S,
    20 * S,   40 * S,   80 * S,   160 * S, 640 * S,   2560 * S, UINT64_MAX,
};
static const uint64_t itl_bounds[] = {
    10 * MS,   25 * MS,  50 * MS,  75 * MS,  100 * MS, 150 * MS,   200 * MS,
    300 * MS,  400 * MS, 500 * MS, 750 * MS, S,        2500 * MS,  5 * S,
    7500 * MS, 10 * S,   20 * S,   40 * S,   80 * S,   UINT64_MAX,
};
static const uint64_t request_bounds[] = {
    300 * MS, 500 * MS, 800 * MS, S,        1500 * MS, 2 * S,      2500 * MS, 5 * S,
    10 * S,   15 * S,   20 * S,   30 * S,   40 * S,    50 * S,     60 * S,    120 * S,
    240 * S,  480 * S,  960 * S,  1920 * S, 7680 * S,  UINT64_MAX,
};
static const uint64_t step_token_bounds[] = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, UINT64_MAX,
};

void gpu_histograms_init(struct gpu_histograms *histograms)
{
    histogram_init(&histograms->ttft, ttft_bounds);
    histogram_init(&histograms->itl, itl_bounds);
    histogram_init(&histograms->queue, request_bounds);
    histogram_init(&histograms->prefill, request_bounds);
    histogram_init(&histograms->decode, request_bounds);
    histogram_init(&histograms->whole, request_bounds);
    histogram_init(&histograms->step_tokens, step_token_bounds);
}

static void first_token_note(struct gpu *gpu, struct gpu_sequence *sequence)
{
    struct gpu_histograms *histograms = &gpu->histograms;

    sequence->first_token_ns = gpu->due_ns;
    histogram_add(&histograms->ttft, gpu->due_ns - sequence->submitted_ns, 1);
    histogram_add(&histograms->queue, sequence->admitted_ns - sequence->submitted_ns, 1);
    histogram_add(&histograms->prefill, gpu->due_ns - sequence->admitted_ns, 1);
}

static void finish(struct gpu *gpu, struct gpu_sequence *sequence)
{
    struct gpu_histograms *histograms = &gpu->histograms;

    gpu_leave(gpu, sequence, GPU_FINISHED);
    gpu->gauges.finished++;
    histogram_add(&histograms->decode, gpu->due_ns - sequence->first_token_ns, 1);
    histogram_add(&histograms->whole, gpu->due_ns - sequence->submitted_ns, 1);
}

/* False: its interval is that of all who also had a token in the step before. */
static bool interval_note(struct gpu *gpu, const struct gpu_sequence *sequence)
{
    if (sequence->last_token_ns == gpu->began_ns)
        return false;
    histogram_add(&gpu->histograms.itl, gpu->due_ns - sequence->last_token_ns, 1);
    return true;
}

static void blocks_publish(struct gpu *gpu, struct gpu_sequence *sequence)
{
    struct kv_hold *hold = &sequence->hold;
    while (hold->shared_blocks < sequence->hash_count &&
           (hold->shared_blocks + 1) * gpu->profile.block_tokens <= sequence->computed_tokens)
        kv_cache_publish(gpu->cache, hold, sequence->hashes[hold->shared_blocks]);
}

/* Returns how many intervals as long as the step have ended: 0 or 1. */
static uint64_t token_make(struct gpu *gpu, struct gpu_sequence *sequence)
{
    uint64_t even_intervals = 0;

    if (sequence->made_tokens == 0)
        first_token_note(gpu, sequence);
    else
        even_intervals = interval_note(gpu, sequence) ? 0 : 1;
    sequence->last_token_ns = gpu->due_ns;
    sequence->made_tokens++;
    gpu->gauges.answer_tokens++;
    list_push_back(&gpu->stepped, &sequence->stepped);
    if (sequence->made_tokens == sequence->answer_tokens)
        finish(gpu, sequence);
    return even_intervals;
}

static uint64_t sequence_end(struct gpu *gpu, struct gpu_sequence *sequence)
{
    if (sequence->scheduled_tokens == 0)
        return 0;
    sequence->computed_tokens += sequence->scheduled_tokens;
    sequence->scheduled_tokens = 0;
    blocks_publish(gpu, sequence);
    if (sequence->computed_tokens < gpu_known_tokens(sequence))
        return 0;
    return token_make(gpu, sequence);
}

void gpu_step_end(struct gpu *gpu)
{
    uint64_t even_intervals = 0;

    LIST_EACH_SAFE(link, &gpu->running)
    even_intervals += sequence_end(gpu, CONTAINER_OF(link, struct gpu_sequence, link));
    histogram_add(&gpu->histograms.itl, gpu->due_ns - gpu->began_ns, even_intervals);
    gpu->is_stepping = false;
}
