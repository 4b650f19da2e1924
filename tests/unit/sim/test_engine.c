/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/unit/sim/engine_world.h"

static void answers_by_the_law_streaming_or_not(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    engine_begin(fixture, &options);
    for (int stream = 0; stream < 2; stream++) {
        probe_open(fixture, &probe);
        ask_chat(&probe, 9, stream);
        run_for(fixture, LONG_NS);
        assert_true(has(&probe, "HTTP/1.1 200 OK\r\n"));
        assert_int_equal(tokens_in(&probe), 9);
        assert_int_equal(has(&probe, "data: [DONE]\n\n"), stream);
        assert_false(probe.has_ended);
        probe_close(&probe);
    }
}

static void tokens_come_at_the_pace_of_the_profile(void **state)
{
    struct fixture *fixture = *state;
    struct engine_profile profile = {
        .name = "test", .ttft_us = 100000, .itl_us = 10000, .default_tokens = 1};
    struct engine_options options = {.profile = &profile};
    struct probe probe;

    engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    probe_open(fixture, &probe);
    ask_chat(&probe, 101, true);
    run_for(fixture, LONG_NS);
    assert_in_range(probe.first_byte_ns - begin_ns, 100 * NS_PER_MS, 110 * NS_PER_MS);
    assert_in_range(probe.last_byte_ns - probe.first_byte_ns, 990 * NS_PER_MS, 1010 * NS_PER_MS);
    probe_close(&probe);
}

static void requests_sent_together_are_answered_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    engine_begin(fixture, &options);
    probe_open(fixture, &probe);
    ask_chat(&probe, 2, true);
    probe_write(&probe, "GET /v1/models", "");
    probe_write(&probe, "GET /health", "");
    run_for(fixture, LONG_NS);
    ptrdiff_t done = bytes_find(buffer_bytes(&probe.in), BYTES("[DONE]"));
    ptrdiff_t models = bytes_find(buffer_bytes(&probe.in), BYTES("\"object\":\"list\""));
    ptrdiff_t health = bytes_find(buffer_bytes(&probe.in), BYTES("text/plain"));
    assert_true(0 < done && done < models && models < health);
    probe_close(&probe);
}

static void errors_have_the_shape_of_the_api(void **state)
{
    static const struct {
        const char *head, *body, *status, *holds;
    } rows[] = {
        {"GET /nowhere", "", "404", "not_found_error"},
        {"GET /v1/chat/completions", "", "405", "invalid_request_error"},
        {"GET /v1/models/other", "", "404", "model_not_found"},
        {"POST /v1/chat/completions", "no json", "400", "invalid_request_error"},
        {"POST /v1/chat/completions", "{\"model\":\"other\",\"messages\":[{}]}", "404",
         "model_not_found"},
        {"POST /v1/chat/completions", "{\"model\":\"sim\",\"messages\":[{}],\"n\":17}", "400",
         "n must be"},
    };
    struct fixture *fixture = *state;
    struct engine_options options = {0};

    engine_begin(fixture, &options);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probe probe;
        probe_open(fixture, &probe);
        probe_write(&probe, rows[i].head, rows[i].body);
        run_for(fixture, NS_PER_S);
        assert_true(bytes_equal(bytes_of(buffer_bytes(&probe.in).at + 9, 3),
                                bytes_from_cstr(rows[i].status)));
        assert_true(has(&probe, "{\"error\":{\"message\":"));
        assert_true(has(&probe, rows[i].holds));
        probe_close(&probe);
    }
}

static void a_key_is_wanted_if_there_is_one(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.key = "k1"};
    struct probe probe;

    engine_begin(fixture, &options);
    probe_open(fixture, &probe);
    probe_write(&probe, "GET /v1/models", "");
    run_for(fixture, NS_PER_S);
    assert_true(has(&probe, "HTTP/1.1 401 "));
    probe_close(&probe);

    probe_open(fixture, &probe);
    buffer_append(&probe.out,
                  BYTES("GET /v1/models HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer k1\r\n\r\n"));
    run_for(fixture, NS_PER_S);
    assert_true(has(&probe, "HTTP/1.1 200 "));
    probe_close(&probe);
}

static void embeddings_are_the_same_for_the_same_text(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    engine_begin(fixture, &options);
    probe_open(fixture, &probe);
    probe_write(&probe, "POST /v1/embeddings", "{\"model\":\"sim\",\"input\":[\"a\",\"b\",\"a\"]}");
    run_for(fixture, NS_PER_S);
    struct bytes rest = buffer_bytes(&probe.in), vectors[3];
    for (size_t i = 0; i < 3; i++) {
        rest = bytes_after(rest, (size_t)bytes_find(rest, BYTES("\"embedding\":[")));
        vectors[i] = bytes_of(rest.at, (size_t)bytes_find(rest, BYTES("]")));
        rest = bytes_after(rest, vectors[i].length);
    }
    assert_true(bytes_equal(vectors[0], vectors[2]));
    assert_false(bytes_equal(vectors[0], vectors[1]));
    probe_close(&probe);
}

static void a_client_that_leaves_cancels_its_answer_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {.profile = &engine_profiles[1]};
    struct engine_counts counts;

    engine_begin(fixture, &options);
    for (unsigned stream = 0; stream < 2; stream++) {
        struct probe probe;
        probe_open(fixture, &probe);
        ask_chat(&probe, 1000, stream);
        run_for(fixture, NS_PER_S);
        engine_count(fixture->engine, &counts);
        assert_int_equal(counts.running, 1);
        probe_close(&probe);
        run_for(fixture, 50 * NS_PER_MS);
        engine_count(fixture->engine, &counts);
        assert_int_equal(counts.running, 0);
        assert_int_equal(counts.cancelled, stream + 1);
        assert_int_equal(counts.connections, 0);
    }
    assert_int_equal(counts.completed, 0);
}

/* Every byte alone, every write short: the same answers. */
static void a_network_in_pieces_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    engine_begin(fixture, &options);
    world_fault_set(fixture->world, FAULT_SEGMENTATION, ALWAYS);
    world_fault_set(fixture->world, FAULT_SHORT_READ, ALWAYS / 2);
    world_fault_set(fixture->world, FAULT_SHORT_WRITE, ALWAYS / 2);
    world_fault_set(fixture->world, FAULT_SPURIOUS_EVENT, ALWAYS / 2);
    probe_open(fixture, &probe);
    ask_chat(&probe, 5000, true);
    ask_chat(&probe, 20, false);
    run_for(fixture, LONG_NS);
    assert_int_equal(tokens_in(&probe), 5000);
    assert_true(has(&probe, "[DONE]"));
    assert_true(has(&probe, "\"completion_tokens\":20"));
    probe_close(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(answers_by_the_law_streaming_or_not),
        IN_WORLD(tokens_come_at_the_pace_of_the_profile),
        IN_WORLD(requests_sent_together_are_answered_in_order),
        IN_WORLD(errors_have_the_shape_of_the_api),
        IN_WORLD(a_key_is_wanted_if_there_is_one),
        IN_WORLD(embeddings_are_the_same_for_the_same_text),
        IN_WORLD(a_client_that_leaves_cancels_its_answer_at_once),
        IN_WORLD(a_network_in_pieces_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
