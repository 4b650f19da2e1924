/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim/engine_world.h"

#include <errno.h>
#include <stdio.h>

#include "tests/test.h"

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

int world_setup(void **state)
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

void engine_begin(struct fixture *fixture, const struct engine_options *options)
{
    assert_int_equal(engine_open(&fixture->engine, world_node_loop(fixture->engine_node),
                                 fixture->socket, options),
                     0);
}

int world_teardown(void **state)
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

void run_for(struct fixture *fixture, uint64_t duration_ns)
{
    world_run_until(fixture->world, world_now_ns(fixture->world) + duration_ns);
}

void probe_open(struct fixture *fixture, struct probe *probe)
{
    struct stream_options options = {0};

    *probe = (struct probe){0};
    assert_int_equal(stream_connect(&probe->stream, world_node_loop(fixture->client_node),
                                    &fixture->address, &options, &probe_events, probe),
                     0);
}

void probe_close(struct probe *probe)
{
    stream_close(probe->stream);
    buffer_clear(&probe->out);
    buffer_clear(&probe->in);
}

void probe_write(struct probe *probe, const char *head, const char *body)
{
    buffer_append_format(&probe->out, "%s HTTP/1.1\r\nHost: e\r\nContent-Length: %zu\r\n\r\n%s",
                         head, strlen(body), body);
}

void ask_chat(struct probe *probe, unsigned tokens, bool stream)
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"model\":\"sim\",\"max_tokens\":%u,\"stream\":%s,\"messages\":%s}", tokens,
             stream ? "true" : "false", PROMPT);
    probe_write(probe, "POST /v1/chat/completions", body);
}

bool has(const struct probe *probe, const char *text)
{
    return bytes_find(buffer_bytes(&probe->in), bytes_from_cstr(text)) >= 0;
}

unsigned tokens_in(const struct probe *probe)
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
