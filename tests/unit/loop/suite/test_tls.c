/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/loop/suite/tls_parties.h"

/* Handshakes. */

static void shakes_hands_and_carries_bytes_both_ways(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    assert_true(stream_is_tls(parties.client.stream));
    assert_int_equal(tls_protocol(parties.client.stream).length, 0);

    assert_int_equal(peer_write(&parties.client, 0, 1000), 1000);
    suite_until(*state, &parties.server.received, 1000);
    assert_int_equal(peer_write(&parties.server, 0, 500), 500);
    suite_until(*state, &parties.client.received, 500);
    assert_int_equal(parties.server.wrong + parties.client.wrong, 0);
    assert_int_equal(parties.client.hangups + parties.server.hangups, 0);
    parties_part(&parties);
    parties_forget(&parties);
}

static void the_server_chooses_the_protocol(void **state)
{
    struct parties parties = parties_of(*state);
    parties.server_options.alpn[0] = "h2";
    parties.server_options.alpn[1] = "http/1.1";
    parties.client_options.alpn[0] = "http/1.1";
    parties.client_options.alpn[1] = "h2";
    parties_meet_well(&parties);
    assert_true(bytes_equal(tls_protocol(parties.client.stream), BYTES("h2")));
    assert_true(bytes_equal(tls_protocol(parties.server.stream), BYTES("h2")));
    parties_part(&parties);

    parties.client_options.alpn[0] = "spdy/1";
    parties.client_options.alpn[1] = NULL;
    parties_meet(&parties);
    assert_int_equal(parties.server.connect_error, -EPROTO);
    assert_int_equal(parties.client.connect_error, -EPROTO);
    parties_part(&parties);
    parties_forget(&parties);
}

static void expect_refusal(struct parties *parties, const char *text)
{
    parties_meet(parties);
    assert_int_equal(parties->client.connect_error, -EPROTO);
    assert_int_equal(parties->server.connect_error, -EPROTO);
    const char *told = stream_error_text(parties->client.stream);
    if (!strstr(told, text))
        fail_msg("\"%s\" where \"%s\" was expected", told, text);
    parties_part(parties);
}

static void a_client_refuses_what_it_cannot_verify(void **state)
{
    struct parties parties = parties_of(*state);
    struct certificate_wish wish = parties_wish(&parties, "DNS:core.test");

    parties.server_name = BYTES("other.test");
    expect_refusal(&parties, "hostname mismatch");
    parties.server_name = BYTES("127.0.0.2");
    expect_refusal(&parties, "IP address mismatch");
    parties.server_name = BYTES("core.test");

    wish.until_s = parties_wall_s(&parties) - 10;
    parties_show_leaf(&parties, &wish);
    expect_refusal(&parties, "expired");

    wish.until_s = parties_wall_s(&parties) + DAY_S;
    wish.from_s = parties_wall_s(&parties) + 10;
    parties_show_leaf(&parties, &wish);
    expect_refusal(&parties, "not yet valid");

    wish = parties_wish(&parties, "DNS:core.test");
    wish.issuer = NULL;
    parties_show_leaf(&parties, &wish);
    expect_refusal(&parties, "self-signed");

    parties.client_options.insecure_no_verify = true;
    parties_meet_well(&parties);
    parties_part(&parties);
    parties_forget(&parties);
}

static void a_client_accepts_wildcards_and_addresses_that_the_certificate_has(void **state)
{
    static const struct bytes names[] = {{"a.cores.test", 12}, {"127.0.0.1", 9}};
    struct parties parties = parties_of(*state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        parties.server_name = names[i];
        parties_meet_well(&parties);
        parties_part(&parties);
    }
    parties_forget(&parties);
}

static void a_server_can_insist_on_a_clients_certificate(void **state)
{
    struct parties parties = parties_of(*state);
    struct certificate client_leaf;
    parties.server_options.ca_pem = parties.root.pem;
    parties_meet(&parties);
    assert_int_equal(parties.server.connect_error, -EPROTO);
    /* In TLS 1.3 a client is done before the server has seen its certificate. */
    assert_int_equal(parties.client.connect_error, 0);
    suite_for_ms(*state, 50);
    assert_int_equal(parties.client.read_error, -EPROTO);
    parties_part(&parties);

    struct certificate_wish wish = parties_wish(&parties, "DNS:edge.test");
    certificate_make(&client_leaf, &wish);
    parties.client_options.certificate_pem = client_leaf.pem;
    parties.client_options.key_pem = client_leaf.key_pem;
    parties_meet_well(&parties);
    parties_part(&parties);
    certificate_clear(&client_leaf);
    parties_forget(&parties);
}

static void a_connection_outlives_the_contexts_it_began_with(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    tls_context_unref(parties.server_context);
    tls_context_unref(parties.client_context);
    parties.server_context = parties.client_context = NULL;
    peer_write(&parties.client, 0, 100);
    suite_until(*state, &parties.server.received, 100);
    parties_part(&parties);
    parties_forget(&parties);
}

static void a_refused_connection_is_no_tls_error(void **state)
{
    struct parties parties = parties_of(*state);
    struct address address;
    parties_make_contexts(&parties);
    parties.client = (struct peer){.suite = *state};
    parties_listen(&parties, &address);
    listener_close(parties.listener);
    listen_socket_close(parties.socket);
    parties_connect(&parties, &address);
    suite_until(*state, &parties.client.connected, 1);
    assert_int_equal(parties.client.connect_error, -ECONNREFUSED);

    peer_close(&parties.client);
    tls_context_unref(parties.server_context);
    tls_context_unref(parties.client_context);
    parties_forget(&parties);
}

/* Flow. */

static void write_more(struct peer *peer)
{
    size_t *written = &((size_t *)peer->on_event_user)[0];
    if (peer->connected && peer->stream)
        *written += peer_write(peer, *written, MUCH);
}

static void many_bytes_pass_a_slow_reader_in_order(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    size_t written = 0;
    parties.server.on_event_user = &written;
    parties.server.on_event = write_more;
    parties.client.is_lazy = true;
    stream_want_read(parties.client.stream, false);

    write_more(&parties.server);
    suite_for_ms(*state, 50);
    assert_true(written < MUCH);
    size_t stuck_at = written;
    suite_for_ms(*state, 50);
    assert_int_equal(written, stuck_at);

    parties.client.is_lazy = false;
    stream_want_read(parties.client.stream, true);
    suite_until(*state, &parties.client.received, MUCH);
    assert_int_equal(written, MUCH);
    assert_int_equal(parties.client.wrong, 0);
    parties_part(&parties);
    parties_forget(&parties);
}

static void what_waits_decrypted_is_told_again(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    parties.client.is_lazy = true;
    peer_write(&parties.server, 0, 12000);
    suite_for_ms(*state, 50); /* so that all has come */

    char some[100];
    assert_int_equal(stream_read(parties.client.stream, some, sizeof some), sizeof some);
    stream_want_read(parties.client.stream, false);
    unsigned readable = parties.client.readable;
    suite_for_ms(*state, 20);
    assert_int_equal(parties.client.readable, readable);

    stream_want_read(parties.client.stream, true);
    suite_until(*state, &parties.client.readable, readable + 2);
    unsigned received = 100;
    while (received < 12000)
        received += (unsigned)stream_read(parties.client.stream, some, sizeof some);
    readable = parties.client.readable;
    suite_for_ms(*state, 20);
    assert_true(parties.client.readable <= readable + 1);
    parties_part(&parties);
    parties_forget(&parties);
}

static void parts_become_one_record(void **state)
{
    struct parties parties = parties_of(*state);
    char payload[600];
    struct bytes split[] = {{payload, 100}, {payload + 100, 0}, {payload + 100, 500}};
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = pattern_at(i);
    parties_meet_well(&parties);
    parties.server.is_lazy = true;
    assert_int_equal(stream_write(parties.client.stream, split, 3), 600);
    suite_until(*state, &parties.server.readable, 1);
    char got[700];
    assert_int_equal(stream_read(parties.server.stream, got, sizeof got), 600);
    assert_memory_equal(got, payload, 600);
    parties_part(&parties);
    parties_forget(&parties);
}

/* Ends. */

static void finishing_is_a_clean_end_and_one_may_still_write(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    peer_write(&parties.client, 0, 100);
    assert_int_equal(stream_finish(parties.client.stream), 0);
    suite_until(*state, &parties.server.ends, 1);
    assert_int_equal(parties.server.received, 100);
    suite_until(*state, &parties.server.hangups, 1);
    assert_int_equal(parties.server.hangup_error, 0);
    assert_int_equal(stream_write(parties.client.stream, &BYTES("x"), 1), -EPIPE);

    peer_write(&parties.server, 0, 700);
    suite_until(*state, &parties.client.received, 700);
    suite_for_ms(*state, 20);
    assert_int_equal(parties.server.ends, 1);
    assert_int_equal(parties.server.hangups, 1);
    parties_part(&parties);
    parties_forget(&parties);
}

static void closing_delivers_what_was_written_and_a_clean_end(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    assert_int_equal(peer_write(&parties.server, 0, 50000), 50000);
    peer_close(&parties.server);
    suite_until(*state, &parties.client.ends, 1);
    assert_int_equal(parties.client.received, 50000);
    assert_int_equal(parties.client.read_error, 0);
    parties_part(&parties);
    parties_forget(&parties);
}

/* Writes until a message is not taken whole, then the rest of that one when there is room. */
static void a_message_that_was_taken_whole_survives_closing(void **state)
{
    enum { MESSAGE_BYTES = 10000 };
    struct parties parties = parties_of(*state);
    size_t written = 0, taken;
    parties_meet_well(&parties);
    stream_want_read(parties.client.stream, false);
    do {
        taken = peer_write(&parties.server, written, written + MESSAGE_BYTES);
        written += taken;
    } while (taken == MESSAGE_BYTES);

    size_t end = written - taken + MESSAGE_BYTES;
    stream_want_read(parties.client.stream, true);
    while (written < end) {
        suite_until(*state, &parties.server.writable, parties.server.writable + 1);
        written += peer_write(&parties.server, written, end);
    }
    peer_close(&parties.server);
    suite_until(*state, &parties.client.ends, 1);
    assert_int_equal(parties.client.received, end);
    assert_int_equal(parties.client.wrong, 0);
    parties_part(&parties);
    parties_forget(&parties);
}

/* The same, but no byte of the last message is offered again: nobody says that it was taken. */
static void what_was_taken_of_a_message_is_never_all_while_some_waits(void **state)
{
    struct parties parties = parties_of(*state);
    size_t written = 0;
    char byte;
    parties_meet_well(&parties);
    stream_want_read(parties.client.stream, false);
    for (ssize_t taken = 1; taken == 1; written += (size_t)taken) {
        byte = pattern_at(written);
        taken = stream_write(parties.server.stream, &(struct bytes){&byte, 1}, 1);
        if (taken == 1 && written > MUCH)
            taken = 0;
    }
    peer_close(&parties.server);
    stream_want_read(parties.client.stream, true);
    suite_until(*state, &parties.client.received, (unsigned)written);
    assert_int_equal(parties.client.wrong, 0);
    parties_part(&parties);
    parties_forget(&parties);
}

static void closing_amid_a_record_is_no_clean_end(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    stream_want_read(parties.client.stream, false);
    size_t taken = peer_write(&parties.server, 0, MUCH);
    assert_true(taken < MUCH);
    peer_close(&parties.server);
    stream_want_read(parties.client.stream, true);
    suite_until(*state, &parties.client.hangups, 1);
    suite_for_ms(*state, 100);
    assert_int_equal(parties.client.ends, 0);
    assert_true(parties.client.received <= taken);
    parties_part(&parties);
    parties_forget(&parties);
}

static void a_reset_is_told(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    stream_reset(parties.server.stream);
    parties.server.stream = NULL;
    suite_until(*state, &parties.client.hangups, 1);
    assert_int_equal(parties.client.hangup_error, -ECONNRESET);
    parties_part(&parties);
    parties_forget(&parties);
}

static void a_new_owner_hears_of_the_end_too(void **state)
{
    struct parties parties = parties_of(*state);
    parties_meet_well(&parties);
    stream_finish(parties.client.stream);
    suite_until(*state, &parties.server.ends, 1);
    suite_until(*state, &parties.server.hangups, 1);
    stream_bind(parties.server.stream, &peer_events, &parties.server);
    suite_until(*state, &parties.server.hangups, 2);
    suite_for_ms(*state, 20);
    assert_int_equal(parties.server.hangups, 2);
    parties_part(&parties);
    parties_forget(&parties);
}

/* Contexts. */

static void expect_why(const struct tls_options *options, const char *expected)
{
    struct tls_context *context = NULL;
    char why[TLS_WHY_BYTES] = "";
    assert_int_equal(tls_context_server(&context, options, why), -EINVAL);
    assert_null(context);
    if (!strstr(why, expected))
        fail_msg("\"%s\" where \"%s\" was expected", why, expected);
}

static void says_in_words_what_is_wrong_with_a_context(void **state)
{
    struct parties parties = parties_of(*state);
    struct bytes pem = parties.leaf.pem, key = parties.leaf.key_pem, rubbish = BYTES("rubbish");
    expect_why(&(struct tls_options){0}, "certificate is missing");
    expect_why(&(struct tls_options){.certificate_pem = pem}, "private key is missing");
    expect_why(&(struct tls_options){.certificate_pem = rubbish, .key_pem = key},
               "certificate cannot be read");
    expect_why(&(struct tls_options){.certificate_pem = pem, .key_pem = rubbish},
               "private key cannot be read");
    expect_why(&(struct tls_options){.certificate_pem = pem, .key_pem = parties.root.key_pem},
               "certificate and key do not match");
    expect_why(&(struct tls_options){.certificate_pem = pem, .key_pem = key, .ca_pem = rubbish},
               "no root certificate");
    expect_why(&(struct tls_options){.certificate_pem = pem, .key_pem = key, .alpn = {""}},
               "name of a protocol");
    parties_forget(&parties);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, suite_open, suite_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shakes_hands_and_carries_bytes_both_ways),
        TEST(the_server_chooses_the_protocol),
        TEST(a_client_refuses_what_it_cannot_verify),
        TEST(a_client_accepts_wildcards_and_addresses_that_the_certificate_has),
        TEST(a_server_can_insist_on_a_clients_certificate),
        TEST(a_connection_outlives_the_contexts_it_began_with),
        TEST(a_refused_connection_is_no_tls_error),
        TEST(many_bytes_pass_a_slow_reader_in_order),
        TEST(what_waits_decrypted_is_told_again),
        TEST(parts_become_one_record),
        TEST(finishing_is_a_clean_end_and_one_may_still_write),
        TEST(closing_delivers_what_was_written_and_a_clean_end),
        TEST(a_message_that_was_taken_whole_survives_closing),
        TEST(what_was_taken_of_a_message_is_never_all_while_some_waits),
        TEST(closing_amid_a_record_is_no_clean_end),
        TEST(a_reset_is_told),
        TEST(a_new_owner_hears_of_the_end_too),
        TEST(says_in_words_what_is_wrong_with_a_context),
    };
    return cmocka_run_group_tests_name("loop/tls", tests, NULL, NULL);
}
