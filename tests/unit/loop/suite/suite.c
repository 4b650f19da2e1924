/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/loop/suite/suite.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/test.h"

#define GUARD_MS 10000 /* what takes longer never comes */

static void guard_fires(struct timer *guard)
{
    struct suite *suite = CONTAINER_OF(guard, struct suite, guard);
    suite->is_reached = true;
    suite_body_reached(suite);
}

int suite_open(void **state)
{
    struct suite *suite = calloc(1, sizeof *suite);
    assert_non_null(suite);
    suite_body_open(suite);
    timer_init(&suite->guard, suite->loop, guard_fires);
    *state = suite;
    return 0;
}

int suite_close(void **state)
{
    struct suite *suite = *state;
    suite_body_close(suite);
    free(suite);
    return 0;
}

static void suite_wait(struct suite *suite, uint64_t duration_ms)
{
    uint64_t guard_ns = loop_now_ns(suite->loop) + duration_ms * NS_PER_MS;

    suite->is_reached = suite->counter && *suite->counter >= suite->target;
    if (suite->is_reached)
        return;
    assert_int_equal(timer_start(&suite->guard, guard_ns), 0);
    suite_body_drive(suite);
    timer_stop(&suite->guard);
}

void suite_until(struct suite *suite, const unsigned *counter, unsigned target)
{
    suite->counter = counter;
    suite->target = target;
    suite_wait(suite, GUARD_MS);
    suite->counter = NULL;
    assert_true(*counter >= target);
}

void suite_for_ms(struct suite *suite, uint64_t duration_ms)
{
    suite_wait(suite, duration_ms);
}

void suite_moved(struct suite *suite)
{
    if (!suite->counter || suite->is_reached || *suite->counter < suite->target)
        return;
    suite->is_reached = true;
    suite_body_reached(suite);
}

char pattern_at(size_t offset)
{
    return (char)(offset * 7 + offset / 251);
}

static void peer_moved(struct peer *peer)
{
    if (peer->on_event)
        peer->on_event(peer);
    suite_moved(peer->suite);
}

static void peer_on_connected(void *user, int error)
{
    struct peer *peer = user;
    peer->connected++;
    peer->connect_error = error;
    peer_moved(peer);
}

static void peer_read(struct peer *peer)
{
    char *scratch = loop_scratch(peer->suite->loop);
    ssize_t got = stream_read(peer->stream, scratch, LOOP_SCRATCH_BYTES);

    if (got == 0)
        peer->ends++;
    else if (got < 0 && got != -EAGAIN)
        peer->read_error = (int)got;
    for (ssize_t i = 0; i < got; i++)
        peer->wrong += scratch[i] != pattern_at(peer->received++);
}

static void peer_on_readable(void *user)
{
    struct peer *peer = user;
    peer->readable++;
    if (!peer->is_lazy)
        peer_read(peer);
    peer_moved(peer);
}

static void peer_on_writable(void *user)
{
    struct peer *peer = user;
    peer->writable++;
    peer_moved(peer);
}

static void peer_on_hangup(void *user, int error)
{
    struct peer *peer = user;
    peer->hangups++;
    peer->hangup_error = error;
    peer_moved(peer);
}

const struct stream_events peer_events = {
    .on_connected = peer_on_connected,
    .on_readable = peer_on_readable,
    .on_writable = peer_on_writable,
    .on_hangup = peer_on_hangup,
};

static void pair_on_accept(void *user, struct stream *stream)
{
    struct peer *server = user;
    server->stream = stream;
    server->connected++;
    stream_bind(stream, &peer_events, server);
    suite_moved(server->suite);
}

void suite_pair(struct suite *suite, struct peer *client, struct peer *server)
{
    static const struct listener_events events = {.on_accept = pair_on_accept};
    struct listen_socket *socket = NULL;
    struct listener *listener = NULL;
    struct address address;

    *client = *server = (struct peer){.suite = suite};
    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, 16), 0);
    assert_int_equal(listener_open(&listener, suite->loop, socket, NULL, &events, server), 0);
    listen_socket_address(socket, &address);
    assert_int_equal(
        stream_connect(&client->stream, suite->loop, &address, NULL, &peer_events, client), 0);

    suite_until(suite, &server->connected, 1);
    suite_until(suite, &client->connected, 1);
    assert_int_equal(client->connect_error, 0);
    listener_close(listener);
    listen_socket_close(socket);
}

size_t peer_write(struct peer *peer, size_t from, size_t to)
{
    size_t at = from;
    while (at < to) {
        char chunk[16384];
        size_t size = to - at < sizeof chunk ? to - at : sizeof chunk;
        for (size_t i = 0; i < size; i++)
            chunk[i] = pattern_at(at + i);

        ssize_t sent = stream_write(peer->stream, &(struct bytes){chunk, size}, 1);
        assert_true(sent >= 0);
        at += (size_t)sent;
        if ((size_t)sent < size)
            break;
    }
    return at - from;
}

void peer_close(struct peer *peer)
{
    if (peer->stream)
        stream_close(peer->stream);
    peer->stream = NULL;
}
