/* SPDX-License-Identifier: Apache-2.0
 *
 * gpu - what an inference engine does with its GPU, as a model in virtual time: continuous
 * batching as in vLLM. Pure: the time is an argument, nothing waits.
 *
 *   submit -> WAITING --admitted--> RUNNING --last token--> FINISHED
 *                ^--- preempted -------'        cancel: from anywhere, frees at once
 *
 * The GPU works in steps. A step takes up to max_num_seqs sequences and step_tokens tokens: one
 * token of each sequence that decodes, and as much of the others' prompts as still fits (chunked
 * prefill), in the order of arrival. How long it takes says the law (sim/gpu/profile.h). When
 * memory runs out, the sequence admitted last is preempted: it gives its memory back, waits in
 * front of all others, and computes prompt and answer so far again.
 *
 *   while (gpu_due_ns(gpu) <= now_ns) {
 *       gpu_step(gpu);
 *       while ((sequence = gpu_pop(gpu)))
 *           ... one token more: sequence->made_tokens; the last if it is GPU_FINISHED ...
 *   }
 *
 * Units    monotonic nanoseconds; tokens.
 * Memory   the caller embeds sequences and cancels or finishes them before their memory goes;
 *          after opening nothing allocates.
 * Threads  belongs to its owner.
 * Errors   gpu_open(): -ENOMEM, -EINVAL (a profile that can run nothing); gpu_submit() has
 * verdicts.
 */
#ifndef SIM_GPU_GPU_H
#define SIM_GPU_GPU_H

#include "base/list.h"
#include "sim/gpu/histogram.h"
#include "sim/gpu/kv_cache.h"
#include "sim/gpu/profile.h"

#define GPU_NEVER UINT64_MAX
#define GPU_SCALE_ONE 1000000

struct gpu;

struct gpu_options {
    const struct gpu_profile *profile; /* copied */
    uint64_t seed;                     /* of the noise */
    uint64_t scale_millionths;         /* of each step's time; 0: GPU_SCALE_ONE */
};

enum gpu_state { GPU_OUT, GPU_WAITING, GPU_RUNNING, GPU_FINISHED };

struct gpu_sequence {
    /* The caller's, set before gpu_submit(); the rest zeroed. */
    uint64_t prompt_tokens, answer_tokens; /* 1.. each */
    const uint64_t *hashes; /* of the prompt's whole blocks, or of fewer; outlive the sequence */
    size_t hash_count;

    /* To be read. */
    enum gpu_state state;
    uint64_t made_tokens;
    uint64_t cached_tokens; /* of the prompt, that needed no prefill when first admitted */
    uint64_t preemptions;

    /* The gpu's own. */
    struct list link;    /* in waiting or running */
    struct list stepped; /* has a token that was not popped */
    struct kv_hold hold;
    uint64_t computed_tokens;  /* of prompt and answer: in memory */
    uint64_t scheduled_tokens; /* in the step at hand */
    uint64_t submitted_ns, admitted_ns, first_token_ns, last_token_ns;
};

enum gpu_verdict {
    GPU_TAKEN,
    GPU_TOO_LONG,   /* would never fit: max_model_len or the whole memory */
    GPU_QUEUE_FULL, /* waiting_limit are waiting */
};

/* Counters count from the beginning. */
struct gpu_gauges {
    uint64_t running, waiting;
    uint64_t kv_blocks, kv_blocks_used; /* held by sequences: without the idle prefixes */
    uint64_t steps, preemptions, finished, cancelled;
    uint64_t prompt_tokens, answer_tokens;           /* of admitted prompts; made */
    uint64_t prefix_query_tokens, prefix_hit_tokens; /* of admitted prompts */
};

/* Nanoseconds, step_tokens apart. The bounds are vLLM's. */
struct gpu_histograms {
    struct histogram ttft, itl, queue, prefill, decode, whole;
    struct histogram step_tokens;
};

int gpu_open(struct gpu **ret_gpu, const struct gpu_options *options);
/* Sequences are left as they are. */
void gpu_close(struct gpu *gpu); /* NULL is fine */
const struct gpu_profile *gpu_profile(const struct gpu *gpu);

/* Everything that is due at now_ns has been done. */
enum gpu_verdict gpu_submit(struct gpu *gpu, struct gpu_sequence *sequence, uint64_t now_ns);
/* Of any sequence, also a finished one or one that never came. Frees its memory at once; the step
 * at hand takes as long as before. */
void gpu_cancel(struct gpu *gpu, struct gpu_sequence *sequence);

/* When something happens next; GPU_NEVER while there is nothing to do. */
uint64_t gpu_due_ns(const struct gpu *gpu);
/* Lets happen what is due next: a step ends, or one begins. */
void gpu_step(struct gpu *gpu);
/* The next of the sequences that the step has given a token, until NULL. Between two pops
 * sequences may be submitted (at the time that was due) and cancelled. */
struct gpu_sequence *gpu_pop(struct gpu *gpu);

struct gpu_gauges gpu_gauges(const struct gpu *gpu);
const struct gpu_histograms *gpu_histograms(const struct gpu *gpu);

#endif
