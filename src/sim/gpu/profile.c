/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/profile.h"

#define FULL_BATCH 64 /* from so many decoding sequences on a step costs all of base_ns */
#define PS_PER_NS 1000
#define WAITING_LIMIT 65536

/* Fitted to what was published, except the last; docs/engine-model.md tells how well they fit. */
const struct gpu_profile gpu_profiles[] = {
    /* Llama-3.1 8B FP8 on one H100. */
    {.name = "h100-8b",
     .law = {.floor_ns = 5000000,
             .base_ns = 6300000,
             .sequence_ns = 11600,
             .kv_token_ps = 19300,
             .prefill_token_ns = 15100},
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
             .base_ns = 14200000,
             .sequence_ns = 60300,
             .kv_token_ps = 32500,
             .prefill_token_ns = 74400},
     .kv_tokens = 460000,
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
             .sequence_ns = 15000,
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
             .sequence_ns = 0,
             .kv_token_ps = 49000,
             .prefill_token_ns = 141000},
     .kv_tokens = 40000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 4096,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* ... on four H100. */
    {.name = "h100-70b-bf16-tp4",
     .law = {.floor_ns = 29000000,
             .base_ns = 49000000,
             .sequence_ns = 0,
             .kv_token_ps = 24000,
             .prefill_token_ns = 102500},
     .kv_tokens = 440000,
     .block_tokens = 16,
     .headroom_percent = 1,
     .max_num_seqs = 256,
     .step_tokens = 8192,
     .max_model_len = 4096,
     .waiting_limit = WAITING_LIMIT,
     .noise_percent = 10},
    /* ... on two A100 with 80 GB. */
    {.name = "a100-70b-bf16-tp2",
     .law = {.floor_ns = 55800000,
             .base_ns = 86000000,
             .sequence_ns = 0,
             .kv_token_ps = 80000,
             .prefill_token_ns = 388000},
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

uint64_t gpu_law_step_ns(const struct gpu_law *law, const struct gpu_load *load)
{
    uint64_t filled = load->decoding < FULL_BATCH ? load->decoding : FULL_BATCH;
    uint64_t rise_ns = law->base_ns > law->floor_ns ? law->base_ns - law->floor_ns : 0;

    return law->floor_ns + rise_ns * filled / FULL_BATCH + law->sequence_ns * load->decoding +
           law->kv_token_ps * load->kv_tokens / PS_PER_NS +
           law->prefill_token_ns * load->prefill_tokens;
}
