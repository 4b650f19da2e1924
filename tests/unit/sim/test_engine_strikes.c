/* SPDX-License-Identifier: Apache-2.0
 *
 * Every fault, as a client meets it.
 */
#include "tests/test.h"

#include <errno.h>

#include "tests/unit/sim/engine_world.h"

static void fault_probe(struct fixture *fixture, const char *name, bool stream, struct probe *probe)
{
    struct engine_faults faults = {.after_tokens = 3};

    assert_true(engine_fault_set(&faults, bytes_from_cstr(name), ALWAYS));
    if (!fixture->engine) {
        struct engine_options options = {0};
        engine_begin(fixture, &options);
    }
    engine_set_faults(fixture->engine, &faults);
    probe_open(fixture, probe);
    ask_chat(probe, 6, stream);
    run_for(fixture, LONG_NS);
}

static void refuse_resets_before_any_byte(void **state)
{
    for (int stream = 0; stream < 2; stream++) {
        struct probe probe;
        fault_probe(*state, "refuse", stream, &probe);
        assert_int_equal(probe.in.length, 0);
        assert_int_equal(probe.hangup, -ECONNRESET);
        probe_close(&probe);
    }
}

static void die_mid_stream_resets_behind_the_tokens(void **state)
{
    struct probe probe;
    fault_probe(*state, "die_mid_stream", true, &probe);
    assert_int_equal(tokens_in(&probe), 3);
    assert_int_equal(probe.hangup, -ECONNRESET);
    probe_close(&probe);

    fault_probe(*state, "die_mid_stream", false, &probe);
    assert_true(has(&probe, "HTTP/1.1 200 "));
    assert_false(has(&probe, "usage"));
    assert_int_equal(probe.hangup, -ECONNRESET);
    probe_close(&probe);
}

static void end_mid_stream_ends_cleanly_without_done(void **state)
{
    struct probe probe;
    fault_probe(*state, "end_mid_stream", true, &probe);
    assert_int_equal(tokens_in(&probe), 3);
    assert_true(bytes_end_with(buffer_bytes(&probe.in), BYTES("\r\n0\r\n\r\n")));
    assert_false(has(&probe, "[DONE]"));
    assert_false(probe.has_ended);
    probe_close(&probe);
}

static void stall_is_silence_for_ever(void **state)
{
    struct probe probe;
    fault_probe(*state, "stall", true, &probe);
    assert_int_equal(tokens_in(&probe), 3);
    assert_false(probe.has_ended || probe.hangup);
    probe_close(&probe);

    fault_probe(*state, "stall", false, &probe);
    assert_true(has(&probe, "HTTP/1.1 200 "));
    assert_false(has(&probe, "usage"));
    assert_false(probe.has_ended || probe.hangup);
    probe_close(&probe);

    fault_probe(*state, "stall_before_head", true, &probe);
    assert_int_equal(probe.in.length, 0);
    assert_false(probe.has_ended || probe.hangup);
    probe_close(&probe);
}

static void garbage_is_no_http(void **state)
{
    struct probe probe;
    fault_probe(*state, "garbage_head", true, &probe);
    assert_true(probe.in.length > 0);
    assert_false(has(&probe, "HTTP/1"));
    probe_close(&probe);

    for (int stream = 0; stream < 2; stream++) {
        fault_probe(*state, "garbage_body", stream, &probe);
        assert_true(has(&probe, "HTTP/1.1 200 "));
        assert_true(has(&probe, "\r\nzz\r\n"));
        assert_false(has(&probe, "usage") || has(&probe, "[DONE]"));
        probe_close(&probe);
    }
}

static void error_faults_have_their_status(void **state)
{
    static const char *const names[][2] = {{"error_500", "HTTP/1.1 500 "},
                                           {"error_503", "HTTP/1.1 503 "},
                                           {"error_429", "HTTP/1.1 429 "}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct probe probe;
        fault_probe(*state, names[i][0], true, &probe);
        assert_true(has(&probe, names[i][1]));
        assert_true(has(&probe, "{\"error\":{"));
        assert_false(probe.has_ended);
        probe_close(&probe);
    }
}

static void error_in_band_is_an_event_and_then_the_end(void **state)
{
    struct probe probe;
    fault_probe(*state, "error_in_band", true, &probe);
    assert_int_equal(tokens_in(&probe), 3);
    assert_true(has(&probe, "data: {\"error\":{"));
    assert_true(bytes_end_with(buffer_bytes(&probe.in), BYTES("\r\n0\r\n\r\n")));
    assert_false(has(&probe, "[DONE]"));
    probe_close(&probe);
}

static void wrong_length_promises_more_and_closes(void **state)
{
    for (int stream = 0; stream < 2; stream++) {
        struct probe probe;
        uint64_t promised = 0;
        fault_probe(*state, "wrong_length", stream, &probe);
        struct bytes in = buffer_bytes(&probe.in);
        size_t head = (size_t)bytes_find(in, BYTES("\r\n\r\n")) + 4;
        struct bytes line = bytes_after(in, (size_t)bytes_find(in, BYTES("content-length: ")) + 16);
        assert_true(bytes_read_u64(bytes_cut(&line, '\r'), &promised));
        assert_true(promised > in.length - head);
        assert_true(probe.has_ended);
        probe_close(&probe);
    }
}

static void surplus_is_a_second_answer_behind_a_good_one(void **state)
{
    for (int stream = 0; stream < 2; stream++) {
        struct probe probe;
        fault_probe(*state, "surplus", stream, &probe);
        struct bytes in = buffer_bytes(&probe.in);
        size_t head = (size_t)bytes_find(in, BYTES("\r\n\r\n")) + 4;
        ptrdiff_t second = bytes_find(bytes_after(in, head), BYTES("HTTP/1.1 200 OK\r\n"));
        assert_true(second > 0);
        assert_true(bytes_end_with(bytes_of(in.at, head + (size_t)second),
                                   stream ? BYTES("[DONE]\n\n\r\n0\r\n\r\n") : BYTES("}\n")));
        assert_true(bytes_end_with(in, BYTES("{\"object\":\"surplus\",\"error\":null}\n")));
        probe_close(&probe);
    }
}

static void pause_is_silence_in_the_middle(void **state)
{
    for (int stream = 0; stream < 2; stream++) {
        struct probe probe;
        fault_probe(*state, "pause", stream, &probe);
        assert_in_range(probe.last_byte_ns - probe.first_byte_ns, 2 * NS_PER_S,
                        2 * NS_PER_S + 10 * NS_PER_MS);
        assert_true(has(&probe, stream ? "[DONE]" : "usage"));
        assert_false(probe.has_ended);
        probe_close(&probe);
    }
}

static void slow_takes_ten_times_as_long(void **state)
{
    struct fixture *fixture = *state;
    struct engine_profile profile = {
        .name = "test", .ttft_us = 100000, .itl_us = 10000, .default_tokens = 1};
    struct engine_options options = {.profile = &profile};
    struct probe probe;

    engine_begin(fixture, &options);
    uint64_t begin_ns = world_now_ns(fixture->world);
    fault_probe(fixture, "slow", true, &probe);
    assert_in_range(probe.first_byte_ns - begin_ns, 1000 * NS_PER_MS, 1010 * NS_PER_MS);
    assert_in_range(probe.last_byte_ns - probe.first_byte_ns, 490 * NS_PER_MS, 510 * NS_PER_MS);
    assert_int_equal(tokens_in(&probe), 6);
    probe_close(&probe);
}

static void faults_are_switched_over_http(void **state)
{
    struct fixture *fixture = *state;
    struct engine_options options = {0};
    struct probe probe;

    engine_begin(fixture, &options);
    probe_open(fixture, &probe);
    probe_write(&probe, "POST /sim/faults", "{\"error_503\":1000000}");
    ask_chat(&probe, 1, false);
    probe_write(&probe, "POST /sim/faults", "{\"error_503\":0}");
    ask_chat(&probe, 1, false);
    run_for(fixture, LONG_NS);
    ptrdiff_t refused = bytes_find(buffer_bytes(&probe.in), BYTES("HTTP/1.1 503 "));
    ptrdiff_t answered = bytes_find(buffer_bytes(&probe.in), BYTES("chat.completion"));
    assert_true(0 < refused && refused < answered);
    probe_close(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(refuse_resets_before_any_byte),
        IN_WORLD(die_mid_stream_resets_behind_the_tokens),
        IN_WORLD(end_mid_stream_ends_cleanly_without_done),
        IN_WORLD(stall_is_silence_for_ever),
        IN_WORLD(garbage_is_no_http),
        IN_WORLD(error_faults_have_their_status),
        IN_WORLD(error_in_band_is_an_event_and_then_the_end),
        IN_WORLD(wrong_length_promises_more_and_closes),
        IN_WORLD(surplus_is_a_second_answer_behind_a_good_one),
        IN_WORLD(pause_is_silence_in_the_middle),
        IN_WORLD(slow_takes_ten_times_as_long),
        IN_WORLD(faults_are_switched_over_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
