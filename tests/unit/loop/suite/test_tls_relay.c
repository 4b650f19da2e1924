/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/loop/suite/tls_parties.h"

/* A relay between two raw streams, which can be slow and can end where TLS did not. */
struct relay {
    struct peer near, far;
    struct address far_address;
    size_t piece_bytes; /* passed at a time */
    size_t left_bytes;  /* of what the far side says; then the connection ends */
};

static void relay_pass(struct peer *from, struct peer *to, size_t size)
{
    char piece[16384];
    ssize_t got = stream_read(from->stream, piece, size < sizeof piece ? size : sizeof piece);
    if (got > 0)
        assert_int_equal(stream_write(to->stream, &(struct bytes){piece, (size_t)got}, 1), got);
}

static void relay_on_event(struct peer *peer)
{
    struct relay *relay = peer->on_event_user;
    if (!relay->near.stream || !relay->far.stream)
        return;
    if (peer == &relay->near) {
        relay_pass(peer, &relay->far, relay->piece_bytes);
        return;
    }
    size_t size = relay->piece_bytes < relay->left_bytes ? relay->piece_bytes : relay->left_bytes;
    if (size > 0)
        relay_pass(peer, &relay->near, size);
    relay->left_bytes -= size;
    if (relay->left_bytes == 0)
        peer_close(&relay->near);
}

static void relay_on_accept(void *user, struct stream *stream)
{
    struct relay *relay = user;
    relay->near.stream = stream;
    stream_bind(stream, &peer_events, &relay->near);
    assert_int_equal(stream_connect(&relay->far.stream, relay->near.suite->loop,
                                    &relay->far_address, NULL, &peer_events, &relay->far),
                     0);
}

static void meet_through(struct parties *parties, struct relay *relay)
{
    static const struct listener_events events = {.on_accept = relay_on_accept};
    struct loop *loop = parties->suite->loop;
    struct peer end = {
        .suite = parties->suite,
        .is_lazy = true,
        .on_event = relay_on_event,
        .on_event_user = relay,
    };
    struct listen_socket *socket;
    struct listener *listener;
    struct address address;

    parties_make_contexts(parties);
    parties->client = parties->server = (struct peer){.suite = parties->suite};
    relay->near = relay->far = end;
    parties_listen(parties, &relay->far_address);
    assert_int_equal(listen_socket_open(&socket, loop, &parties->suite->place, 16), 0);
    assert_int_equal(listener_open(&listener, loop, socket, NULL, &events, relay), 0);
    listen_socket_address(socket, &address);
    parties_connect(parties, &address);
    suite_until(parties->suite, &parties->client.connected, 1);
    listener_close(listener);
    listen_socket_close(socket);
}

static void part_relay(struct parties *parties, struct relay *relay)
{
    parties_part(parties);
    peer_close(&relay->near);
    peer_close(&relay->far);
}

static void works_however_small_the_pieces_are(void **state)
{
    struct parties parties = parties_of(*state);
    struct relay relay = {.piece_bytes = 1, .left_bytes = SIZE_MAX};
    meet_through(&parties, &relay);
    assert_int_equal(parties.client.connect_error, 0);
    suite_until(*state, &parties.server.connected, 1);
    peer_write(&parties.server, 0, 3000);
    suite_until(*state, &parties.client.received, 3000);
    assert_int_equal(parties.client.wrong, 0);
    part_relay(&parties, &relay);
    parties_forget(&parties);
}

/* The relay does not pass the FIN that follows it. */
static void a_close_notify_alone_is_an_end_and_a_hangup(void **state)
{
    struct parties parties = parties_of(*state);
    struct relay relay = {.piece_bytes = 16384, .left_bytes = SIZE_MAX};
    meet_through(&parties, &relay);
    suite_until(*state, &parties.server.connected, 1);
    peer_write(&parties.server, 0, 100);
    stream_finish(parties.server.stream);
    suite_until(*state, &parties.client.ends, 1);
    suite_until(*state, &parties.client.hangups, 1);
    assert_int_equal(parties.client.received, 100);
    assert_int_equal(parties.client.hangup_error, 0);
    suite_for_ms(*state, 20);
    assert_int_equal(parties.client.ends, 1);
    part_relay(&parties, &relay);
    parties_forget(&parties);
}

static void an_end_without_close_notify_is_an_error(void **state)
{
    struct parties parties = parties_of(*state);
    struct relay relay = {.piece_bytes = 1, .left_bytes = SIZE_MAX};
    meet_through(&parties, &relay);
    suite_until(*state, &parties.server.connected, 1);
    peer_write(&parties.server, 0, 3000);
    suite_until(*state, &parties.client.received, 3000);
    peer_close(&relay.near);
    suite_until(*state, &parties.client.hangups, 1);
    suite_for_ms(*state, 20);
    assert_int_equal(parties.client.ends, 0);
    assert_int_equal(parties.client.read_error, -EPROTO);
    assert_non_null(strstr(stream_error_text(parties.client.stream), "unexpected eof"));
    part_relay(&parties, &relay);
    parties_forget(&parties);
}

static void an_end_amid_the_handshake_fails_it(void **state)
{
    struct parties parties = parties_of(*state);
    struct relay relay = {.piece_bytes = 16384, .left_bytes = 40};
    meet_through(&parties, &relay);
    assert_int_equal(parties.client.connect_error, -EPROTO);
    assert_true(strlen(stream_error_text(parties.client.stream)) > 0);
    part_relay(&parties, &relay);
    parties_forget(&parties);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(works_however_small_the_pieces_are),
        TEST(a_close_notify_alone_is_an_end_and_a_hangup),
        TEST(an_end_without_close_notify_is_an_error),
        TEST(an_end_amid_the_handshake_fails_it),
    };
    return cmocka_run_group_tests_name("loop/tls_relay", tests, NULL, NULL);
}
