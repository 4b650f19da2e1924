/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation of an engine's connection and its answer fails once: that connection breaks or
 * gives its true answer, nothing is left, and the next client is answered.
 */
#include "tests/failing_memory.h"
#include "tests/test.h"

#include <stdlib.h>

#include "tests/unit/sim/engine_world.h"

/* The client's own buffers are large enough from the start: only the engine allocates. */
static void roomy_probe_open(struct fixture *fixture, struct probe *probe)
{
    char *room;

    probe_open(fixture, probe);
    assert_int_equal(buffer_reserve(&probe->in, 65536, &room), 0);
    assert_int_equal(buffer_reserve(&probe->out, 65536, &room), 0);
}

/* One connection whose n-th allocation fails; false once there is no n-th. */
static bool survives(struct fixture *fixture, bool stream, unsigned n)
{
    struct probe probe;

    roomy_probe_open(fixture, &probe);
    ask_chat(&probe, 9, stream);
    ask_chat(&probe, 9, stream);
    failing_memory_set(n + 1);
    run_for(fixture, 100 * NS_PER_MS);
    bool has_failed = failing_memory_has_failed();
    failing_memory_set(0);
    run_for(fixture, 10 * NS_PER_S); /* accepting may have paused */
    bool is_whole = has(&probe, stream ? "[DONE]" : "\"completion_tokens\":9");
    assert_true(is_whole || probe.has_ended || probe.hangup);
    assert_true(is_whole || has_failed);
    probe_close(&probe);

    roomy_probe_open(fixture, &probe);
    ask_chat(&probe, 9, stream);
    run_for(fixture, NS_PER_S);
    assert_int_equal(tokens_in(&probe), 9);
    probe_close(&probe);
    return has_failed;
}

static void each_may_fail(struct fixture *fixture, const char *profile_name)
{
    struct engine_profile profile;
    struct engine_options options = {.profile = &profile};

    assert_true(engine_profile_find(bytes_from_cstr(profile_name), &profile));
    engine_begin(fixture, &options);
    world_memory_hook(fixture->world, failing_memory_spare);
    for (int stream = 0; stream < 2; stream++) {
        unsigned n = 0;
        while (survives(fixture, stream, n))
            n++;
        assert_in_range(n, 10, 1000);
    }
}

static void each_allocation_may_fail(void **state)
{
    each_may_fail(*state, "instant");
}

static void each_allocation_may_fail_on_a_gpu_as_well(void **state)
{
    each_may_fail(*state, "h100-8b");
}

#define TOOL "{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"properties\":{\"a\":{}}}}"

/* One request, whose n-th allocation fails; false once there is no n-th. Whatever comes, it ends.
 */
static bool ends(struct fixture *fixture, const char *head, const char *body, unsigned n)
{
    struct probe probe;

    roomy_probe_open(fixture, &probe);
    probe_write(&probe, head, body);
    failing_memory_set(n + 1);
    run_for(fixture, 100 * NS_PER_MS);
    bool has_failed = failing_memory_has_failed();
    failing_memory_set(0);
    run_for(fixture, 10 * NS_PER_S);
    assert_true(has_failed || has(&probe, "HTTP/1.1 200 OK\r\n"));
    assert_true(has(&probe, "HTTP/1.1 200 OK\r\n") || probe.has_ended || probe.hangup);
    probe_close(&probe);
    return has_failed;
}

static void each_allocation_may_fail_in_every_shape(void **state)
{
    static const struct {
        const char *head, *body;
    } rows[] = {
        {"POST /v1/chat/completions",
         "{\"model\":\"sim\",\"messages\":[{}],\"max_tokens\":3,\"n\":2,\"logprobs\":true,"
         "\"top_logprobs\":2,\"stop\":\"e\",\"return_token_ids\":true}"},
        {"POST /v1/chat/completions",
         "{\"model\":\"sim\",\"messages\":[{},{\"role\":\"assistant\",\"content\":\"no\"}],"
         "\"continue_final_message\":true,\"response_format\":{\"type\":\"json_object\"}}"},
        {"POST /v1/responses",
         "{\"model\":\"sim\",\"input\":\"f\",\"stream\":true,\"tools\":[" TOOL "]}"},
        {"POST /v1/messages", "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":"
                              "\"f\"}],\"max_tokens\":99,"
                              "\"stream\":true,\"tools\":[" TOOL "]}"},
        {"POST /v1/completions", "{\"model\":\"sim\",\"prompt\":\"\\u0001\",\"max_tokens\":2,"
                                 "\"echo\":true,\"logprobs\":1}"},
        {"POST /v1/embeddings", "{\"model\":\"sim\",\"input\":\"a\",\"dimensions\":64}"},
        {"POST /v1/rerank", "{\"model\":\"sim\",\"query\":\"a\",\"documents\":[\"a\",\"b\"]}"},
        {"POST /v1/score", "{\"model\":\"sim\",\"text_1\":\"a\",\"text_2\":\"b\"}"},
        {"POST /tokenize", "{\"model\":\"sim\",\"prompt\":\"a b\"}"},
        {"POST /detokenize", "{\"model\":\"sim\",\"tokens\":[1,2]}"},
        {"GET /metrics", ""},
        {"GET /v1/models", ""},
        {"GET /v1/loads", ""},
    };
    struct fixture *fixture = *state;
    struct engine_options options = {0};

    engine_begin(fixture, &options);
    world_memory_hook(fixture->world, failing_memory_spare);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned n = 0;
        while (ends(fixture, rows[i].head, rows[i].body, n))
            n++;
        assert_in_range(n, 2, 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(each_allocation_may_fail),
        IN_WORLD(each_allocation_may_fail_on_a_gpu_as_well),
        IN_WORLD(each_allocation_may_fail_in_every_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
