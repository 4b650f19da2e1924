/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/profile.h"

#include <math.h>

#define FULL_BATCH 64 /* from so many decoding sequences on a step costs all of base_ns */
#define PS_PER_NS 1000
#define WAITING_LIMIT 65536

/* Fitted to what was published, except the last; docs/engine-model.md tells how well they fit. */
const struct gpu_profile gpu_profiles[] = {
    /* Llama-3.1 8B FP8 on one H100. */
    {.name = "h100-8b",
     .law = {.floor_ns = 5000000,
             .base_ns = 7950000,
             .sequence_ns = 14900,
             .kv_token_ps = 19800,
             .prefill_token_ns = 15200},
     .kv_tokens = 980000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 2048,
     .step_tokens = 8192,
     .max_model_len = 131072,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* Llama-3.3 70B FP8 on two H100. */
    {.name = "h100-70b-tp2",
     .law = {.floor_ns = 14000000,
             .base_ns = 17200000,
             .sequence_ns = 80700,
             .kv_token_ps = 38400,
             .prefill_token_ns = 69400},
     .kv_tokens = 460000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 2048,
     .step_tokens = 8192,
     .max_model_len = 131072,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* Llama-3.1 8B FP8 on one H200. */
    {.name = "h200-8b",
     .law = {.floor_ns = 4300000,
             .base_ns = 7950000,
             .sequence_ns = 17100,
             .kv_token_ps = 13800,
             .prefill_token_ns = 15200},
     .kv_tokens = 1850000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 2048,
     .step_tokens = 8192,
     .max_model_len = 131072,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* Llama-3.3 70B FP8 on one H200. */
    {.name = "h200-70b",
     .law = {.floor_ns = 18000000,
             .base_ns = 23800000,
             .sequence_ns = 95500,
             .kv_token_ps = 54100,
             .prefill_token_ns = 124600},
     .kv_tokens = 400000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 2048,
     .step_tokens = 8192,
     .max_model_len = 131072,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* Llama-3 8B BF16 on one A100 with 40 GB. */
    {.name = "a100-8b",
     .law = {.floor_ns = 12200000,
             .base_ns = 13500000,
             .sequence_ns = 60000,
             .kv_token_ps = 84000,
             .prefill_token_ns = 60000},
     .kv_tokens = 140000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 131072,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* Llama-2 70B BF16 on two H100, which leaves little memory. */
    {.name = "h100-70b-bf16-tp2",
     .law = {.floor_ns = 36600000,
             .base_ns = 62600000,
             .sequence_ns = 149000,
             .kv_token_ps = 49000,
             .prefill_token_ns = 149000},
     .kv_tokens = 40000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 16384,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* ... on four H100. */
    {.name = "h100-70b-bf16-tp4",
     .law = {.floor_ns = 29000000,
             .base_ns = 49000000,
             .sequence_ns = 107000,
             .kv_token_ps = 24000,
             .prefill_token_ns = 107000},
     .kv_tokens = 440000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 4096,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* ... on eight H100. */
    {.name = "h100-70b-bf16-tp8",
     .law = {.floor_ns = 30000000,
             .base_ns = 50000000,
             .sequence_ns = 95000,
             .kv_token_ps = 12000,
             .prefill_token_ns = 95000},
     .kv_tokens = 1300000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 16384,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* ... on two A100 with 80 GB. */
    {.name = "a100-70b-bf16-tp2",
     .law = {.floor_ns = 55800000,
             .base_ns = 86000000,
             .sequence_ns = 390000,
             .kv_token_ps = 80000,
             .prefill_token_ns = 390000},
     .kv_tokens = 40000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 4096,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* A model of about 1B, quantised, on eight cores: a guess, nothing published. */
    {.name = "cpu-small",
     .law = {.floor_ns = 40000000,
             .base_ns = 40000000,
             .sequence_ns = 10000000,
             .kv_token_ps = 100000,
             .prefill_token_ns = 6000000},
     .kv_tokens = 16384,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 4,
     .step_tokens = 512,
     .max_model_len = 8192,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    {.name = NULL},
};

const struct gpu_profile *gpu_profile_find(struct bytes name)
{
    for (const struct gpu_profile *profile = gpu_profiles; profile->name; profile++)
        if (bytes_equal(name, bytes_from_cstr(profile->name)))
            return profile;
    return NULL;
}

/* Of the weights, and of what else a step does before it computes. */
static double weights_time(const struct gpu_law *law, uint64_t decoding)
{
    uint64_t filled = decoding < FULL_BATCH ? decoding : FULL_BATCH;
    uint64_t rise_ns = law->base_ns > law->floor_ns ? law->base_ns - law->floor_ns : 0;
    uint64_t weights_ns = law->floor_ns + rise_ns * filled / FULL_BATCH;
    return (double)weights_ns;
}

uint64_t gpu_law_step_ns(const struct gpu_law *law, const struct gpu_load *load)
{
    double weights = weights_time(law, load->decoding);
    double compute =
        (double)(law->sequence_ns * load->decoding + law->prefill_token_ns * load->prefill_tokens);

    return (uint64_t)sqrt(weights * weights + compute * compute) +
           law->kv_token_ps * load->kv_tokens / PS_PER_NS;
}
