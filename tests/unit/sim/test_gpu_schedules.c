/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever comes, goes and is cancelled, in whatever order: memory is conserved, nobody starves,
 * who came first is admitted first, and every answer has its tokens.
 */
#include "tests/test.h"

#include "base/random.h"
#include "sim/gpu/gpu.h"

#define COUNT 300
#define HASHES 12

struct schedule {
    struct gpu *gpu;
    struct random random;
    struct gpu_sequence sequences[COUNT];
    uint64_t hashes[COUNT][HASHES];
    unsigned submitted, over;
    uint64_t now_ns;
};

static struct gpu_profile profile_of(struct random *random)
{
    uint64_t slots = random_between(random, 1, 12);
    return (struct gpu_profile){
        .law = {.floor_ns = 1000, .base_ns = 2000, .sequence_ns = 50, .prefill_token_ns = 10},
        .kv_tokens = 4 * random_between(random, 16, 80),
        .block_tokens = 4,
        .headroom_percent = random_below(random, 2) * 5,
        .max_num_seqs = slots,
        .step_tokens = slots + random_below(random, 40),
        .max_model_len = 1000,
        .waiting_limit = COUNT,
        .noise_percent = random_below(random, 2) * 10,
    };
}

static void submit(struct schedule *s)
{
    struct gpu_sequence *sequence = &s->sequences[s->submitted];
    uint64_t *hashes = s->hashes[s->submitted];
    uint64_t story = random_below(&s->random, 4), own_from = random_below(&s->random, HASHES);

    *sequence = (struct gpu_sequence){.prompt_tokens = random_between(&s->random, 1, 40),
                                      .answer_tokens = random_between(&s->random, 1, 24),
                                      .hashes = hashes};
    sequence->hash_count = random_below(&s->random, 1 + sequence->prompt_tokens / 4);
    for (unsigned i = 0; i < HASHES; i++)
        hashes[i] = i < own_from ? story : 100 + s->submitted;
    assert_int_equal(gpu_submit(s->gpu, sequence, s->now_ns), GPU_TAKEN);
    s->submitted++;
}

static void cancel_one(struct schedule *s)
{
    struct gpu_sequence *sequence = &s->sequences[random_below(&s->random, s->submitted)];
    if (sequence->state == GPU_WAITING || sequence->state == GPU_RUNNING)
        s->over++;
    gpu_cancel(s->gpu, sequence);
}

/* What must hold at any moment. */
static void check(struct schedule *s)
{
    struct gpu_gauges gauges = gpu_gauges(s->gpu);
    uint64_t running = 0, waiting = 0, own_blocks = 0;

    for (unsigned i = 0; i < s->submitted; i++) {
        const struct gpu_sequence *sequence = &s->sequences[i];
        uint64_t blocks = sequence->hold.own_blocks + sequence->hold.shared_blocks;
        running += sequence->state == GPU_RUNNING;
        waiting += sequence->state == GPU_WAITING;
        own_blocks += sequence->hold.own_blocks;
        if (sequence->state == GPU_RUNNING)
            assert_true(blocks * 4 >= sequence->computed_tokens);
        else
            assert_int_equal(blocks, 0);
        assert_true(sequence->made_tokens <= sequence->answer_tokens);
    }
    assert_int_equal(gauges.running, running);
    assert_int_equal(gauges.waiting, waiting);
    assert_true(running <= gpu_profile(s->gpu)->max_num_seqs);
    assert_true(gauges.kv_blocks_used >= own_blocks && gauges.kv_blocks_used <= gauges.kv_blocks);
    assert_true(running + waiting == 0 || gpu_due_ns(s->gpu) != GPU_NEVER);
}

/* First admissions are in the order of submission. */
static void check_order(const struct schedule *s)
{
    uint64_t latest_ns = 0;
    for (unsigned i = 0; i < s->submitted; i++) {
        const struct gpu_sequence *sequence = &s->sequences[i];
        if (sequence->made_tokens == 0)
            continue; /* cancelled before it was admitted, or soon after */
        assert_true(sequence->admitted_ns >= latest_ns);
        latest_ns = sequence->admitted_ns;
    }
}

static void step(struct schedule *s)
{
    struct gpu_sequence *sequence;

    s->now_ns = gpu_due_ns(s->gpu);
    gpu_step(s->gpu);
    while ((sequence = gpu_pop(s->gpu))) {
        assert_int_equal(sequence->last_token_ns, s->now_ns);
        s->over += sequence->state == GPU_FINISHED;
    }
}

static void play(struct schedule *s)
{
    unsigned steps = 0;

    while (s->over < COUNT) {
        bool is_idle = gpu_due_ns(s->gpu) == GPU_NEVER;
        if (s->submitted < COUNT && (is_idle || random_chance(&s->random, 1, 3)))
            submit(s);
        if (random_chance(&s->random, 1, 20))
            cancel_one(s);
        if (gpu_due_ns(s->gpu) != GPU_NEVER)
            step(s);
        check(s);
        assert_in_range(++steps, 0, COUNT * 1000); /* or somebody starves */
    }
}

static void any_schedule_ends_well(void **state)
{
    static struct schedule s;
    uint64_t preemptions = 0, hits = 0, cancelled = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        s = (struct schedule){0};
        random_init(&s.random, seed);
        struct gpu_profile profile = profile_of(&s.random);
        struct gpu_options options = {.profile = &profile, .seed = seed};
        assert_int_equal(gpu_open(&s.gpu, &options), 0);
        play(&s);
        check_order(&s);
        struct gpu_gauges gauges = gpu_gauges(s.gpu);
        assert_int_equal(gauges.finished + gauges.cancelled, COUNT);
        assert_int_equal(gauges.kv_blocks_used, 0);
        preemptions += gauges.preemptions;
        hits += gauges.prefix_hit_tokens;
        cancelled += gauges.cancelled;
        gpu_close(s.gpu);
    }
    assert_true(preemptions > 100 && hits > 1000 && cancelled > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_schedule_ends_well)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
