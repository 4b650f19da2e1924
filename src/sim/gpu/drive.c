/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/gpu/drive.h"

#include <errno.h>
#include <stdlib.h>

#include "sim/gpu/gpu.h"

/* How many generations of requests pass before measuring begins, and before it ends: the first
 * ones still show that they began together. */
#define WARM_UP 4
#define WHOLE 8
#define AT_LEAST 20 /* requests more, where a generation is small */

#define NS_PER_MS 1e6
#define NS_PER_S 1e9

struct drive {
    struct gpu *gpu;
    struct gpu_workload workload;
    struct gpu_sequence *sequences; /* workload.concurrency */
};

uint64_t gpu_drive_saturation(const struct gpu_profile *profile,
                              const struct gpu_workload *workload)
{
    uint64_t mean_tokens = workload->prompt_tokens + workload->answer_tokens / 2;
    uint64_t fit = profile->kv_tokens / (mean_tokens > 0 ? mean_tokens : 1);

    return fit < profile->max_num_seqs ? fit : profile->max_num_seqs;
}

static int drive_open(struct drive *drive, const struct gpu_profile *profile,
                      const struct gpu_workload *workload)
{
    *drive = (struct drive){.workload = *workload};
    if (workload->concurrency == 0)
        drive->workload.concurrency = gpu_drive_saturation(profile, workload);
    if (drive->workload.concurrency == 0 || workload->prompt_tokens == 0 ||
        workload->answer_tokens == 0)
        return -EINVAL;
    drive->sequences = calloc(drive->workload.concurrency, sizeof *drive->sequences);
    if (!drive->sequences)
        return -ENOMEM;
    return gpu_open(&drive->gpu, &(struct gpu_options){.profile = profile, .seed = 1});
}

static void drive_close(struct drive *drive)
{
    gpu_close(drive->gpu);
    free(drive->sequences);
}

static int submit(struct drive *drive, struct gpu_sequence *sequence, uint64_t answer_tokens,
                  uint64_t now_ns)
{
    *sequence = (struct gpu_sequence){.prompt_tokens = drive->workload.prompt_tokens,
                                      .answer_tokens = answer_tokens};
    return gpu_submit(drive->gpu, sequence, now_ns) == GPU_TAKEN ? 0 : -EINVAL;
}

/* ---- a steady load ---- */

/* The first answers are of all lengths, so that from then on requests end at all times. */
static int generation_submit(struct drive *drive)
{
    const uint64_t stride = 7919; /* a prime: lengths in no order */
    int r = 0;

    for (uint64_t i = 0; i < drive->workload.concurrency && r == 0; i++)
        r = submit(drive, &drive->sequences[i], 1 + i * stride % drive->workload.answer_tokens, 0);
    return r;
}

static int drive_until(struct drive *drive, uint64_t finished)
{
    int r = 0;

    while (r == 0 && gpu_gauges(drive->gpu).finished < finished) {
        struct gpu_sequence *sequence;
        uint64_t now_ns = gpu_due_ns(drive->gpu);
        gpu_step(drive->gpu);
        while (r == 0 && (sequence = gpu_pop(drive->gpu)))
            if (sequence->state == GPU_FINISHED)
                r = submit(drive, sequence, drive->workload.answer_tokens, now_ns);
    }
    return r;
}

static int throughput_measure(struct drive *drive, struct gpu_throughput *ret_throughput)
{
    uint64_t generation = drive->workload.concurrency;

    int r = drive_until(drive, WARM_UP * generation);
    if (r < 0)
        return r;
    struct gpu_gauges begin = gpu_gauges(drive->gpu);
    uint64_t begin_ns = gpu_due_ns(drive->gpu);
    r = drive_until(drive, WHOLE * generation + AT_LEAST);
    if (r < 0)
        return r;
    struct gpu_gauges end = gpu_gauges(drive->gpu);

    double ns = (double)(gpu_due_ns(drive->gpu) - begin_ns);
    double steps = (double)(end.steps - begin.steps);
    double tokens = (double)(end.answer_tokens - begin.answer_tokens);
    *ret_throughput = (struct gpu_throughput){
        .tokens_per_s = tokens / ns * NS_PER_S,
        .batch = tokens / steps,
        .step_ms = ns / steps / NS_PER_MS,
        .preemptions =
            (double)(end.preemptions - begin.preemptions) / (double)(end.finished - begin.finished),
    };
    return 0;
}

int gpu_drive_steadily(const struct gpu_profile *profile, const struct gpu_workload *workload,
                       struct gpu_throughput *ret_throughput)
{
    struct drive drive;
    int r = drive_open(&drive, profile, workload);
    if (r == 0)
        r = generation_submit(&drive);
    if (r == 0)
        r = throughput_measure(&drive, ret_throughput);
    drive_close(&drive);
    return r;
}

/* ---- one batch ---- */

static int batch_submit(struct drive *drive)
{
    int r = 0;
    for (uint64_t i = 0; i < drive->workload.concurrency && r == 0; i++)
        r = submit(drive, &drive->sequences[i], drive->workload.answer_tokens, 0);
    return r;
}

static void batch_measure(struct drive *drive, struct gpu_batch_times *ret_times)
{
    uint64_t first_ns = 0, last_ns = 0;

    while (gpu_due_ns(drive->gpu) != GPU_NEVER) {
        struct gpu_sequence *sequence;
        gpu_step(drive->gpu);
        while ((sequence = gpu_pop(drive->gpu))) {
            first_ns = sequence->first_token_ns > first_ns ? sequence->first_token_ns : first_ns;
            last_ns = sequence->last_token_ns;
        }
    }
    uint64_t intervals = drive->workload.answer_tokens - 1;
    *ret_times = (struct gpu_batch_times){
        .prefill_ms = (double)first_ns / NS_PER_MS,
        .itl_ms = intervals > 0 ? (double)(last_ns - first_ns) / (double)intervals / NS_PER_MS : 0,
    };
}

int gpu_drive_batch(const struct gpu_profile *profile, const struct gpu_workload *workload,
                    struct gpu_batch_times *ret_times)
{
    struct drive drive;
    int r = drive_open(&drive, profile, workload);
    if (r == 0)
        r = batch_submit(&drive);
    if (r == 0)
        batch_measure(&drive, ret_times);
    drive_close(&drive);
    return r;
}
