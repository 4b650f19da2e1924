/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/profile_file.h"

#include "config/text_check.h"
#include "sim/gpu/kv_cache.h"

#define PROFILE struct gpu_profile
#define SECOND UINT64_C(1000000000)
/* A block has at least one token, so that no memory has more blocks than the model takes. */
#define KV_TOKENS_MOST KV_CACHE_BLOCK_LIMIT
#define KV_TOKENS_LEAST 4096
#define BLOCK_TOKENS_MOST KV_TOKENS_LEAST /* so that any memory has a block */

/* One shape for all rows. The fallbacks are h100-8b, which a test holds. */
/* clang-format off */
static const struct option profile_options[] = {
    {.name = "floor_ns", OPTION_IS_NUMBER(PROFILE, law.floor_ns), .fallback = "5000000",
     .least = 1, .most = 10 * SECOND, .help = "a0: a step that has next to nothing to do."},
    {.name = "base_ns", OPTION_IS_NUMBER(PROFILE, law.base_ns), .fallback = "7950000",
     .least = 1, .most = 10 * SECOND,
     .help = "a: the same from 64 decoding sequences on; not less than floor_ns."},
    {.name = "sequence_ns", OPTION_IS_NUMBER(PROFILE, law.sequence_ns), .fallback = "14900",
     .least = 0, .most = SECOND, .help = "b: to compute the token of a sequence that decodes."},
    {.name = "kv_token_ps", OPTION_IS_NUMBER(PROFILE, law.kv_token_ps), .fallback = "19800",
     .least = 0, .most = SECOND, .help = "c: to read a token in memory, in picoseconds."},
    {.name = "prefill_token_ns", OPTION_IS_NUMBER(PROFILE, law.prefill_token_ns),
     .fallback = "15200", .least = 0, .most = SECOND,
     .help = "p: to compute a token of a prompt."},
    {.name = "kv_tokens", OPTION_IS_NUMBER(PROFILE, kv_tokens), .fallback = "980000",
     .least = KV_TOKENS_LEAST, .most = KV_TOKENS_MOST, .help = "What the memory holds."},
    {.name = "block_tokens", OPTION_IS_NUMBER(PROFILE, block_tokens), .fallback = "16",
     .least = 1, .most = BLOCK_TOKENS_MOST, .help = "Of one block of the memory."},
    {.name = "headroom_percent", OPTION_IS_NUMBER(PROFILE, headroom_percent), .fallback = "1",
     .least = 0, .most = 90, .help = "Of the memory, free when a sequence is admitted."},
    {.name = "max_num_seqs", OPTION_IS_NUMBER(PROFILE, max_num_seqs), .fallback = "2048",
     .least = 1, .most = 65536, .help = "Sequences that run at once."},
    {.name = "step_tokens", OPTION_IS_NUMBER(PROFILE, step_tokens), .fallback = "8192",
     .least = 1, .most = 1 << 20, .help = "Tokens of one step (max_num_batched_tokens)."},
    {.name = "max_model_len", OPTION_IS_NUMBER(PROFILE, max_model_len), .fallback = "131072",
     .least = 2, .most = KV_TOKENS_MOST, .help = "Tokens of a prompt and its answer."},
    {.name = "waiting_limit", OPTION_IS_NUMBER(PROFILE, waiting_limit), .fallback = "65536",
     .least = 1, .most = 1 << 20, .help = "Sequences that wait; a further one is refused."},
    {.name = "noise_percent", OPTION_IS_NUMBER(PROFILE, noise_percent), .fallback = "10",
     .least = 0, .most = 99, .help = "A step takes up to so much more or less."},
    {0},
};
/* clang-format on */

static const struct option_map profile_map = {
    .options = profile_options,
    .entry_bytes = sizeof(PROFILE),
    .name_offset = OPTION_AT(const char *, PROFILE, name),
    .noun = "profile",
    .check_name = text_check_name,
    .name_remedy = "write 1 to 64 letters, digits, dots, dashes or underscores",
    .entry_shape = "a map",
    .entry_remedy = "write its options below it, indented",
    .map_remedy = "write the name of a profile below it, and its options below that",
};

static const struct option file_options[] = {
    {.name = "profiles",
     OPTION_IS_MAP(PROFILE, struct gpu_profile_file, profiles, count),
     .most = GPU_PROFILE_FILE_LIMIT,
     .map = &profile_map,
     .help = "GPUs by name."},
    {0},
};

const struct config_table gpu_profile_table = {file_options, "docs/engine-model.md"};

const struct gpu_profile *gpu_profile_file_find(const struct gpu_profile_file *file,
                                                struct bytes name)
{
    for (size_t i = 0; i < file->count; i++)
        if (bytes_equal(name, bytes_from_cstr(file->profiles[i].name)))
            return &file->profiles[i];
    return NULL;
}

void gpu_profile_file_clear(struct gpu_profile_file *file)
{
    memory_clear(&file->memory);
    *file = (struct gpu_profile_file){0};
}
