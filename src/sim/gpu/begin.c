/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/state.h"

/* What the step at hand will do. */
struct plan {
    uint64_t budget_tokens; /* that are left */
    struct gpu_load load;
};

static struct gpu_sequence *sequence_of(struct list *link)
{
    return CONTAINER_OF(link, struct gpu_sequence, link);
}

static uint64_t blocks_for(const struct gpu *gpu, uint64_t tokens)
{
    return (tokens + gpu->profile.block_tokens - 1) / gpu->profile.block_tokens;
}

/* Its last token is known but was not read yet: all else is in memory. */
static bool decodes(const struct gpu_sequence *sequence)
{
    return sequence->made_tokens > 0 && sequence->computed_tokens + 1 == gpu_known_tokens(sequence);
}

/* ---- memory ---- */

static bool memory_grow(struct gpu *gpu, struct gpu_sequence *sequence, uint64_t tokens)
{
    uint64_t blocks = sequence->hold.shared_blocks + sequence->hold.own_blocks;
    uint64_t wanted_tokens = sequence->computed_tokens + tokens;

    if (blocks * gpu->profile.block_tokens >= wanted_tokens) /* mostly, and without a division */
        return true;
    return kv_cache_take(gpu->cache, &sequence->hold, blocks_for(gpu, wanted_tokens) - blocks);
}

static void preempt(struct gpu *gpu, struct gpu_sequence *sequence)
{
    gpu_leave(gpu, sequence, GPU_WAITING);
    sequence->computed_tokens = 0;
    sequence->preemptions++;
    list_push_front(&gpu->waiting, &sequence->link);
    gpu->gauges.waiting++;
    gpu->gauges.preemptions++;
}

/* Memory for so many more tokens, taken from those admitted last if need be; false: it was the
 * last itself. */
static bool memory_force(struct gpu *gpu, struct gpu_sequence *sequence, uint64_t tokens)
{
    while (!memory_grow(gpu, sequence, tokens)) {
        struct gpu_sequence *last = sequence_of(gpu->running.prev);
        preempt(gpu, last);
        if (last == sequence)
            return false;
    }
    return true;
}

/* ---- who takes part ---- */

static uint64_t tokens_wanted(const struct gpu_sequence *sequence, const struct plan *plan)
{
    uint64_t missing = gpu_known_tokens(sequence) - sequence->computed_tokens;
    return missing < plan->budget_tokens ? missing : plan->budget_tokens;
}

static void schedule(struct gpu_sequence *sequence, uint64_t tokens, struct plan *plan)
{
    sequence->scheduled_tokens = tokens;
    plan->budget_tokens -= tokens;
    if (decodes(sequence)) {
        plan->load.decoding++;
        plan->load.kv_tokens += gpu_known_tokens(sequence);
    } else {
        plan->load.prefill_tokens += tokens;
    }
}

/* False: memory ran out on the way, so nobody new is admitted in this step. */
static bool running_schedule(struct gpu *gpu, struct plan *plan)
{
    uint64_t preemptions = gpu->gauges.preemptions;

    for (struct list *link = gpu->running.next; link != &gpu->running; link = link->next) {
        struct gpu_sequence *sequence = sequence_of(link);
        uint64_t tokens = tokens_wanted(sequence, plan);
        if (tokens == 0 || !memory_force(gpu, sequence, tokens))
            break;
        schedule(sequence, tokens, plan);
    }
    return gpu->gauges.preemptions == preemptions;
}

/* Blocks that stay free when another sequence is admitted, for those that run to grow into. */
static uint64_t headroom(const struct gpu *gpu)
{
    if (list_is_empty(&gpu->running))
        return 0;
    return gpu->gauges.kv_blocks * gpu->profile.headroom_percent / 100;
}

/* Memory for the whole prompt, less what is there already. */
static bool memory_begin(struct gpu *gpu, struct gpu_sequence *sequence)
{
    uint64_t known = gpu_known_tokens(sequence);
    uint64_t most = (known - 1) / gpu->profile.block_tokens; /* one token must be computed */
    size_t hash_count = sequence->hash_count < most ? sequence->hash_count : (size_t)most;

    kv_cache_match(gpu->cache, &sequence->hold, sequence->hashes, hash_count);
    uint64_t wanted = blocks_for(gpu, known) - sequence->hold.shared_blocks;
    if (wanted + headroom(gpu) <= kv_cache_available(gpu->cache) &&
        kv_cache_take(gpu->cache, &sequence->hold, wanted))
        return true;
    kv_cache_release(gpu->cache, &sequence->hold);
    return false;
}

static void admit(struct gpu *gpu, struct gpu_sequence *sequence)
{
    struct gpu_gauges *gauges = &gpu->gauges;

    list_remove(&sequence->link);
    list_push_back(&gpu->running, &sequence->link);
    sequence->state = GPU_RUNNING;
    sequence->computed_tokens = sequence->hold.shared_blocks * gpu->profile.block_tokens;
    gauges->waiting--;
    gauges->running++;
    if (sequence->preemptions > 0)
        return;
    sequence->admitted_ns = gpu->due_ns;
    sequence->cached_tokens = sequence->computed_tokens;
    gauges->prompt_tokens += sequence->prompt_tokens;
    gauges->prefix_query_tokens += sequence->prompt_tokens;
    gauges->prefix_hit_tokens += sequence->cached_tokens;
}

static void waiting_admit(struct gpu *gpu, struct plan *plan)
{
    while (!list_is_empty(&gpu->waiting) && plan->budget_tokens > 0 &&
           gpu->gauges.running < gpu->profile.max_num_seqs) {
        struct gpu_sequence *sequence = sequence_of(gpu->waiting.next);
        if (!memory_begin(gpu, sequence))
            return;
        admit(gpu, sequence);
        schedule(sequence, tokens_wanted(sequence, plan), plan);
    }
}

/* ---- the step ---- */

static uint64_t step_ns(struct gpu *gpu, const struct gpu_load *load)
{
    uint64_t noise = gpu->profile.noise_percent * (GPU_SCALE_ONE / 100);
    double factor = 1.0;
    if (noise > 0)
        factor +=
            ((double)random_below(&gpu->noise, 2 * noise + 1) - (double)noise) / GPU_SCALE_ONE;

    double scale = (double)gpu->scale_millionths / GPU_SCALE_ONE;
    double ns = (double)gpu_law_step_ns(&gpu->profile.law, load) * factor * scale;
    return ns < 1 ? 1 : (uint64_t)ns;
}

void gpu_step_begin(struct gpu *gpu)
{
    struct plan plan = {.budget_tokens = gpu->profile.step_tokens};

    if (running_schedule(gpu, &plan))
        waiting_admit(gpu, &plan);
    uint64_t tokens = plan.load.decoding + plan.load.prefill_tokens;
    if (tokens == 0) {
        gpu->due_ns = GPU_NEVER;
        return;
    }
    histogram_add(&gpu->histograms.step_tokens, tokens, 1);
    gpu->gauges.steps++;
    gpu->is_stepping = true;
    gpu->began_ns = gpu->due_ns;
    gpu->due_ns += step_ns(gpu, &plan.load);
}
