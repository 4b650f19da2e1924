/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation of the GPU model fails once: whoever opens or drives it is told, and nothing is
 * left behind. A model that is open needs no memory at all.
 */
#include "tests/failing_memory.h"
#include "tests/test.h"

#include <errno.h>

#include "sim/gpu/gpu.h"
#include "sim/gpu/table.h"

typedef int task_fn(void);

static int table_write(void)
{
    struct buffer table = {0};
    int r = gpu_table_write(&table);
    buffer_clear(&table);
    return r;
}

static int batch_drive(void)
{
    const struct gpu_workload workload = {.prompt_tokens = 4, .answer_tokens = 2, .concurrency = 2};
    struct gpu_batch_times times;
    return gpu_drive_batch(&gpu_profiles[0], &workload, &times);
}

static int steady_drive(void)
{
    const struct gpu_workload workload = {.prompt_tokens = 4, .answer_tokens = 2, .concurrency = 2};
    struct gpu_throughput throughput;
    return gpu_drive_steadily(&gpu_profiles[0], &workload, &throughput);
}

static unsigned failures_of(task_fn *task)
{
    for (unsigned n = 1;; n++) {
        failing_memory_set(n);
        int r = task();
        bool has_failed = failing_memory_has_failed();
        failing_memory_set(0);
        assert_int_equal(r, has_failed ? -ENOMEM : 0);
        if (!has_failed)
            return n - 1;
    }
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    assert_in_range(failures_of(batch_drive), 4, 10);
    assert_in_range(failures_of(steady_drive), 4, 10);
}

static void a_table_without_memory_is_none(void **state)
{
    (void)state;
    failing_memory_set(1);
    assert_int_equal(table_write(), -ENOMEM);
    failing_memory_set(0);
}

static void a_model_that_is_open_allocates_nothing(void **state)
{
    const uint64_t hashes[] = {1, 2, 3, 4};
    struct gpu_sequence sequence = {
        .prompt_tokens = 80, .answer_tokens = 50, .hashes = hashes, .hash_count = 4};
    struct gpu *gpu;

    (void)state;
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &gpu_profiles[0]}), 0);
    failing_memory_set(1);
    assert_int_equal(gpu_submit(gpu, &sequence, 0), GPU_TAKEN);
    while (gpu_due_ns(gpu) != GPU_NEVER) {
        gpu_step(gpu);
        gpu_pop(gpu);
    }
    assert_false(failing_memory_has_failed());
    failing_memory_set(0);
    assert_int_equal(sequence.made_tokens, 50);
    gpu_close(gpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(a_table_without_memory_is_none),
        cmocka_unit_test(a_model_that_is_open_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
