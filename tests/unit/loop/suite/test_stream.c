/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/loop/suite/suite.h"

#define MUCH (4U << 20) /* more than both socket buffers hold */

static void bytes_travel_both_ways(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    assert_int_equal(peer_write(&client, 0, 1000), 1000);
    suite_until(*state, &server.received, 1000);
    assert_int_equal(peer_write(&server, 0, 500), 500);
    suite_until(*state, &client.received, 500);
    assert_int_equal(server.wrong + client.wrong, 0);
    assert_int_equal(client.hangups + server.hangups, 0);

    peer_close(&client);
    suite_until(*state, &server.hangups, 1);
    assert_int_equal(server.hangup_error, 0);
    peer_close(&server);
}

static void parts_are_written_in_order(void **state)
{
    struct peer client, server;
    char payload[300];
    struct bytes parts[3];
    suite_pair(*state, &client, &server);

    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = pattern_at(i);
    parts[0] = bytes_of(payload, 100);
    parts[1] = bytes_of(payload + 100, 0);
    parts[2] = bytes_of(payload + 100, 200);
    assert_int_equal(stream_write(client.stream, parts, 3), 300);
    suite_until(*state, &server.received, 300);
    assert_int_equal(server.wrong, 0);

    peer_close(&client);
    peer_close(&server);
}

static void a_fin_is_reported_though_nobody_reads(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    peer_write(&client, 0, 1000);
    assert_int_equal(stream_finish(client.stream), 0);
    suite_until(*state, &server.hangups, 1);
    assert_int_equal(server.hangup_error, 0);
    assert_int_equal(server.received, 0);

    peer_close(&client);
    peer_close(&server);
}

static void after_a_fin_the_rest_is_read_then_the_end_then_one_may_still_write(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    peer_write(&client, 0, 1000);
    stream_finish(client.stream);
    suite_until(*state, &server.hangups, 1);

    stream_want_read(server.stream, true);
    suite_until(*state, &server.ends, 1);
    assert_int_equal(server.received, 1000);
    peer_write(&server, 0, 700);
    suite_until(*state, &client.received, 700);

    stream_finish(server.stream);
    suite_until(*state, &client.ends, 1);
    suite_for_ms(*state, 50);
    assert_int_equal(server.ends, 1);
    assert_int_equal(server.hangups, 1);
    peer_close(&client);
    peer_close(&server);
}

static void a_reset_is_reported_though_nobody_reads(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    stream_reset(client.stream);
    suite_until(*state, &server.hangups, 1);
    assert_int_equal(server.hangup_error, -ECONNRESET);

    suite_for_ms(*state, 50);
    assert_int_equal(server.hangups, 1);
    peer_close(&server);
}

static void a_reset_behind_a_fin_is_reported_too(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_finish(client.stream);
    suite_until(*state, &server.ends, 1);
    assert_int_equal(server.hangup_error, 0);
    stream_reset(client.stream);
    suite_until(*state, &server.hangups, 2);
    assert_true(server.hangup_error < 0); /* Linux: -EPIPE, since there will be no more to read */
    peer_close(&server);
}

static void closing_with_unread_bytes_resets_the_peer(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    server.is_lazy = true;
    peer_write(&client, 0, 1000);
    suite_until(*state, &server.readable, 1);
    peer_close(&server);
    suite_until(*state, &client.hangups, 1);
    assert_int_equal(client.hangup_error, -ECONNRESET);
    peer_close(&client);
}

static void a_pause_in_reading_loses_nothing(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    peer_write(&client, 0, 1000);
    suite_for_ms(*state, 50);
    assert_int_equal(server.readable, 0);
    peer_write(&client, 1000, 2000);
    stream_want_read(server.stream, true);
    suite_until(*state, &server.received, 2000);
    assert_int_equal(server.wrong, 0);
    peer_close(&client);
    peer_close(&server);
}

static void write_on(struct peer *peer)
{
    static const size_t chunk = MUCH;
    unsigned *written = &peer->ends; /* a writer reads no end; the count is free for this */
    if (peer->stream && *written < chunk)
        *written += (unsigned)peer_write(peer, *written, chunk);
}

static void a_slow_reader_is_felt_and_everything_arrives_in_order(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    stream_want_read(server.stream, false);
    write_on(&client);
    assert_true(client.ends < MUCH);
    unsigned taken = client.ends;
    client.on_event = write_on;
    suite_for_ms(*state, 50);
    assert_true(client.ends < MUCH);
    assert_true(taken > 0);

    stream_want_read(server.stream, true);
    suite_until(*state, &server.received, MUCH);
    assert_int_equal(server.wrong, 0);
    assert_true(client.writable > 0);
    client.on_event = NULL;
    peer_close(&client);
    peer_close(&server);
}

static void no_event_comes_after_closing_in_an_event(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    server.on_event = peer_close;
    peer_write(&client, 0, 10);
    stream_finish(client.stream);
    suite_until(*state, &server.readable, 1);
    suite_until(*state, &client.hangups, 1);
    assert_int_equal(server.readable + server.hangups, 1);
    peer_close(&client);
}

static void a_new_owner_hears_of_the_fin_again_in_a_later_turn(void **state)
{
    struct peer client, server, heir = {.suite = *state};
    suite_pair(*state, &client, &server);

    stream_finish(client.stream);
    suite_until(*state, &server.ends, 1);
    heir.stream = server.stream;
    stream_bind(server.stream, &peer_events, &heir);
    assert_int_equal(heir.hangups, 0);
    suite_until(*state, &heir.hangups, 1);
    assert_int_equal(heir.hangup_error, 0);
    suite_until(*state, &heir.ends, 1);
    assert_int_equal(server.hangups, 1);
    peer_close(&client);
    peer_close(&heir);
}

static void a_new_owner_hears_of_the_break_again(void **state)
{
    struct peer client, server, heir = {.suite = *state};
    suite_pair(*state, &client, &server);

    stream_reset(client.stream);
    suite_until(*state, &server.hangups, 1);
    heir.stream = server.stream;
    stream_bind(server.stream, &peer_events, &heir);
    suite_until(*state, &heir.hangups, 1);
    assert_int_equal(heir.hangup_error, -ECONNRESET);
    peer_close(&heir);
}

static void a_refused_connection_says_so(void **state)
{
    struct suite *suite = *state;
    struct peer client = {.suite = suite};
    struct listen_socket *socket = NULL;
    struct address nobody;

    assert_int_equal(listen_socket_open(&socket, suite->loop, &suite->place, 1), 0);
    listen_socket_address(socket, &nobody);
    listen_socket_close(socket);

    assert_int_equal(
        stream_connect(&client.stream, suite->loop, &nobody, NULL, &peer_events, &client), 0);
    assert_int_equal(client.connected, 0);
    suite_until(suite, &client.connected, 1);
    assert_int_equal(client.connect_error, -ECONNREFUSED);
    suite_for_ms(suite, 20);
    assert_int_equal(client.connected, 1);
    assert_int_equal(client.hangups, 0);
    peer_close(&client);
}

static void what_is_written_before_closing_still_arrives(void **state)
{
    struct peer client, server;
    suite_pair(*state, &client, &server);

    assert_int_equal(peer_write(&client, 0, 20000), 20000);
    peer_close(&client);
    suite_until(*state, &server.ends, 1);
    assert_int_equal(server.received, 20000);
    assert_int_equal(server.wrong, 0);
    peer_close(&server);
}

static void both_ends_know_where_they_are(void **state)
{
    struct peer client, server;
    struct address here, there;
    suite_pair(*state, &client, &server);

    assert_int_equal(stream_local(client.stream, &here), 0);
    assert_int_equal(stream_peer(server.stream, &there), 0);
    assert_true(address_equal(&here, &there));
    assert_int_equal(stream_peer(client.stream, &here), 0);
    assert_int_equal(stream_local(server.stream, &there), 0);
    assert_true(address_equal(&here, &there));
    assert_ptr_equal(stream_loop(client.stream), ((struct suite *)*state)->loop);
    peer_close(&client);
    peer_close(&server);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bytes_travel_both_ways),
        CASE(parts_are_written_in_order),
        CASE(a_fin_is_reported_though_nobody_reads),
        CASE(after_a_fin_the_rest_is_read_then_the_end_then_one_may_still_write),
        CASE(a_reset_is_reported_though_nobody_reads),
        CASE(a_reset_behind_a_fin_is_reported_too),
        CASE(closing_with_unread_bytes_resets_the_peer),
        CASE(a_pause_in_reading_loses_nothing),
        CASE(a_slow_reader_is_felt_and_everything_arrives_in_order),
        CASE(no_event_comes_after_closing_in_an_event),
        CASE(a_new_owner_hears_of_the_fin_again_in_a_later_turn),
        CASE(a_new_owner_hears_of_the_break_again),
        CASE(a_refused_connection_says_so),
        CASE(what_is_written_before_closing_still_arrives),
        CASE(both_ends_know_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
