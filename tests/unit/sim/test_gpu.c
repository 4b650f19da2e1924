/* SPDX-License-Identifier: Apache-2.0
 *
 * What a batch does, step by step, on a GPU so small that one can count along.
 */
#include "tests/test.h"

#include <errno.h>

#include "sim/gpu/gpu.h"

#define MANY 8

static const struct gpu_profile small = {
    .name = "small",
    .law = {.floor_ns = 1000, .base_ns = 1000, .sequence_ns = 100, .prefill_token_ns = 10},
    .kv_tokens = 64,
    .block_tokens = 4,
    .max_num_seqs = 4,
    .step_tokens = 16,
    .max_model_len = 64,
    .waiting_limit = 6,
};

static int setup(void **state)
{
    return gpu_open((struct gpu **)state, &(struct gpu_options){.profile = &small});
}

static int teardown(void **state)
{
    gpu_close(*state);
    return 0;
}

static struct gpu_sequence sequence_of(uint64_t prompt_tokens, uint64_t answer_tokens)
{
    return (struct gpu_sequence){.prompt_tokens = prompt_tokens, .answer_tokens = answer_tokens};
}

static void take(struct gpu *gpu, struct gpu_sequence *sequence)
{
    uint64_t due_ns = gpu_due_ns(gpu);
    assert_int_equal(gpu_submit(gpu, sequence, due_ns == GPU_NEVER ? 0 : due_ns), GPU_TAKEN);
}

static unsigned pop_all(struct gpu *gpu)
{
    unsigned count = 0;
    while (gpu_pop(gpu))
        count++;
    return count;
}

/* What a step takes that decodes so many sequences and reads so many tokens of prompts. */
static uint64_t step_of(uint64_t decoding, uint64_t prefill_tokens)
{
    return gpu_law_step_ns(
        &small.law, &(struct gpu_load){.decoding = decoding, .prefill_tokens = prefill_tokens});
}

/* Lets one step begin and end; returns what it took. */
static uint64_t whole_step(struct gpu *gpu)
{
    uint64_t begin_ns = gpu_due_ns(gpu);
    gpu_step(gpu);
    uint64_t end_ns = gpu_due_ns(gpu);
    gpu_step(gpu);
    return end_ns - begin_ns;
}

/* Until nothing is left to do; returns when that was. */
static uint64_t run_out(struct gpu *gpu)
{
    uint64_t now_ns = 0;
    while (gpu_due_ns(gpu) != GPU_NEVER) {
        now_ns = gpu_due_ns(gpu);
        gpu_step(gpu);
        pop_all(gpu);
    }
    return now_ns;
}

/* ---- profiles and requests that cannot be ---- */

static void a_profile_that_could_run_nothing_is_refused(void **state)
{
    (void)state;
    struct gpu_profile none = small, narrow = small, wild = small;
    struct gpu *gpu = NULL;

    none.kv_tokens = 3;
    narrow.step_tokens = 0;
    wild.noise_percent = 100;
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &none}), -EINVAL);
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &narrow}), -EINVAL);
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &wild}), -EINVAL);
}

static void what_would_never_fit_is_refused_at_once(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence fits = sequence_of(60, 4), long_prompt = sequence_of(65, 1),
                        long_answer = sequence_of(60, 5), huge = sequence_of(1, UINT64_MAX);

    assert_int_equal(gpu_submit(gpu, &long_prompt, 0), GPU_TOO_LONG);
    assert_int_equal(gpu_submit(gpu, &long_answer, 0), GPU_TOO_LONG);
    assert_int_equal(gpu_submit(gpu, &huge, 0), GPU_TOO_LONG);
    assert_int_equal(gpu_due_ns(gpu), GPU_NEVER);
    take(gpu, &fits);
    run_out(gpu);
    assert_int_equal(fits.made_tokens, 4);
}

static void a_full_queue_refuses(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence sequences[7];

    for (unsigned i = 0; i < 7; i++)
        sequences[i] = sequence_of(4, 1);
    for (unsigned i = 0; i < 6; i++)
        take(gpu, &sequences[i]);
    assert_int_equal(gpu_submit(gpu, &sequences[6], 0), GPU_QUEUE_FULL);
    assert_int_equal(sequences[6].state, GPU_OUT);
    run_out(gpu);
}

/* ---- steps ---- */

static void a_gpu_without_work_is_never_due(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence sequence = sequence_of(4, 2);

    assert_int_equal(gpu_due_ns(gpu), GPU_NEVER);
    assert_int_equal(gpu_submit(gpu, &sequence, 500), GPU_TAKEN);
    assert_int_equal(gpu_due_ns(gpu), 500);
    assert_int_equal(run_out(gpu), 500 + step_of(0, 4) + step_of(1, 0));
    assert_int_equal(sequence.state, GPU_FINISHED);
    assert_int_equal(sequence.first_token_ns, 500 + step_of(0, 4));
}

static void a_step_takes_what_the_law_says(void **state)
{
    (void)state;
    struct gpu_law law = {.floor_ns = 12000,
                          .base_ns = 76000,
                          .sequence_ns = 5000,
                          .kv_token_ps = 500,
                          .prefill_token_ns = 700};

    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){0}), 12000);
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.kv_tokens = 2000}), 12000 + 1000);
    /* 1000 more for each of 64, and what is computed stands at a right angle to it. */
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.decoding = 1}), 13928);
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.decoding = 64}), 328901);
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.decoding = 128}), 644496);
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.prefill_tokens = 5}), 12500);
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.decoding = 1, .prefill_tokens = 5}),
                     15532);
    /* The slower of the two counts. */
    assert_int_equal(gpu_law_step_ns(&law, &(struct gpu_load){.prefill_tokens = 1000}), 700102);
}

static void all_that_run_get_a_token_in_the_same_step(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence one = sequence_of(4, 5), two = sequence_of(4, 5);

    take(gpu, &one);
    take(gpu, &two);
    assert_int_equal(whole_step(gpu), step_of(0, 8));
    assert_int_equal(pop_all(gpu), 2);
    assert_int_equal(whole_step(gpu), step_of(2, 0));
    assert_ptr_equal(gpu_pop(gpu), &one);
    assert_ptr_equal(gpu_pop(gpu), &two);
    assert_null(gpu_pop(gpu));
    assert_int_equal(one.made_tokens, 2);
    run_out(gpu);
}

static void who_comes_while_a_step_runs_joins_the_next_one(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence first = sequence_of(4, 9), late = sequence_of(4, 9);

    take(gpu, &first);
    gpu_step(gpu);
    assert_int_equal(gpu_submit(gpu, &late, 10), GPU_TAKEN);
    gpu_step(gpu);
    assert_int_equal(pop_all(gpu), 1);
    whole_step(gpu);
    assert_int_equal(pop_all(gpu), 2);
    assert_int_equal(late.made_tokens, 1);
    run_out(gpu);
}

static void a_long_prompt_is_read_in_chunks_and_slows_those_that_decode(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence writer = sequence_of(4, 9), reader = sequence_of(40, 1);

    take(gpu, &writer);
    whole_step(gpu);
    pop_all(gpu);
    take(gpu, &reader);
    for (unsigned step = 0; step < 2; step++) { /* one decodes, so 15 of 16 are left */
        assert_int_equal(whole_step(gpu), step_of(1, 15));
        assert_ptr_equal(gpu_pop(gpu), &writer);
        assert_null(gpu_pop(gpu));
    }
    assert_int_equal(whole_step(gpu), step_of(1, 10));
    assert_int_equal(pop_all(gpu), 2);
    assert_int_equal(reader.state, GPU_FINISHED);
    run_out(gpu);
}

static void no_more_run_than_there_are_slots(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence sequences[5];

    for (unsigned i = 0; i < 5; i++) {
        sequences[i] = sequence_of(1, i == 0 ? 1 : 3);
        take(gpu, &sequences[i]);
    }
    gpu_step(gpu);
    assert_int_equal(gpu_gauges(gpu).running, 4);
    assert_int_equal(gpu_gauges(gpu).waiting, 1);
    gpu_step(gpu);
    pop_all(gpu);
    gpu_step(gpu);
    assert_int_equal(sequences[4].state, GPU_RUNNING); /* in the place of the first */
    run_out(gpu);
    assert_int_equal(gpu_gauges(gpu).finished, 5);
}

static void no_more_run_than_get_a_token_in_each_step(void **state)
{
    (void)state;
    struct gpu_profile narrow = small;
    struct gpu_sequence sequences[3];
    struct gpu *gpu;

    narrow.step_tokens = 2;
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &narrow}), 0);
    for (unsigned i = 0; i < 3; i++) {
        sequences[i] = sequence_of(1, 4);
        take(gpu, &sequences[i]);
    }
    for (unsigned step = 0; step < 4; step++) {
        whole_step(gpu);
        assert_int_equal(gpu_gauges(gpu).waiting, 1);
        assert_int_equal(pop_all(gpu), 2);
    }
    run_out(gpu);
    assert_int_equal(sequences[2].state, GPU_FINISHED);
    gpu_close(gpu);
}

/* ---- memory ---- */

static void when_memory_runs_out_the_last_admitted_is_preempted(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence first = sequence_of(4, 56), second = sequence_of(4, 56);

    take(gpu, &first);
    take(gpu, &second);
    while (second.preemptions == 0) {
        gpu_step(gpu);
        pop_all(gpu);
    }
    assert_int_equal(first.made_tokens, 29); /* 32 of 64 tokens each: the next needs a block */
    assert_int_equal(second.made_tokens, 29);
    assert_int_equal(gpu_gauges(gpu).kv_blocks_used, 9);
    run_out(gpu);
    assert_int_equal(first.preemptions, 0);
    assert_int_equal(second.preemptions, 1);
    assert_int_equal(second.made_tokens, 56);
    assert_int_equal(gpu_gauges(gpu).preemptions, 1);
    assert_int_equal(gpu_gauges(gpu).answer_tokens, 112);
}

static void a_preempted_one_computes_again_and_goes_before_who_came_later(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence first = sequence_of(4, 56), second = sequence_of(4, 56),
                        third = sequence_of(64 - 1, 1);

    take(gpu, &first);
    take(gpu, &second);
    whole_step(gpu);
    pop_all(gpu);
    take(gpu, &third); /* never fits beside the others */
    run_out(gpu);
    assert_true(second.last_token_ns < third.first_token_ns);
    assert_true(first.last_token_ns < second.last_token_ns);
    assert_int_equal(third.state, GPU_FINISHED);
}

static void headroom_is_left_when_another_is_admitted(void **state)
{
    (void)state;
    struct gpu_profile careful = small;
    struct gpu_sequence first = sequence_of(32, 2), second = sequence_of(32, 1),
                        large = sequence_of(60, 1);
    struct gpu *gpu;

    careful.headroom_percent = 10;
    assert_int_equal(gpu_open(&gpu, &(struct gpu_options){.profile = &careful}), 0);
    take(gpu, &first);
    take(gpu, &second);
    gpu_step(gpu);
    assert_int_equal(gpu_gauges(gpu).running, 1);
    run_out(gpu);
    assert_int_equal(second.state, GPU_FINISHED);
    take(gpu, &large); /* alone it may have all */
    run_out(gpu);
    assert_int_equal(large.state, GPU_FINISHED);
    gpu_close(gpu);
}

static void a_known_prefix_needs_no_prefill(void **state)
{
    struct gpu *gpu = *state;
    const uint64_t hashes[] = {1, 2, 3};
    struct gpu_sequence first = sequence_of(12, 1), again = sequence_of(14, 1);

    first.hashes = again.hashes = hashes;
    first.hash_count = again.hash_count = 3;
    take(gpu, &first);
    assert_int_equal(whole_step(gpu), step_of(0, 12));
    pop_all(gpu);
    assert_int_equal(first.cached_tokens, 0);
    take(gpu, &again);
    assert_int_equal(whole_step(gpu), step_of(0, 2));
    pop_all(gpu);
    assert_int_equal(again.cached_tokens, 12);
    assert_int_equal(gpu_gauges(gpu).prefix_query_tokens, 26);
    assert_int_equal(gpu_gauges(gpu).prefix_hit_tokens, 12);
    assert_int_equal(gpu_gauges(gpu).kv_blocks_used, 0);
}

static void of_a_prompt_known_whole_the_last_block_is_computed(void **state)
{
    struct gpu *gpu = *state;
    const uint64_t hashes[] = {1, 2, 3};
    struct gpu_sequence first = sequence_of(12, 1), again = sequence_of(12, 1);

    first.hashes = again.hashes = hashes;
    first.hash_count = again.hash_count = 3;
    take(gpu, &first);
    run_out(gpu);
    take(gpu, &again);
    run_out(gpu);
    assert_int_equal(again.cached_tokens, 8);
    assert_int_equal(again.made_tokens, 1);
}

/* ---- cancellation ---- */

static void cancelling_frees_at_once_in_any_state(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence running = sequence_of(30, 9), waiting = sequence_of(60, 1),
                        stepped = sequence_of(4, 9), never = sequence_of(1, 1);

    take(gpu, &running);
    take(gpu, &waiting);
    gpu_step(gpu);
    gpu_cancel(gpu, &waiting);
    gpu_cancel(gpu, &running);
    gpu_cancel(gpu, &never);
    assert_int_equal(gpu_gauges(gpu).kv_blocks_used, 0);
    assert_int_equal(gpu_gauges(gpu).running + gpu_gauges(gpu).waiting, 0);
    assert_int_equal(gpu_gauges(gpu).cancelled, 2);
    assert_int_equal(running.state, GPU_OUT);

    take(gpu, &stepped); /* the step of those that left still takes its time */
    gpu_step(gpu);
    whole_step(gpu);
    gpu_cancel(gpu, &stepped);
    assert_null(gpu_pop(gpu));
    run_out(gpu);
    assert_int_equal(stepped.made_tokens, 1);
}

static void what_is_cancelled_while_others_are_popped_is_not_popped(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence one = sequence_of(4, 1), two = sequence_of(4, 1);

    take(gpu, &one);
    take(gpu, &two);
    whole_step(gpu);
    assert_ptr_equal(gpu_pop(gpu), &one);
    gpu_cancel(gpu, &two);
    assert_null(gpu_pop(gpu));
}

/* ---- noise, scale, histograms ---- */

static uint64_t time_of(const struct gpu_options *options)
{
    struct gpu_sequence sequence = sequence_of(4, 50);
    struct gpu *gpu;

    assert_int_equal(gpu_open(&gpu, options), 0);
    take(gpu, &sequence);
    uint64_t ns = run_out(gpu);
    gpu_close(gpu);
    return ns;
}

static void noise_is_small_and_the_same_for_the_same_seed(void **state)
{
    (void)state;
    struct gpu_profile noisy = small;
    noisy.noise_percent = 10;

    uint64_t calm_ns = time_of(&(struct gpu_options){.profile = &small});
    uint64_t one_ns = time_of(&(struct gpu_options){.profile = &noisy, .seed = 1});
    assert_int_equal(calm_ns, time_of(&(struct gpu_options){.profile = &small, .seed = 9}));
    assert_int_equal(one_ns, time_of(&(struct gpu_options){.profile = &noisy, .seed = 1}));
    assert_int_not_equal(one_ns, time_of(&(struct gpu_options){.profile = &noisy, .seed = 2}));
    assert_int_not_equal(one_ns, calm_ns);
    assert_in_range(one_ns, calm_ns - calm_ns / 20, calm_ns + calm_ns / 20);
}

static void scale_stretches_every_step(void **state)
{
    (void)state;
    struct gpu_profile even = small; /* whose steps are whole microseconds */
    even.law.sequence_ns = even.law.prefill_token_ns = 0;
    uint64_t plain_ns = time_of(&(struct gpu_options){.profile = &even});

    assert_int_equal(time_of(&(struct gpu_options){.profile = &even, .scale_millionths = 3000000}),
                     3 * plain_ns);
    assert_int_equal(time_of(&(struct gpu_options){.profile = &even, .scale_millionths = 100000}),
                     plain_ns / 10);
}

static void histograms_count_what_was_seen(void **state)
{
    struct gpu *gpu = *state;
    struct gpu_sequence sequences[MANY];
    const struct gpu_histograms *histograms = gpu_histograms(gpu);

    for (unsigned i = 0; i < 6; i++) {
        sequences[i] = sequence_of(4, 3);
        take(gpu, &sequences[i]);
    }
    run_out(gpu);
    assert_int_equal(histograms->ttft.count, 6);
    assert_int_equal(histograms->queue.count, 6);
    assert_int_equal(histograms->whole.count, 6);
    assert_int_equal(histograms->itl.count, 12);
    assert_int_equal(histograms->step_tokens.count, gpu_gauges(gpu).steps);
    assert_int_equal(histograms->step_tokens.sum, 6 * 4 + 12);
    assert_int_equal(histograms->queue.sum + histograms->prefill.sum, histograms->ttft.sum);
    assert_int_equal(histograms->ttft.sum + histograms->decode.sum, histograms->whole.sum);
    assert_int_equal(histograms->itl.sum, histograms->decode.sum);
}

#define WITH_GPU(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_that_could_run_nothing_is_refused),
        WITH_GPU(what_would_never_fit_is_refused_at_once),
        WITH_GPU(a_full_queue_refuses),
        WITH_GPU(a_gpu_without_work_is_never_due),
        cmocka_unit_test(a_step_takes_what_the_law_says),
        WITH_GPU(all_that_run_get_a_token_in_the_same_step),
        WITH_GPU(who_comes_while_a_step_runs_joins_the_next_one),
        WITH_GPU(a_long_prompt_is_read_in_chunks_and_slows_those_that_decode),
        WITH_GPU(no_more_run_than_there_are_slots),
        cmocka_unit_test(no_more_run_than_get_a_token_in_each_step),
        WITH_GPU(when_memory_runs_out_the_last_admitted_is_preempted),
        WITH_GPU(a_preempted_one_computes_again_and_goes_before_who_came_later),
        cmocka_unit_test(headroom_is_left_when_another_is_admitted),
        WITH_GPU(a_known_prefix_needs_no_prefill),
        WITH_GPU(of_a_prompt_known_whole_the_last_block_is_computed),
        WITH_GPU(cancelling_frees_at_once_in_any_state),
        WITH_GPU(what_is_cancelled_while_others_are_popped_is_not_popped),
        cmocka_unit_test(noise_is_small_and_the_same_for_the_same_seed),
        cmocka_unit_test(scale_stretches_every_step),
        WITH_GPU(histograms_count_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
