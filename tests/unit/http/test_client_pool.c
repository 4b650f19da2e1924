/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "tests/certificate.h"
#include "tests/test.h"
#include "tests/unit/http/client_world.h"

#define OK_5 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

/* A request that is answered on the origin's connection `at`. */
static void ask_and_end(struct client_world *world, size_t at)
{
    struct asked asked;
    client_ask(world, &asked);
    client_world_run_ms(world, 100);
    assert_true(world->heard_count > at);
    assert_true(world->heard[at].bytes.length > 0);
    buffer_consume(&world->heard[at].bytes, world->heard[at].bytes.length);
    origin_say(world, at, BYTES(OK_5 "hello"));
    client_world_run_ms(world, 100);
    expect_answer(&asked, 200, "hello");
    asked_clear(&asked);
}

static size_t idle_connections(const struct client_world *world)
{
    size_t idle;
    http_origin_connections(world->origin, &idle);
    return idle;
}

/* So many requests at once, then answered: as many connections that wait. */
static void fill_pool(struct client_world *world, size_t count)
{
    struct asked asked[CLIENT_WORLD_CONNECTIONS];
    size_t first = world->heard_count;
    for (size_t i = 0; i < count; i++) {
        asked[i] = asked_get();
        asked[i].outgoing.fresh = true;
        client_ask_for(world, &asked[i]);
        http_request_grant(asked[i].request, UINT64_MAX);
        client_world_run_ms(world, 100);
    }
    for (size_t i = 0; i < count; i++) {
        buffer_consume(&world->heard[first + i].bytes, world->heard[first + i].bytes.length);
        origin_say(world, first + i, BYTES(OK_5 "hello"));
        client_world_run_ms(world, 100);
        expect_answer(&asked[i], 200, "hello");
        asked_clear(&asked[i]);
    }
}

static void the_connection_used_last_is_used_first(void **state)
{
    struct client_world world;
    client_world_open(&world);
    fill_pool(&world, 3);
    assert_int_equal(idle_connections(&world), 3);
    ask_and_end(&world, 2);
    ask_and_end(&world, 2);
    assert_int_equal(world.heard_count, 3);
    assert_int_equal(http_origin_connections(world.origin, NULL), 3);
    client_world_close(&world);
}

static void an_answer_that_had_to_wait_leaves_nothing_for_the_next(void **state)
{
    static const char *const bodies[] = {"first", "other"};
    static const char *const answers[] = {OK_5 "first", OK_5 "other"};
    struct client_world world;
    client_world_open(&world);
    for (size_t i = 0; i < 2; i++) {
        struct asked asked = asked_get();
        client_ask_for(&world, &asked);
        client_world_run_ms(&world, 100);
        origin_say(&world, 0, bytes_from_cstr(answers[i]));
        client_world_run_ms(&world, 100);
        http_request_grant(asked.request, 100);
        client_world_run_ms(&world, 100);
        expect_answer(&asked, 200, bodies[i]);
        asked_clear(&asked);
    }
    assert_int_equal(world.heard_count, 1);
    client_world_close(&world);
}

static void a_fresh_request_gets_a_connection_of_its_own(void **state)
{
    struct client_world world;
    client_world_open(&world);
    fill_pool(&world, 1);
    fill_pool(&world, 1);
    assert_int_equal(world.heard_count, 2);
    assert_int_equal(idle_connections(&world), 2);
    client_world_close(&world);
}

static void a_full_pool_drops_what_has_waited_longest(void **state)
{
    struct client_world world;
    client_world_init(&world);
    world.options.keep_idle_connections = 2;
    client_world_start(&world);
    fill_pool(&world, 3);
    assert_int_equal(idle_connections(&world), 2);
    assert_true(world.heard[0].has_end);
    assert_false(world.heard[1].has_end || world.heard[2].has_end);
    client_world_close(&world);
}

static void an_idle_connection_is_closed_after_a_while(void **state)
{
    struct client_world world;
    client_world_init(&world);
    world.options.keep_idle_ms = 5000;
    client_world_start(&world);
    fill_pool(&world, 2);
    client_world_run_ms(&world, 4000);
    ask_and_end(&world, 1);
    client_world_run_ms(&world, 1500);
    assert_int_equal(idle_connections(&world), 1);
    assert_true(world.heard[0].has_end);
    client_world_run_ms(&world, 4000);
    assert_int_equal(idle_connections(&world), 0);
    client_world_close(&world);
}

static void what_the_origin_ends_or_speaks_on_unasked_is_dropped(void **state)
{
    struct client_world world;
    client_world_open(&world);
    fill_pool(&world, 3);
    origin_hang_up(&world, 0);
    origin_say(&world, 1, BYTES("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"));
    client_world_run_ms(&world, 100);
    assert_int_equal(idle_connections(&world), 1);
    ask_and_end(&world, 2);
    client_world_close(&world);
}

static void a_connection_that_the_origin_will_not_keep_is_not_kept(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    };
    struct client_world world;
    client_world_open(&world);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct asked asked;
        client_ask(&world, &asked);
        client_world_run_ms(&world, 100);
        origin_say(&world, i, bytes_from_cstr(answers[i]));
        client_world_run_ms(&world, 100);
        expect_answer(&asked, 200, "");
        assert_int_equal(http_origin_connections(world.origin, NULL), 0);
        asked_clear(&asked);
    }
    client_world_close(&world);
}

static void a_connection_that_has_ended_is_not_kept_though_its_answer_was_whole(void **state)
{
    struct client_world world;
    struct asked asked = asked_get();
    client_world_open(&world);
    client_ask_for(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES(OK_5 "hello"));
    origin_hang_up(&world, 0);
    client_world_run_ms(&world, 100);
    http_request_grant(asked.request, 5);
    while (asked.ends == 0)
        assert_true(world_step(world.world));
    expect_answer(&asked, 200, "hello");
    assert_int_equal(http_origin_connections(world.origin, NULL), 0);
    asked_clear(&asked);
    client_world_close(&world);
}

static void a_reused_connection_that_ends_unanswered_was_stale(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    fill_pool(&world, 1);
    client_ask(&world, &asked); /* crosses the origin's FIN on the wire */
    origin_hang_up(&world, 0);
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_STALE);
    asked_clear(&asked);

    fill_pool(&world, 1);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 1, BYTES("HTTP/1.1"));
    origin_hang_up(&world, 1);
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_CUT);
    asked_clear(&asked);
    client_world_close(&world);
}

/* Dialling. */

static void a_name_without_address_fails(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_init(&world);
    world.options.host = BYTES("nowhere.test");
    client_world_start(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 500);
    expect_failure(&asked, HTTP_FAIL_RESOLVE);
    asked_clear(&asked);
    client_world_close(&world);
}

static void a_refused_connection_fails(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_init(&world);
    world.options.port = ORIGIN_PORT + 1;
    client_world_start(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 500);
    expect_failure(&asked, HTTP_FAIL_CONNECT);
    assert_false(http_request_was_sent(asked.request));
    asked_clear(&asked);
    client_world_close(&world);
}

static void a_swallowed_connection_fails_after_its_deadline(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    world_fault_set(world.world, FAULT_CONNECT_BLACKHOLE, 1000000);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 990);
    assert_int_equal(asked.failures, 0);
    client_world_run_ms(&world, 20);
    expect_failure(&asked, HTTP_FAIL_CONNECT_TIMEOUT);
    asked_clear(&asked);
    client_world_close(&world);
}

/* The name has two addresses; nobody is at 10.0.0.3 or it swallows everything. */
static void falls_over_to_the_next_address_and_stays_there(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_init(&world);
    world_name(world.world, "two.test", "10.0.0.3");
    world_name(world.world, "two.test", ORIGIN_IP);
    world.options.host = BYTES("two.test");
    client_world_start(&world);
    for (size_t i = 0; i < 3; i++) {
        uint64_t begun_ns = world_now_ns(world.world);
        asked = asked_get();
        asked.outgoing.fresh = true;
        client_ask_for(&world, &asked);
        while (world.heard_count <= i && asked.failures == 0)
            client_world_run_ms(&world, 1);
        assert_int_equal(world.heard_count, i + 1);
        uint64_t took_ns = world_now_ns(world.world) - begun_ns;
        assert_true(took_ns < (i == 0 ? 600 : 10) * NS_PER_MS);
        asked_clear(&asked);
    }
    client_world_close(&world);
}

static void an_address_literal_needs_no_name(void **state)
{
    struct client_world world;
    client_world_init(&world);
    world.options.host = BYTES(ORIGIN_IP);
    client_world_start(&world);
    fill_pool(&world, 1);
    client_world_close(&world);
}

/* TLS. */

static void make_tls(struct client_world *world, struct certificate *leaf, const char *names)
{
    char why[TLS_WHY_BYTES] = "";
    int64_t now_s = (int64_t)(loop_wall_ms(world->loop) / 1000);
    struct certificate_wish wish = {
        .names = names, .from_s = now_s - 1000, .until_s = now_s + 1000};
    certificate_make(leaf, &wish);
    struct tls_options server = {.certificate_pem = leaf->pem, .key_pem = leaf->key_pem};
    struct tls_options client = {.ca_pem = leaf->pem};
    assert_int_equal(tls_context_server(&world->origin_tls, &server, why), 0);
    assert_int_equal(tls_context_client(&world->options.tls, &client, why), 0);
}

static void drop_tls(struct client_world *world, struct certificate *leaf)
{
    tls_context_unref(world->origin_tls);
    tls_context_unref(world->options.tls);
    certificate_clear(leaf);
}

static void a_tls_connection_is_verified_and_kept(void **state)
{
    struct client_world world;
    struct certificate leaf;
    client_world_init(&world);
    make_tls(&world, &leaf, "DNS:core.test");
    client_world_start(&world);
    fill_pool(&world, 1);
    ask_and_end(&world, 0);
    assert_int_equal(world.heard_count, 1);
    client_world_close(&world);
    drop_tls(&world, &leaf);
}

static void a_certificate_for_another_name_fails(void **state)
{
    struct client_world world;
    struct certificate leaf;
    struct asked asked;
    client_world_init(&world);
    make_tls(&world, &leaf, "DNS:other.test");
    client_world_start(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 500);
    expect_failure(&asked, HTTP_FAIL_TLS);
    asked_clear(&asked);
    client_world_close(&world);
    drop_tls(&world, &leaf);
}

static void a_plain_peer_is_no_tls_peer(void **state)
{
    struct client_world world;
    struct certificate leaf;
    struct asked asked;
    client_world_init(&world);
    make_tls(&world, &leaf, "DNS:core.test");
    struct tls_context *unused = world.origin_tls;
    world.origin_tls = NULL;
    client_world_start(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"));
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_TLS);
    asked_clear(&asked);
    client_world_close(&world);
    tls_context_unref(unused);
    drop_tls(&world, &leaf);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_connection_used_last_is_used_first),
        TEST(an_answer_that_had_to_wait_leaves_nothing_for_the_next),
        TEST(a_fresh_request_gets_a_connection_of_its_own),
        TEST(a_full_pool_drops_what_has_waited_longest),
        TEST(an_idle_connection_is_closed_after_a_while),
        TEST(what_the_origin_ends_or_speaks_on_unasked_is_dropped),
        TEST(a_connection_that_the_origin_will_not_keep_is_not_kept),
        TEST(a_connection_that_has_ended_is_not_kept_though_its_answer_was_whole),
        TEST(a_reused_connection_that_ends_unanswered_was_stale),
        TEST(a_name_without_address_fails),
        TEST(a_refused_connection_fails),
        TEST(a_swallowed_connection_fails_after_its_deadline),
        TEST(falls_over_to_the_next_address_and_stays_there),
        TEST(an_address_literal_needs_no_name),
        TEST(a_tls_connection_is_verified_and_kept),
        TEST(a_certificate_for_another_name_fails),
        TEST(a_plain_peer_is_no_tls_peer),
    };
    return cmocka_run_group_tests_name("http/client_pool", tests, NULL, NULL);
}
