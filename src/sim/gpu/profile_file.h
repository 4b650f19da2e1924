/* SPDX-License-Identifier: Apache-2.0
 *
 * profile_file - profiles of one's own, from YAML:
 *
 *   profiles:
 *     my-gpu:
 *       floor_ns: 6000000
 *       kv_tokens: 500000
 *
 * What is left out is as in h100-8b. Mistakes are told as those of a configuration
 * (config/load.h).
 *
 * Units    as profile.h.
 * Memory   gpu_profile_file_clear() frees the profiles.
 * Threads  any.
 */
#ifndef SIM_GPU_PROFILE_FILE_H
#define SIM_GPU_PROFILE_FILE_H

#include "config/load.h"
#include "sim/gpu/profile.h"

#define GPU_PROFILE_FILE_LIMIT 64 /* profiles */

struct gpu_profile_file {
    struct gpu_profile *profiles; /* in the order of the file */
    size_t count;
    struct memory memory;
};

/* For config_load_table(), into a struct gpu_profile_file. */
extern const struct config_table gpu_profile_table;

/* NULL: there is none of that name. */
const struct gpu_profile *gpu_profile_file_find(const struct gpu_profile_file *file,
                                                struct bytes name);
void gpu_profile_file_clear(struct gpu_profile_file *file);

#endif
