/* SPDX-License-Identifier: Apache-2.0
 *
 * table - what was published about real engines, and what the model says of the same loads.
 *
 * Units    as measured: tokens a second, milliseconds.
 * Memory   static; gpu_table_write() appends to the caller's buffer.
 * Threads  any.
 * Errors   -ENOMEM, -ENOBUFS.
 */
#ifndef SIM_GPU_TABLE_H
#define SIM_GPU_TABLE_H

#include "base/buffer.h"
#include "sim/gpu/drive.h"

enum gpu_measure {
    GPU_TOKENS_PER_S, /* of answers, under a steady load */
    GPU_PREFILL_MS,   /* until each of a batch has its first token */
    GPU_ITL_MS,       /* between two tokens of a batch */
};

struct gpu_reference {
    const char *profile;
    struct gpu_workload workload;
    enum gpu_measure measure;
    double published;
    bool is_outside; /* of where the law holds: told, and not asked of the model */
};

extern const struct gpu_reference gpu_references[]; /* ends with profile == NULL */

struct gpu_comparison {
    double model;
    double error;                     /* 0.1: the model is 10 % above */
    struct gpu_throughput throughput; /* of GPU_TOKENS_PER_S */
};

/* Drives the model; takes up to a fifth of a second. */
int gpu_reference_compare(const struct gpu_reference *reference,
                          struct gpu_comparison *ret_comparison);
/* All of them as Markdown. */
int gpu_table_write(struct buffer *out);

#endif
