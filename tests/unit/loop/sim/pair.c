/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/loop/sim/pair.h"

#include <errno.h>

#include "tests/test.h"

#define CHUNK_BYTES 16384

static char payload_at(size_t offset)
{
    return (char)(offset * 7 + offset / 251);
}

static void write_on(struct end *end)
{
    char chunk[CHUNK_BYTES];
    while (end->stream && end->written < end->wanted) {
        size_t size = end->wanted - end->written;
        if (size > sizeof chunk)
            size = sizeof chunk;
        for (size_t i = 0; i < size; i++)
            chunk[i] = payload_at(end->written + i);
        struct bytes part = bytes_of(chunk, size);
        ssize_t taken = stream_write(end->stream, &part, 1);
        if (taken < 0)
            end->write_error = (int)taken;
        else
            end->written += (size_t)taken;
        if (taken < (ssize_t)size)
            return;
    }
}

static void on_connected(void *user, int error)
{
    struct end *end = user;
    end->connected++;
    end->connect_error = error;
}

static void on_readable(void *user)
{
    static const size_t most = CHUNK_BYTES;
    char chunk[CHUNK_BYTES];
    struct end *end = user;
    end->readable++;
    if (end->is_lazy)
        return;
    ssize_t got = stream_read(end->stream, chunk, most);
    end->in_vain += got == -EAGAIN;
    end->end_is_read |= got == 0;
    if (got > 0 && (size_t)got > end->largest_read)
        end->largest_read = (size_t)got;
    for (ssize_t i = 0; i < got; i++)
        end->wrong += chunk[i] != payload_at(end->received++);
}

static void on_writable(void *user)
{
    struct end *end = user;
    end->writable++;
    write_on(end);
}

static void on_hangup(void *user, int error)
{
    struct end *end = user;
    end->ended += error == 0;
    end->broken += error != 0;
    if (error)
        end->broken_error = error;
}

static const struct stream_events end_events = {.on_connected = on_connected,
                                                .on_readable = on_readable,
                                                .on_writable = on_writable,
                                                .on_hangup = on_hangup};

static void on_accept(void *user, struct stream *stream)
{
    struct pair *pair = user;
    pair->accepted++;
    end_close(&pair->server);
    pair->server.stream = stream;
    stream_bind(stream, &end_events, &pair->server);
}

static void on_trouble(void *user, int error)
{
    struct pair *pair = user;
    pair->troubles++;
    pair->trouble = error;
}

void pair_open(struct pair *pair, uint64_t seed)
{
    static const struct listener_events events = {on_accept, on_trouble};
    *pair = (struct pair){0};
    assert_int_equal(world_open(&pair->world, seed), 0);
    assert_int_equal(world_node_open(&pair->client_node, pair->world, "client", "10.0.0.1"), 0);
    assert_int_equal(world_node_open(&pair->server_node, pair->world, "server", "10.0.0.2"), 0);
    assert_int_equal(address_parse(BYTES("10.0.0.2:80"), &pair->place), 0);
    struct loop *loop = world_node_loop(pair->server_node);
    assert_int_equal(listen_socket_open(&pair->socket, loop, &pair->place, 8), 0);
    assert_int_equal(listener_open(&pair->listener, loop, pair->socket, NULL, &events, pair), 0);
}

int pair_begin(struct pair *pair, uint32_t user_timeout_ms)
{
    struct stream_options options = {.user_timeout_ms = user_timeout_ms};
    return stream_connect(&pair->client.stream, world_node_loop(pair->client_node), &pair->place,
                          &options, &end_events, &pair->client);
}

void pair_connect(struct pair *pair, uint32_t user_timeout_ms)
{
    assert_int_equal(pair_begin(pair, user_timeout_ms), 0);
    pair_run_ms(pair, 20);
    assert_int_equal(pair->client.connected, 1);
    assert_int_equal(pair->client.connect_error, 0);
    assert_non_null(pair->server.stream);
}

void pair_run_ms(struct pair *pair, uint64_t duration_ms)
{
    world_run_until(pair->world, world_now_ns(pair->world) + duration_ms * NS_PER_MS);
}

void assert_nothing_is_held(const struct world_node *node)
{
    struct world_holdings held;
    world_node_holdings(node, &held);
    assert_int_equal(held.streams + held.listeners + held.mailboxes + held.files, 0);
    assert_int_equal(held.timers + held.tasks + held.jobs + held.names + held.loops, 0);
}

void pair_close(struct pair *pair)
{
    end_close(&pair->client);
    end_close(&pair->server);
    listener_close(pair->listener);
    listen_socket_close(pair->socket);
    assert_nothing_is_held(pair->client_node);
    assert_nothing_is_held(pair->server_node);
    world_node_close(pair->client_node);
    world_node_close(pair->server_node);
    world_close(pair->world);
}

void end_send(struct end *end, size_t bytes)
{
    end->wanted += bytes;
    write_on(end);
}

void end_close(struct end *end)
{
    if (end->stream)
        stream_close(end->stream);
    end->stream = NULL;
}
