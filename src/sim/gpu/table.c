/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/table.h"

#define ANSWER_TOKENS 128 /* of a batch, whose published times do not depend on it */

#define RATE(name, isl, osl, tokens_per_s)                                                         \
    {                                                                                              \
        .profile = (name), .workload = {.prompt_tokens = (isl), .answer_tokens = (osl)},           \
        .measure = GPU_TOKENS_PER_S, .published = (tokens_per_s)                                   \
    }
#define RATE_AT(name, isl, osl, at_once, tokens_per_s)                                             \
    {                                                                                              \
        .profile = (name),                                                                         \
        .workload = {.prompt_tokens = (isl), .answer_tokens = (osl), .concurrency = (at_once)},    \
        .measure = GPU_TOKENS_PER_S, .published = (tokens_per_s)                                   \
    }
#define BATCH(name, prompt, at_once, what, ms, outside)                                            \
    {                                                                                              \
        .profile = (name),                                                                         \
        .workload = {.prompt_tokens = (prompt),                                                    \
                     .answer_tokens = ANSWER_TOKENS,                                               \
                     .concurrency = (at_once)},                                                    \
        .measure = (what), .published = (ms), .is_outside = (outside)                              \
    }
#define PREFILL(name, prompt, at_once, ms) BATCH(name, prompt, at_once, GPU_PREFILL_MS, ms, false)
#define PREFILL_OUTSIDE(name, prompt, at_once, ms)                                                 \
    BATCH(name, prompt, at_once, GPU_PREFILL_MS, ms, true)
#define ITL(name, prompt, at_once, ms) BATCH(name, prompt, at_once, GPU_ITL_MS, ms, false)

/* Where each comes from stands in docs/engine-model.md. */
/* clang-format off */
const struct gpu_reference gpu_references[] = {
    RATE("h100-8b", 128, 128, 28312),
    RATE("h100-8b", 128, 2048, 22714),
    RATE("h100-8b", 128, 4096, 14325),
    RATE("h100-8b", 500, 2000, 17660),
    RATE("h100-8b", 1000, 1000, 15220),
    RATE("h100-8b", 1000, 2000, 13899),
    RATE("h100-8b", 2048, 128, 3450),
    RATE("h100-8b", 2048, 2048, 9305),
    RATE("h100-8b", 5000, 500, 3459),
    RATE("h100-8b", 20000, 2000, 1351),
    RATE("h100-70b-tp2", 128, 128, 6378),
    RATE("h100-70b-tp2", 128, 2048, 6651),
    RATE("h100-70b-tp2", 128, 4096, 4199),
    RATE("h100-70b-tp2", 500, 2000, 5222),
    RATE("h100-70b-tp2", 1000, 1000, 4205),
    RATE("h100-70b-tp2", 1000, 2000, 4146),
    RATE("h100-70b-tp2", 2048, 128, 762),
    RATE("h100-70b-tp2", 2048, 2048, 3082),
    RATE("h100-70b-tp2", 5000, 500, 898),
    RATE("h100-70b-tp2", 20000, 2000, 437),
    RATE("h200-8b", 128, 128, 27911),
    RATE("h200-8b", 128, 2048, 26221),
    RATE("h200-8b", 128, 4096, 18027),
    RATE("h200-8b", 500, 2000, 20770),
    RATE("h200-8b", 1000, 1000, 17744),
    RATE("h200-8b", 1000, 2000, 16828),
    RATE("h200-8b", 2048, 128, 3538),
    RATE("h200-8b", 2048, 2048, 12194),
    RATE("h200-8b", 5000, 500, 3902),
    RATE("h200-8b", 20000, 2000, 1804),
    RATE("h200-70b", 128, 128, 3803),
    RATE("h200-70b", 128, 2048, 4336),
    RATE("h200-70b", 128, 4096, 2872),
    RATE("h200-70b", 500, 2000, 3666),
    RATE("h200-70b", 1000, 1000, 2909),
    RATE("h200-70b", 1000, 2000, 2994),
    RATE("h200-70b", 2048, 128, 442),
    RATE("h200-70b", 2048, 2048, 2003),
    RATE("h200-70b", 5000, 500, 566),
    RATE("h200-70b", 20000, 2000, 283),
    RATE_AT("a100-8b", 1024, 128, 1, 75),
    RATE_AT("a100-8b", 1024, 128, 8, 495),

    PREFILL("h100-70b-bf16-tp2", 512, 1, 84),
    PREFILL("h100-70b-bf16-tp2", 512, 8, 606),
    PREFILL("h100-70b-bf16-tp2", 512, 16, 1192),
    PREFILL("h100-70b-bf16-tp2", 512, 32, 2398),
    PREFILL_OUTSIDE("h100-70b-bf16-tp2", 128, 1, 48),
    PREFILL("h100-70b-bf16-tp2", 256, 1, 52),
    PREFILL("h100-70b-bf16-tp2", 1024, 1, 158),
    PREFILL("h100-70b-bf16-tp2", 2048, 1, 308),
    PREFILL("h100-70b-bf16-tp2", 4096, 1, 642),
    PREFILL("h100-70b-bf16-tp2", 8192, 1, 1339),
    PREFILL("h100-70b-bf16-tp4", 512, 1, 60),
    PREFILL("h100-70b-bf16-tp4", 512, 8, 442),
    PREFILL("h100-70b-bf16-tp4", 512, 16, 874),
    PREFILL("h100-70b-bf16-tp4", 512, 32, 1726),
    PREFILL("h100-70b-bf16-tp4", 512, 64, 3520),
    PREFILL("h100-70b-bf16-tp8", 512, 1, 53),
    PREFILL("h100-70b-bf16-tp8", 512, 8, 372),
    PREFILL("h100-70b-bf16-tp8", 512, 32, 1552),
    PREFILL("h100-70b-bf16-tp8", 512, 64, 2936),
    PREFILL_OUTSIDE("h100-70b-bf16-tp8", 2048, 1, 137),
    PREFILL("h100-70b-bf16-tp8", 4096, 1, 390),
    PREFILL("h100-70b-bf16-tp8", 8192, 1, 845),
    PREFILL("a100-70b-bf16-tp2", 512, 1, 197),
    PREFILL("a100-70b-bf16-tp2", 512, 8, 1597),
    PREFILL("a100-70b-bf16-tp2", 512, 32, 6633),

    ITL("h100-70b-bf16-tp2", 512, 1, 37),
    ITL("h100-70b-bf16-tp2", 512, 8, 40),
    ITL("h100-70b-bf16-tp2", 512, 16, 42),
    ITL("h100-70b-bf16-tp2", 512, 32, 52),
    ITL("h100-70b-bf16-tp4", 512, 1, 30),
    ITL("h100-70b-bf16-tp4", 512, 8, 31),
    ITL("h100-70b-bf16-tp4", 512, 16, 33),
    ITL("h100-70b-bf16-tp4", 512, 32, 37),
    ITL("h100-70b-bf16-tp4", 512, 64, 52),
    ITL("h100-70b-bf16-tp8", 512, 1, 30),
    ITL("h100-70b-bf16-tp8", 512, 8, 33),
    ITL("h100-70b-bf16-tp8", 512, 32, 39),
    ITL("h100-70b-bf16-tp8", 512, 64, 50),
    ITL("h100-70b-bf16-tp8", 2048, 1, 31),
    ITL("h100-70b-bf16-tp8", 4096, 1, 31),
    ITL("h100-70b-bf16-tp8", 8192, 1, 31),
    ITL("a100-70b-bf16-tp2", 512, 1, 55),
    ITL("a100-70b-bf16-tp2", 512, 8, 62),
    ITL("a100-70b-bf16-tp2", 512, 32, 72),
    {.profile = NULL},
};
/* clang-format on */

/* A batch is one step or a few, whose noise does not even out. */
static int batch_compare(const struct gpu_reference *reference,
                         struct gpu_comparison *ret_comparison)
{
    struct gpu_profile calm = *gpu_profile_find(bytes_from_cstr(reference->profile));
    struct gpu_batch_times times;
    calm.noise_percent = 0;

    int r = gpu_drive_batch(&calm, &reference->workload, &times);
    if (r == 0)
        ret_comparison->model =
            reference->measure == GPU_PREFILL_MS ? times.prefill_ms : times.itl_ms;
    return r;
}

int gpu_reference_compare(const struct gpu_reference *reference,
                          struct gpu_comparison *ret_comparison)
{
    const struct gpu_profile *profile = gpu_profile_find(bytes_from_cstr(reference->profile));
    int r;

    *ret_comparison = (struct gpu_comparison){0};
    if (reference->measure == GPU_TOKENS_PER_S) {
        r = gpu_drive_steadily(profile, &reference->workload, &ret_comparison->throughput);
        ret_comparison->model = ret_comparison->throughput.tokens_per_s;
    } else {
        r = batch_compare(reference, ret_comparison);
    }
    ret_comparison->error = ret_comparison->model / reference->published - 1;
    return r;
}

/* ---- as Markdown ---- */

static const char *const titles[] = {
    [GPU_TOKENS_PER_S] =
        "\nTokens of answers a second, under a steady load:\n\n"
        "| profile | ISL/OSL | requests at once | published | model | error | batch | step, ms "
        "| preemptions a request |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    [GPU_PREFILL_MS] = "\nMilliseconds until each request of a batch has its first token:\n\n"
                       "| profile | prompt | requests at once | published | model | error |\n"
                       "|---|--:|--:|--:|--:|--:|\n",
    [GPU_ITL_MS] = "\nMilliseconds between two tokens of a batch:\n\n"
                   "| profile | prompt | requests at once | published | model | error |\n"
                   "|---|--:|--:|--:|--:|--:|\n",
};

static int steady_row_write(const struct gpu_reference *reference,
                            const struct gpu_comparison *comparison, struct buffer *out)
{
    const struct gpu_workload *workload = &reference->workload;
    const struct gpu_profile *profile = gpu_profile_find(bytes_from_cstr(reference->profile));
    uint64_t at_once =
        workload->concurrency ? workload->concurrency : gpu_drive_saturation(profile, workload);

    return buffer_append_format(
        out, "| %s | %llu/%llu | %llu | %.0f | %.0f | %+.1f %% | %.0f | %.1f | %.2f |\n",
        reference->profile, (unsigned long long)workload->prompt_tokens,
        (unsigned long long)workload->answer_tokens, (unsigned long long)at_once,
        reference->published, comparison->model, comparison->error * 100,
        comparison->throughput.batch, comparison->throughput.step_ms,
        comparison->throughput.preemptions);
}

static int batch_row_write(const struct gpu_reference *reference,
                           const struct gpu_comparison *comparison, struct buffer *out)
{
    return buffer_append_format(
        out, "| %s | %llu | %llu | %.0f | %.0f | %+.1f %%%s |\n", reference->profile,
        (unsigned long long)reference->workload.prompt_tokens,
        (unsigned long long)reference->workload.concurrency, reference->published,
        comparison->model, comparison->error * 100, reference->is_outside ? ", outside" : "");
}

static int row_write(const struct gpu_reference *reference, struct buffer *out)
{
    struct gpu_comparison comparison;
    int r = gpu_reference_compare(reference, &comparison);

    if (r < 0)
        return r;
    return reference->measure == GPU_TOKENS_PER_S ? steady_row_write(reference, &comparison, out)
                                                  : batch_row_write(reference, &comparison, out);
}

int gpu_table_write(struct buffer *out)
{
    const struct gpu_reference *before = NULL;
    int r = 0;

    for (const struct gpu_reference *at = gpu_references; at->profile && r == 0; before = at++) {
        if (!before || before->measure != at->measure)
            r = buffer_append(out, bytes_from_cstr(titles[at->measure]));
        if (r == 0)
            r = row_write(at, out);
    }
    return r;
}
