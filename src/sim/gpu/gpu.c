/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/gpu.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "sim/gpu/state.h"

static bool profile_can_run(const struct gpu_profile *profile)
{
    return profile->block_tokens > 0 && profile->kv_tokens >= profile->block_tokens &&
           profile->max_num_seqs > 0 && profile->step_tokens > 0 && profile->noise_percent < 100;
}

int gpu_open(struct gpu **ret_gpu, const struct gpu_options *options)
{
    if (!profile_can_run(options->profile))
        return -EINVAL;
    struct gpu *gpu = calloc(1, sizeof *gpu);
    if (!gpu)
        return -ENOMEM;

    gpu->profile = *options->profile;
    gpu->scale_millionths =
        options->scale_millionths > 0 ? options->scale_millionths : GPU_SCALE_ONE;
    gpu->due_ns = GPU_NEVER;
    gpu->gauges.kv_blocks = gpu->profile.kv_tokens / gpu->profile.block_tokens;
    random_init(&gpu->noise, options->seed);
    list_init(&gpu->waiting);
    list_init(&gpu->running);
    list_init(&gpu->stepped);
    gpu_histograms_init(&gpu->histograms);
    int r = kv_cache_open(&gpu->cache, gpu->gauges.kv_blocks);
    if (r < 0) {
        gpu_close(gpu);
        return r;
    }
    *ret_gpu = gpu;
    return 0;
}

void gpu_close(struct gpu *gpu)
{
    if (!gpu)
        return;
    kv_cache_close(gpu->cache);
    free(gpu);
}

const struct gpu_profile *gpu_profile(const struct gpu *gpu)
{
    return &gpu->profile;
}

/* ---- sequences come and go ---- */

static bool fits_ever(const struct gpu *gpu, const struct gpu_sequence *sequence)
{
    uint64_t room = gpu->gauges.kv_blocks * gpu->profile.block_tokens;
    uint64_t most = gpu->profile.max_model_len < room ? gpu->profile.max_model_len : room;

    return sequence->prompt_tokens <= most &&
           sequence->answer_tokens <= most - sequence->prompt_tokens;
}

enum gpu_verdict gpu_submit(struct gpu *gpu, struct gpu_sequence *sequence, uint64_t now_ns)
{
    assert(sequence->prompt_tokens > 0 && sequence->answer_tokens > 0);
    if (!fits_ever(gpu, sequence))
        return GPU_TOO_LONG;
    if (gpu->gauges.waiting >= gpu->profile.waiting_limit)
        return GPU_QUEUE_FULL;

    sequence->state = GPU_WAITING;
    sequence->submitted_ns = now_ns;
    list_push_back(&gpu->waiting, &sequence->link);
    gpu->gauges.waiting++;
    if (gpu->due_ns == GPU_NEVER)
        gpu->due_ns = now_ns;
    return GPU_TAKEN;
}

void gpu_leave(struct gpu *gpu, struct gpu_sequence *sequence, enum gpu_state state)
{
    if (sequence->state == GPU_WAITING)
        gpu->gauges.waiting--;
    if (sequence->state == GPU_RUNNING)
        gpu->gauges.running--;
    kv_cache_release(gpu->cache, &sequence->hold);
    list_remove(&sequence->link);
    sequence->state = state;
}

void gpu_cancel(struct gpu *gpu, struct gpu_sequence *sequence)
{
    list_remove(&sequence->stepped);
    if (sequence->state == GPU_WAITING || sequence->state == GPU_RUNNING) {
        gpu_leave(gpu, sequence, GPU_OUT);
        gpu->gauges.cancelled++;
    }
    sequence->state = GPU_OUT;
}

/* ---- time ---- */

uint64_t gpu_due_ns(const struct gpu *gpu)
{
    return gpu->due_ns;
}

void gpu_step(struct gpu *gpu)
{
    assert(gpu->due_ns != GPU_NEVER && list_is_empty(&gpu->stepped));
    if (gpu->is_stepping)
        gpu_step_end(gpu);
    else
        gpu_step_begin(gpu);
}

struct gpu_sequence *gpu_pop(struct gpu *gpu)
{
    struct list *link = list_pop_front(&gpu->stepped);
    return link ? CONTAINER_OF(link, struct gpu_sequence, stepped) : NULL;
}

struct gpu_gauges gpu_gauges(const struct gpu *gpu)
{
    struct gpu_gauges gauges = gpu->gauges;
    gauges.kv_blocks_used = gauges.kv_blocks - kv_cache_available(gpu->cache);
    return gauges;
}

const struct gpu_histograms *gpu_histograms(const struct gpu *gpu)
{
    return &gpu->histograms;
}
