/* SPDX-License-Identifier: Apache-2.0
 *
 * profile - how fast an engine on a certain GPU is: the law of one step, and its memory.
 *
 *   step    = sqrt(weights^2 + compute^2) + c * KV      B   sequences that decode in the step
 *   weights = a0 + (a - a0) * min(1, B / 64)            KV  tokens in memory they attend to
 *   compute = b * B + p * prefill
 *
 * The weights are read while the tokens are computed, so that the slower of the two counts and
 * the other one hardly, unless they are alike. Reading the context comes on top.
 *
 * docs/engine-model.md says where the numbers come from and where the law does not hold.
 *
 * Units    nanoseconds, picoseconds where a nanosecond is too coarse; tokens.
 * Memory   values; built-in profiles are static.
 * Threads  any.
 * Errors   none.
 */
#ifndef SIM_GPU_PROFILE_H
#define SIM_GPU_PROFILE_H

#include "base/bytes.h"

struct gpu_law {
    uint64_t floor_ns;         /* a0: a step that has next to nothing to do */
    uint64_t base_ns;          /* a: what any step of a full batch costs */
    uint64_t sequence_ns;      /* b: to compute and choose the token of a sequence that decodes */
    uint64_t kv_token_ps;      /* c: to read a token of context */
    uint64_t prefill_token_ns; /* p: to compute a token of a prompt */
};

/* All uint64_t, so that rows of an option table can point to them. */
struct gpu_profile {
    const char *name;
    struct gpu_law law;
    uint64_t kv_tokens;        /* that the memory holds, in whole blocks */
    uint64_t block_tokens;     /* of one block */
    uint64_t headroom_percent; /* of the memory, free when a sequence is admitted beside others */
    uint64_t max_num_seqs;     /* sequences in one step */
    uint64_t step_tokens;      /* prompt and decoded tokens in one step: chunks of prefill */
    uint64_t max_model_len;    /* tokens of a prompt and its answer */
    uint64_t waiting_limit;    /* a further sequence is refused */
    uint64_t noise_percent;    /* each step takes up to so much more or less */
};

/* What one step has to do. */
struct gpu_load {
    uint64_t decoding;       /* B */
    uint64_t kv_tokens;      /* KV */
    uint64_t prefill_tokens; /* of all chunks */
};

/* Without noise. */
uint64_t gpu_law_step_ns(const struct gpu_law *law, const struct gpu_load *load);

extern const struct gpu_profile gpu_profiles[]; /* ends with name == NULL */
/* NULL: there is none of that name. */
const struct gpu_profile *gpu_profile_find(struct bytes name);

#endif
