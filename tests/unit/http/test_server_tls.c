/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "tests/certificate.h"
#include "tests/unit/http/watcher.h"
#include "tests/unit/http/wire.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"
#define DAY_S 86400

/* A certificate of its own, and both ends' contexts. */
struct identity {
    struct certificate certificate;
    struct tls_context *server, *client;
};

static void identity_open(struct identity *identity, const struct wire *wire)
{
    char why[TLS_WHY_BYTES];
    int64_t now_s = (int64_t)(loop_wall_ms(wire->server_loop) / 1000);
    struct certificate_wish wish = {
        .names = "DNS:server.test", .from_s = now_s - DAY_S, .until_s = now_s + DAY_S};
    certificate_make(&identity->certificate, &wish);
    struct tls_options server = {.certificate_pem = identity->certificate.pem,
                                 .key_pem = identity->certificate.key_pem};
    struct tls_options client = {.ca_pem = identity->certificate.pem};
    assert_int_equal(tls_context_server(&identity->server, &server, why), 0);
    assert_int_equal(tls_context_client(&identity->client, &client, why), 0);
}

static void identity_close(struct identity *identity)
{
    tls_context_unref(identity->server);
    tls_context_unref(identity->client);
    certificate_clear(&identity->certificate);
}

static void open_with_tls(struct wire *wire, struct identity *identity)
{
    wire_init(wire);
    identity_open(identity, wire);
    wire->options.tls = identity->server;
    wire->client_tls = identity->client;
    wire_start(wire);
}

static void requests_are_served_over_tls(void **state)
{
    struct wire wire;
    struct identity identity;
    open_with_tls(&wire, &identity);
    wire_connect(&wire);
    wire_send(&wire, BYTES(GET("/1") GET("/2")));
    wire_run_ms(&wire, 20);
    assert_int_equal(wire.requests, 2);
    assert_int_equal(wire_status(&wire), 200);
    wire_close(&wire);
    identity_close(&identity);
}

static void handlers_know_that_it_was_tls(void **state)
{
    struct wire wire;
    struct identity identity;
    struct watcher watcher = {0};
    wire_init(&wire);
    identity_open(&identity, &wire);
    wire.options.tls = identity.server;
    wire.options.on_request = watcher_on_request;
    wire.options.on_refusal = NULL;
    wire.options.on_drained = NULL;
    wire.options.user = &watcher;
    wire.client_tls = identity.client;
    wire_start(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES(GET("/")));
    wire_run_ms(&wire, 20);
    assert_int_equal(watcher.count, 1);
    assert_true(http_exchange_is_tls(watcher.at[0].exchange));
    watcher_clear(&watcher);
    wire_close(&wire);
    identity_close(&identity);
}

static void a_refusal_ends_cleanly_over_tls(void **state)
{
    struct wire wire;
    struct identity identity;
    open_with_tls(&wire, &identity);
    wire_connect(&wire);
    wire_send(&wire, BYTES("GET / HTTP/1.1\r\n\r\n"));
    wire_run_ms(&wire, 20);
    assert_int_equal(wire_status(&wire), 400);
    assert_true(wire.has_end);
    assert_int_equal(wire.error, 0);
    wire_close(&wire);
    identity_close(&identity);
}

static void a_handshake_that_does_not_come_is_given_up(void **state)
{
    struct wire wire;
    struct identity identity;
    struct http_server_counts counts;
    open_with_tls(&wire, &identity);
    wire.client_tls = NULL;
    wire_connect(&wire);
    wire_run_ms(&wire, 4900);
    http_server_count(wire.server, &counts);
    assert_int_equal(counts.connections, 1);
    wire_run_ms(&wire, 200);
    http_server_count(wire.server, &counts);
    assert_int_equal(counts.connections, 0);
    wire_close(&wire);
    identity_close(&identity);
}

static void plain_words_on_a_tls_port_are_not_served(void **state)
{
    struct wire wire;
    struct identity identity;
    open_with_tls(&wire, &identity);
    wire.client_tls = NULL;
    wire_connect(&wire);
    wire_send(&wire, BYTES(GET("/")));
    wire_run_ms(&wire, 20);
    assert_int_equal(wire.requests, 0);
    assert_true(wire.has_end || wire.error < 0);
    wire_close(&wire);
    identity_close(&identity);
}

static void a_new_certificate_is_for_the_next_connection(void **state)
{
    struct wire wire;
    struct identity first, second;
    open_with_tls(&wire, &first);
    identity_open(&second, &wire);
    wire_connect(&wire);
    http_server_set_tls(wire.server, second.server);
    wire_send(&wire, BYTES(GET("/1")));
    wire_run_ms(&wire, 20);
    assert_int_equal(wire.requests, 1);

    wire.client_tls = second.client;
    wire_connect(&wire);
    wire_send(&wire, BYTES(GET("/2")));
    wire_run_ms(&wire, 20);
    assert_int_equal(wire.requests, 2);
    wire_close(&wire);
    identity_close(&first);
    identity_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_served_over_tls),
        cmocka_unit_test(handlers_know_that_it_was_tls),
        cmocka_unit_test(a_refusal_ends_cleanly_over_tls),
        cmocka_unit_test(a_handshake_that_does_not_come_is_given_up),
        cmocka_unit_test(plain_words_on_a_tls_port_are_not_served),
        cmocka_unit_test(a_new_certificate_is_for_the_next_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
