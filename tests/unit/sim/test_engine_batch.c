/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine whose answers share a GPU: a step takes 10 ms, 1 ms more for each sequence that
 * decodes. The prompt that all ask, PROMPT, is one word.
 */
#include "tests/test.h"

#include "sim/engine/dialect.h"
#include "sim/gpu/profile.h"
#include "tests/unit/sim/engine_world.h"

#define STEP_NS (10 * NS_PER_MS)
#define WORDS "[\"a b c d e f g h i j k l m n o p q r s t\"]" /* 20 */

static const struct gpu_profile small = {
    .name = "small",
    .law = {.floor_ns = STEP_NS,
            .base_ns = STEP_NS + 64 * NS_PER_MS}, /* 1 ms more for each that decodes */
    .kv_tokens = 400,
    .block_tokens = 4,
    .max_num_seqs = 3,
    .step_tokens = 64,
    .max_model_len = 1000,
    .waiting_limit = 4,
};

static void gpu_engine_begin(struct fixture *fixture, struct engine_options *options)
{
    struct engine_profile profile = engine_profile_of(&small);
    options->dialect = engine_dialect_find(BYTES("vllm"));
    options->profile = &profile;
    engine_begin(fixture, options);
}

/* One request of so many tokens, on a connection of its own. */
static void ask(struct fixture *fixture, struct probe *probe, unsigned tokens, bool stream)
{
    probe_open(fixture, probe);
    ask_chat(probe, tokens, stream);
}

static uint64_t answered_in(const struct probe *probe, uint64_t begin_ns)
{
    return probe->last_byte_ns - begin_ns;
}

static void tokens_come_with_the_steps_of_the_gpu(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    ask(fixture, &probe, 101, true);
    run_for(fixture, LONG_NS);
    assert_int_equal(tokens_in(&probe), 101);
    assert_in_range(probe.first_byte_ns - begin_ns, STEP_NS, STEP_NS + 5 * NS_PER_MS);
    assert_in_range(probe.last_byte_ns - probe.first_byte_ns, 1100 * NS_PER_MS - NS_PER_MS,
                    1100 * NS_PER_MS + NS_PER_MS);
    probe_close(&probe);
}

static void a_plain_answer_comes_with_its_last_token(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    ask(fixture, &probe, 101, false);
    run_for(fixture, NS_PER_S);
    assert_int_equal(probe.in.length, 0);
    run_for(fixture, NS_PER_S);
    assert_int_equal(tokens_in(&probe), 101);
    probe_close(&probe);
}

static void answers_at_once_slow_each_other(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probes[3];

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    for (unsigned i = 0; i < 3; i++)
        ask(fixture, &probes[i], 101, true);
    run_for(fixture, LONG_NS);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(tokens_in(&probes[i]), 101);
        assert_in_range(answered_in(&probes[i], begin_ns), 1300 * NS_PER_MS, 1340 * NS_PER_MS);
        probe_close(&probes[i]);
    }
}

static void who_finds_no_slot_waits_and_who_leaves_makes_room(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probes[4];

    gpu_engine_begin(fixture, &options);
    for (unsigned i = 0; i < 4; i++) {
        ask(fixture, &probes[i], 90, true);
        run_for(fixture, 20 * NS_PER_MS);
    }
    run_for(fixture, 500 * NS_PER_MS);
    assert_int_equal(probes[3].in.length, 0);
    probe_close(&probes[0]);
    run_for(fixture, 100 * NS_PER_MS);
    assert_true(tokens_in(&probes[3]) > 0);
    for (unsigned i = 1; i < 4; i++)
        probe_close(&probes[i]);
}

static void what_never_fits_and_what_comes_to_a_full_queue_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probes[8];

    gpu_engine_begin(fixture, &options);
    ask(fixture, &probes[0], 401, false);
    run_for(fixture, NS_PER_MS);
    assert_true(has(&probes[0], "HTTP/1.1 400 "));
    probe_close(&probes[0]);
    for (unsigned i = 0; i < 8; i++) { /* three run, four wait */
        ask(fixture, &probes[i], 90, false);
        run_for(fixture, 30 * NS_PER_MS);
    }
    assert_true(has(&probes[7], "HTTP/1.1 503 "));
    run_for(fixture, LONG_NS);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(tokens_in(&probes[i]), i < 7 ? 90 : 0);
        probe_close(&probes[i]);
    }
}

static void what_was_asked_before_needs_less_prefill(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    probe_open(fixture, &probe);
    for (unsigned i = 0; i < 2; i++)
        probe_write(&probe, "POST /v1/completions",
                    "{\"model\":\"sim\",\"max_tokens\":2,\"prompt\":" WORDS "}");
    probe_write(&probe, "GET /metrics", "");
    run_for(fixture, LONG_NS);
    assert_true(has(&probe, "\"cached_tokens\":0"));
    assert_true(has(&probe, "\"cached_tokens\":16")); /* the last block is always computed */
    assert_true(has(&probe, "prefix_cache_hits_total{model_name=\"sim\",engine=\"0\"} 16.0\n"));
    probe_close(&probe);
}

static void each_choice_is_a_sequence(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    probe_open(fixture, &probe);
    probe_write(&probe, "POST /v1/completions",
                "{\"model\":\"sim\",\"max_tokens\":101,\"n\":3,\"prompt\":\"a\"}");
    run_for(fixture, LONG_NS);
    assert_true(has(&probe, "\"completion_tokens\":303"));
    assert_in_range(answered_in(&probe, begin_ns), 1300 * NS_PER_MS, 1340 * NS_PER_MS);
    probe_close(&probe);
}

static void embeddings_take_a_step(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    probe_open(fixture, &probe);
    probe_write(&probe, "POST /v1/embeddings", "{\"model\":\"sim\",\"input\":\"a\"}");
    run_for(fixture, LONG_NS);
    assert_true(has(&probe, "\"embedding\""));
    assert_in_range(answered_in(&probe, begin_ns), STEP_NS, STEP_NS + 5 * NS_PER_MS);
    probe_close(&probe);
}

static void scale_makes_time_pass_faster(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.scale_millionths = 100000};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    ask(fixture, &probe, 101, true);
    run_for(fixture, LONG_NS);
    assert_in_range(answered_in(&probe, begin_ns), 110 * NS_PER_MS, 116 * NS_PER_MS);
    probe_close(&probe);
}

static void scale_is_for_profiles_without_a_gpu_as_well(void **state)
{
    struct fixture *fixture = *state;
    struct engine_profile profile = {.name = "test", .ttft_us = 100000, .itl_us = 10000};
    struct engine_options options = {.profile = &profile, .scale_millionths = 500000};
    struct probe probe;

    engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    ask(fixture, &probe, 101, true);
    run_for(fixture, LONG_NS);
    assert_in_range(answered_in(&probe, begin_ns), 550 * NS_PER_MS, 555 * NS_PER_MS);
    probe_close(&probe);
}

static void a_slow_request_is_ten_times_slower_and_holds_up_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.faults = {.slow = ALWAYS}};
    struct probe probe;

    gpu_engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    ask(fixture, &probe, 11, true);
    run_for(fixture, LONG_NS);
    assert_int_equal(tokens_in(&probe), 11);
    assert_in_range(answered_in(&probe, begin_ns), 1200 * NS_PER_MS, 1210 * NS_PER_MS);
    probe_close(&probe);
}

static void an_answer_that_dies_gives_its_slot_back(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.faults = {.stall = ALWAYS, .after_tokens = 3}};
    struct probe probes[4];

    gpu_engine_begin(fixture, &options);
    for (unsigned i = 0; i < 4; i++)
        ask(fixture, &probes[i], 200, true);
    run_for(fixture, NS_PER_S);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(tokens_in(&probes[i]), 3);
        probe_close(&probes[i]);
    }
}

static void profiles_are_found_by_name(void **state)
{
    struct engine_profile profile;

    (void)state;
    assert_true(engine_profile_find(BYTES("instant"), &profile));
    assert_null(profile.gpu);
    assert_true(engine_profile_find(BYTES("h100-8b"), &profile));
    assert_string_equal(profile.gpu->name, "h100-8b");
    assert_true(profile.default_tokens > 0);
    assert_false(engine_profile_find(BYTES("h100"), &profile));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(tokens_come_with_the_steps_of_the_gpu),
        IN_WORLD(a_plain_answer_comes_with_its_last_token),
        IN_WORLD(answers_at_once_slow_each_other),
        IN_WORLD(who_finds_no_slot_waits_and_who_leaves_makes_room),
        IN_WORLD(what_never_fits_and_what_comes_to_a_full_queue_is_refused),
        IN_WORLD(what_was_asked_before_needs_less_prefill),
        IN_WORLD(each_choice_is_a_sequence),
        IN_WORLD(embeddings_take_a_step),
        IN_WORLD(scale_makes_time_pass_faster),
        IN_WORLD(scale_is_for_profiles_without_a_gpu_as_well),
        IN_WORLD(a_slow_request_is_ten_times_slower_and_holds_up_nobody),
        IN_WORLD(an_answer_that_dies_gives_its_slot_back),
        cmocka_unit_test(profiles_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
