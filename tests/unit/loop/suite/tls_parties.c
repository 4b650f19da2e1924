/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/loop/suite/tls_parties.h"

#include "tests/test.h"

int64_t parties_wall_s(const struct parties *parties)
{
    return (int64_t)(loop_wall_ms(parties->suite->loop) / 1000);
}

struct certificate_wish parties_wish(const struct parties *parties, const char *names)
{
    return (struct certificate_wish){
        .names = names,
        .issuer = names ? &parties->root : NULL,
        .from_s = parties_wall_s(parties) - DAY_S,
        .until_s = parties_wall_s(parties) + DAY_S,
    };
}

void parties_show_leaf(struct parties *parties, const struct certificate_wish *wish)
{
    certificate_clear(&parties->leaf);
    certificate_make(&parties->leaf, wish);
    parties->server_options.certificate_pem = parties->leaf.pem;
    parties->server_options.key_pem = parties->leaf.key_pem;
}

struct parties parties_of(struct suite *suite)
{
    struct parties parties = {.suite = suite, .server_name = BYTES("core.test")};
    struct certificate_wish wish = parties_wish(&parties, NULL);
    certificate_make(&parties.root, &wish);
    wish = parties_wish(&parties, "DNS:core.test,DNS:*.cores.test,IP:127.0.0.1");
    parties_show_leaf(&parties, &wish);
    parties.client_options.ca_pem = parties.root.pem;
    return parties;
}

static void on_accept(void *user, struct stream *raw)
{
    struct parties *parties = user;
    assert_int_equal(tls_accept(&parties->server.stream, raw, parties->server_context, &peer_events,
                                &parties->server),
                     0);
}

void parties_listen(struct parties *parties, struct address *ret_address)
{
    static const struct listener_events events = {.on_accept = on_accept};
    struct loop *loop = parties->suite->loop;
    assert_int_equal(listen_socket_open(&parties->socket, loop, &parties->suite->place, 16), 0);
    assert_int_equal(
        listener_open(&parties->listener, loop, parties->socket, NULL, &events, parties), 0);
    listen_socket_address(parties->socket, ret_address);
}

void parties_make_contexts(struct parties *parties)
{
    char why[TLS_WHY_BYTES] = "";
    if (tls_context_server(&parties->server_context, &parties->server_options, why) < 0 ||
        tls_context_client(&parties->client_context, &parties->client_options, why) < 0)
        fail_msg("%s", why);
}

void parties_connect(struct parties *parties, const struct address *address)
{
    struct stream *raw = NULL;
    struct loop *loop = parties->suite->loop;
    assert_int_equal(stream_connect(&raw, loop, address, NULL, &peer_events, &parties->client), 0);
    assert_int_equal(tls_connect(&parties->client.stream, raw, parties->client_context,
                                 parties->server_name, &peer_events, &parties->client),
                     0);
}

void parties_meet(struct parties *parties)
{
    struct address address;
    parties_make_contexts(parties);
    parties->client = parties->server = (struct peer){.suite = parties->suite};
    parties_listen(parties, &address);
    parties_connect(parties, &address);
    suite_until(parties->suite, &parties->client.connected, 1);
    suite_until(parties->suite, &parties->server.connected, 1);
}

void parties_meet_well(struct parties *parties)
{
    parties_meet(parties);
    assert_int_equal(parties->client.connect_error, 0);
    assert_int_equal(parties->server.connect_error, 0);
}

void parties_part(struct parties *parties)
{
    peer_close(&parties->client);
    peer_close(&parties->server);
    listener_close(parties->listener);
    listen_socket_close(parties->socket);
    parties->listener = NULL;
    tls_context_unref(parties->server_context);
    tls_context_unref(parties->client_context);
}

void parties_forget(struct parties *parties)
{
    certificate_clear(&parties->root);
    certificate_clear(&parties->leaf);
}
