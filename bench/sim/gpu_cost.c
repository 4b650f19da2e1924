/* SPDX-License-Identifier: Apache-2.0
 *
 * gpu_cost - what driving the GPU model costs: one line for each number of sequences that run at
 * once, `gpu running_N value ns/token`: processor time of a token, opening included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/gpu/drive.h"

#define PROMPT_TOKENS 64
#define ANSWER_TOKENS 256
#define GENERATIONS 8 /* that gpu_drive_steadily() lets pass */

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void)
{
    const struct gpu_profile *profile = gpu_profile_find(BYTES("h100-8b"));

    for (uint64_t running = 8; running <= 2048; running *= 4) {
        struct gpu_workload workload = {PROMPT_TOKENS, ANSWER_TOKENS, running};
        struct gpu_throughput throughput;
        double began_ns = now_ns();
        if (gpu_drive_steadily(profile, &workload, &throughput) < 0) {
            fprintf(stderr, "gpu_cost: no memory\n");
            return EXIT_FAILURE;
        }
        double tokens = (double)running * GENERATIONS * ANSWER_TOKENS;
        printf("gpu running_%-4llu %8.1f ns/token\n", (unsigned long long)running,
               (now_ns() - began_ns) / tokens);
    }
    return EXIT_SUCCESS;
}
