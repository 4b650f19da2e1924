/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine as its clients see it: two nodes of a world, bytes in virtual time.
 */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>

#include "base/buffer.h"
#include "loop/sim/world.h"
#include "loop/stream.h"
#include "sim/engine.h"

#define ALWAYS 1000000
#define LONG_NS (3600 * NS_PER_S)
#define PROMPT "[{\"role\":\"user\",\"content\":\"hello\"}]"

struct fixture {
    struct world *world;
    struct world_node *engine_node, *client_node;
    struct listen_socket *socket;
    struct address address;
    struct engine *engine;
};

/* One client's connection: what it sends, and all that comes back. */
struct probe {
    struct stream *stream;
    struct buffer out, in;
    uint64_t first_byte_ns, last_byte_ns;
    bool has_ended; /* the engine closed its side */
    int hangup;     /* 0, or what broke the connection */
};

static void probe_send(struct probe *probe)
{
    struct bytes left = buffer_bytes(&probe->out);
    ssize_t n = stream_write(probe->stream, &left, 1);
    if (n > 0)
        buffer_consume(&probe->out, (size_t)n);
}

static void on_connected(void *user, int error)
{
    assert_int_equal(error, 0);
    probe_send(user);
}

static void on_writable(void *user)
{
    probe_send(user);
}

static void on_readable(void *user)
{
    struct probe *probe = user;
    struct loop *loop = stream_loop(probe->stream);
    char *scratch = loop_scratch(loop);

    ssize_t n = stream_read(probe->stream, scratch, LOOP_SCRATCH_BYTES);
    if (n <= 0) {
        probe->has_ended |= n == 0;
        stream_want_read(probe->stream, n == -EAGAIN);
        return;
    }
    if (probe->in.length == 0)
        probe->first_byte_ns = loop_now_ns(loop);
    probe->last_byte_ns = loop_now_ns(loop);
    assert_int_equal(buffer_append(&probe->in, bytes_of(scratch, (size_t)n)), 0);
}

static void on_hangup(void *user, int error)
{
    struct probe *probe = user;
    probe->hangup = error;
}

static const struct stream_events probe_events = {on_connected, on_readable, on_writable,
                                                  on_hangup};

static int world_setup(void **state)
{
    struct fixture *fixture = test_calloc(1, sizeof *fixture);

    *state = fixture;
    assert_int_equal(world_open(&fixture->world, 1), 0);
    assert_int_equal(world_node_open(&fixture->engine_node, fixture->world, "engine", "10.0.0.1"),
                     0);
    assert_int_equal(world_node_open(&fixture->client_node, fixture->world, "client", "10.0.0.2"),
                     0);
    assert_int_equal(address_parse(BYTES("10.0.0.1:8000"), &fixture->address), 0);
    assert_int_equal(listen_socket_open(&fixture->socket, world_node_loop(fixture->engine_node),
                                        &fixture->address, 16),
                     0);
    return 0;
}

static void engine_begin(struct fixture *fixture, const struct engine_options *options)
{
    assert_int_equal(engine_open(&fixture->engine, world_node_loop(fixture->engine_node),
                                 fixture->socket, options),
                     0);
}

static int world_teardown(void **state)
{
    struct fixture *fixture = *state;
    struct world_holdings held, none = {0};

    engine_close(fixture->engine);
    listen_socket_close(fixture->socket);
    world_run_until(fixture->world, world_now_ns(fixture->world) + NS_PER_S);
    world_node_holdings(fixture->engine_node, &held);
    assert_memory_equal(&held, &none, sizeof held);
    world_node_close(fixture->engine_node);
    world_node_close(fixture->client_node);
    world_close(fixture->world);
    test_free(fixture);
    return 0;
}

static void run_for(struct fixture *fixture, uint64_t duration_ns)
{
    world_run_until(fixture->world, world_now_ns(fixture->world) + duration_ns);
}

static void probe_open(struct fixture *fixture, struct probe *probe)
{
    struct stream_options options = {0};

    *probe = (struct probe){0};
    assert_int_equal(stream_connect(&probe->stream, world_node_loop(fixture->client_node),
                                    &fixture->address, &options, &probe_events, probe),
                     0);
}

static void probe_close(struct probe *probe)
{
    stream_close(probe->stream);
    buffer_clear(&probe->out);
    buffer_clear(&probe->in);
}

static void probe_write(struct probe *probe, const char *head, const char *body)
{
    buffer_append_format(&probe->out, "%s HTTP/1.1\r\nHost: e\r\nContent-Length: %zu\r\n\r\n%s",
                         head, strlen(body), body);
}

static void ask_chat(struct probe *probe, unsigned tokens, bool stream)
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"model\":\"sim\",\"max_tokens\":%u,\"stream\":%s,\"messages\":%s}", tokens,
             stream ? "true" : "false", PROMPT);
    probe_write(probe, "POST /v1/chat/completions", body);
}

static bool has(const struct probe *probe, const char *text)
{
    return bytes_find(buffer_bytes(&probe->in), bytes_from_cstr(text)) >= 0;
}

/* Tokens of the law that came, in order and without a gap. */
static unsigned tokens_in(const struct probe *probe)
{
    struct bytes rest = buffer_bytes(&probe->in);
    char token[ENGINE_TOKEN_BYTES];

    for (unsigned i = 0;; i++) {
        engine_token(BYTES(PROMPT), i, token);
        ptrdiff_t at = bytes_find(rest, bytes_from_cstr(token));
        if (at < 0)
            return i;
        rest = bytes_after(rest, (size_t)at + strlen(token));
    }
}

/* ---- good answers ---- */

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
        {"POST /v1/chat/completions", "{\"model\":\"sim\",\"messages\":[{}],\"n\":2}", "400",
         "choice"},
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

/* ---- clients that leave ---- */

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

/* ---- faults ---- */

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

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

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
        IN_WORLD(refuse_resets_before_any_byte),
        IN_WORLD(die_mid_stream_resets_behind_the_tokens),
        IN_WORLD(end_mid_stream_ends_cleanly_without_done),
        IN_WORLD(stall_is_silence_for_ever),
        IN_WORLD(garbage_is_no_http),
        IN_WORLD(error_faults_have_their_status),
        IN_WORLD(error_in_band_is_an_event_and_then_the_end),
        IN_WORLD(wrong_length_promises_more_and_closes),
        IN_WORLD(slow_takes_ten_times_as_long),
        IN_WORLD(faults_are_switched_over_http),
        IN_WORLD(a_network_in_pieces_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
