/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>

#include "http/http1_connection.h"
#include "tests/unit/http/watcher.h"
#include "tests/unit/http/wire.h"

#define DATE "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"
#define POST5 "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"

/* A wire whose exchanges the test itself handles. */
static void open_watched(struct wire *wire, struct watcher *watcher)
{
    *watcher = (struct watcher){0};
    wire_init(wire);
    wire->options.on_request = watcher_on_request;
    wire->options.user = watcher;
    wire->options.on_refusal = NULL;
    wire->options.on_drained = NULL;
    wire_start(wire);
    wire_connect(wire);
}

static void close_watched(struct wire *wire, struct watcher *watcher)
{
    watcher_clear(watcher);
    wire_close(wire);
}

static void send_and_run(struct wire *wire, struct bytes bytes)
{
    wire_send(wire, bytes);
    wire_run_ms(wire, 10);
}

static unsigned count(const char *text, const char *part)
{
    unsigned found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

/* Answers. */

static void a_request_is_answered(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"));
    assert_string_equal(wire_text(&wire), "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 15\r\n\r\n"
                                          "POST /a?b hello");
    wire_close(&wire);
}

static void an_answer_of_unknown_length_goes_in_chunks(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    assert_int_equal(watched_answer(&watcher.at[0], 200, HTTP_LENGTH_UNKNOWN), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("0123456789abcdefghij"), false), 20);
    assert_int_equal(watched_write(&watcher.at[0], BYTES(""), false), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("!"), true), 1);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire),
                        "HTTP/1.1 200 OK\r\n" DATE "Transfer-Encoding: chunked\r\n"
                        "\r\n14\r\n0123456789abcdefghij\r\n1\r\n!\r\n0\r\n\r\n");
    assert_false(wire.has_end);
    close_watched(&wire, &watcher);
}

static void an_answer_of_unknown_length_ends_with_the_connection_in_http_1_0(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_int_equal(watched_answer(&watcher.at[0], 200, HTTP_LENGTH_UNKNOWN), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("all"), true), 3);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire),
                        "HTTP/1.1 200 OK\r\n" DATE "Connection: close\r\n\r\nall");
    assert_true(wire.has_end);
    close_watched(&wire, &watcher);
}

static void framing_fields_of_the_handler_are_left_out(void **state)
{
    static const struct http_field fields[] = {
        {{"content-length", 14}, {"9", 1}}, {{"Transfer-Encoding", 17}, {"chunked", 7}},
        {{"CONNECTION", 10}, {"close", 5}}, {{"Date", 4}, {"never", 5}},
        {{"X-Own", 5}, {"yes", 3}},
    };
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    struct http_answer_head head = {.status = 200, .fields = {fields, 5}, .content_length = 0};
    assert_int_equal(http_exchange_answer(watcher.at[0].exchange, &head), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES(""), true), 0);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire),
                        "HTTP/1.1 200 OK\r\n" DATE "X-Own: yes\r\nContent-Length: 0\r\n\r\n");
    close_watched(&wire, &watcher);
}

static void a_last_answer_ends_its_connection(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    struct http_answer_head head = {.status = 401, .is_last = true};
    assert_int_equal(http_exchange_answer(watcher.at[0].exchange, &head), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES(""), true), 0);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 401 Unauthorized\r\n" DATE
                                          "Content-Length: 0\r\nConnection: close\r\n\r\n");
    assert_true(wire.has_end);
    close_watched(&wire, &watcher);
}

static void a_field_that_would_end_its_line_is_refused(void **state)
{
    static const struct http_field bad[] = {
        {{"A", 1}, {"b\r\nSet-Cookie: c", 16}},
        {{"A\r\nB", 4}, {"c", 1}},
        {{"", 0}, {"c", 1}},
    };
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    for (size_t i = 0; i < 3; i++) {
        struct http_answer_head head = {.status = 200, .fields = {&bad[i], 1}};
        assert_int_equal(http_exchange_answer(watcher.at[0].exchange, &head), -EINVAL);
    }
    watched_reply(&watcher.at[0], 500, BYTES(""));
    wire_run_ms(&wire, 10);
    assert_int_equal(wire_status(&wire), 500);
    close_watched(&wire, &watcher);
}

static void statuses_without_a_body_have_none(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    assert_int_equal(watched_answer(&watcher.at[0], 204, HTTP_LENGTH_UNKNOWN), 0);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("nothing"), true), 7);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 204 No Content\r\n" DATE "\r\n");
    close_watched(&wire, &watcher);
}

/* Short writes of any size cut heads, sizes and line ends in all places. */
static void bytes_on_the_wire_do_not_depend_on_how_many_are_taken(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    world_fault_set(wire.world, FAULT_SHORT_WRITE, 900000);
    for (unsigned round = 0; round < 50; round++) {
        struct bytes left = BYTES("the quick brown fox jumps over the lazy dog");
        wire_send(&wire, BYTES(GET("/")));
        while (watcher.count == 0)
            wire_run_ms(&wire, 10);
        struct watched *watched = &watcher.at[0];
        assert_int_equal(watched_answer(watched, 200, HTTP_LENGTH_UNKNOWN), 0);
        while (left.length > 0) {
            left = bytes_after(left, (size_t)watched_write(watched, left, true));
            wire_run_ms(&wire, 1);
        }
        watched_close(watched);
        wire_run_ms(&wire, 50);
        const char *body = strstr(wire_text(&wire), "\r\n\r\n");
        assert_non_null(body);
        assert_string_equal(body, "\r\n\r\n2b\r\nthe quick brown fox jumps over the lazy dog\r\n"
                                  "0\r\n\r\n");
        buffer_clear(&wire.received);
        watcher_clear(&watcher);
    }
    close_watched(&wire, &watcher);
}

/* Requests after one another. */

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES(GET("/1") POST5 "\r\n12345" GET("/3")));
    assert_int_equal(wire.requests, 3);
    assert_true(bytes_equal(buffer_bytes(&wire.log), BYTES("GET /1 \nPOST / 12345\nGET /3 \n")));
    assert_int_equal(count(wire_text(&wire), "HTTP/1.1 200 OK"), 3);
    wire_close(&wire);
}

static void the_next_request_waits_until_the_present_one_is_closed(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/1") GET("/2")));
    send_and_run(&wire, BYTES(GET("/3")));
    assert_int_equal(watcher.count, 1);
    watched_reply(&watcher.at[0], 200, BYTES("a"));
    wire_run_ms(&wire, 10);
    assert_int_equal(watcher.count, 2);
    watched_reply(&watcher.at[1], 200, BYTES("b"));
    wire_run_ms(&wire, 10);
    assert_int_equal(watcher.count, 3);
    watched_reply(&watcher.at[2], 200, BYTES("c"));
    close_watched(&wire, &watcher);
}

static void a_client_may_ask_for_the_end(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" GET("/2")));
    assert_int_equal(wire.requests, 1);
    assert_non_null(strstr(wire_text(&wire), "Connection: close\r\n"));
    assert_true(wire.has_end);
    wire_close(&wire);
}

static void http_1_0_ends_unless_it_asks_to_stay(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_non_null(strstr(wire_text(&wire), "Connection: keep-alive\r\n"));
    assert_false(wire.has_end);
    send_and_run(&wire, BYTES("GET / HTTP/1.0\r\n\r\n"));
    assert_true(wire.has_end);
    assert_int_equal(wire.requests, 2);
    wire_close(&wire);
}

static void nothing_is_owned_between_requests(void **state)
{
    assert_true(sizeof(struct http1_connection) <= 230);
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES(GET("/1")));
    send_and_run(&wire, BYTES("GET /2 HT"));
    send_and_run(&wire, BYTES("TP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(wire.requests, 2);
    assert_int_equal(wire.blocks.live_blocks, 0);
    assert_int_equal(memory_budget_used(&wire.budget), 0);
    wire_close(&wire);
}

static void an_empty_line_before_each_request_is_let_pass(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES("\r\n" GET("/1") "\r\n" GET("/2")));
    assert_int_equal(wire.requests, 2);
    wire_close(&wire);
}

static void reply_nothing(struct watched *watched)
{
    watched_reply(watched, 200, BYTES(""));
}

static void a_pipelined_request_outlives_the_turn_that_read_it(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    watcher.on_request = reply_nothing;
    wire_send(&wire, BYTES(GET("/1") GET("/2")));
    world_fault_set(wire.world, FAULT_SHORT_WRITE, 1000000);
    while (watcher.count == 0)
        assert_true(world_step(wire.world));
    memset(loop_scratch(wire.server_loop), '!', LOOP_SCRATCH_BYTES);
    world_faults_stop(wire.world);
    wire_run_ms(&wire, 50);
    assert_int_equal(watcher.count, 2);
    close_watched(&wire, &watcher);
}

/* Early answers. */

static void a_body_left_unread_ends_the_connection(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n" //
                              GET("/smuggled")));
    watched_reply(&watcher.at[0], 401, BYTES("no"));
    send_and_run(&wire, BYTES(GET("/smuggled")));
    assert_non_null(strstr(wire_text(&wire), "Connection: close\r\n"));
    assert_true(wire.has_end);
    assert_int_equal(wire.error, 0);
    assert_int_equal(watcher.count, 1);
    close_watched(&wire, &watcher);
}

static void a_body_that_is_all_there_is_skipped(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(POST5 "\r\n12345" GET("/2")));
    watched_reply(&watcher.at[0], 401, BYTES("no"));
    wire_run_ms(&wire, 10);
    assert_null(strstr(wire_text(&wire), "Connection: close\r\n"));
    assert_int_equal(watcher.count, 2);
    assert_string_equal(http_exchange_head(watcher.at[1].exchange)->target.at - 4,
                        "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    watched_reply(&watcher.at[1], 200, BYTES(""));
    close_watched(&wire, &watcher);
}

static void a_client_that_goes_on_sending_still_gets_its_answer(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n"));
    for (unsigned i = 0; i < 20; i++)
        send_and_run(&wire, BYTES("some of a body that nobody will ever want to read"));
    assert_int_equal(wire_status(&wire), 413);
    assert_true(wire.has_end);
    assert_int_equal(wire.error, 0);
    wire_close(&wire);
}

static void continue_waits_for_credit(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(POST5 "Expect: 100-Continue\r\n\r\n"));
    assert_string_equal(wire_text(&wire), "");
    watched_grant(&watcher.at[0], 10);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 100 Continue\r\n\r\n");
    send_and_run(&wire, BYTES("12345"));
    assert_true(watcher.at[0].has_last);
    watched_reply(&watcher.at[0], 200, BYTES("ok"));
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 100 Continue\r\n\r\n"
                                          "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 2\r\n\r\nok");
    close_watched(&wire, &watcher);
}

static void an_answer_instead_of_continue_ends_the_connection(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(POST5 "Expect: 100-continue\r\n\r\n"));
    watched_reply(&watcher.at[0], 401, BYTES("no"));
    wire_run_ms(&wire, 10);
    assert_int_equal(wire_status(&wire), 401);
    assert_int_equal(count(wire_text(&wire), "100 Continue"), 0);
    assert_true(wire.has_end);
    close_watched(&wire, &watcher);
}

/* Upgrades. */

#define UPGRADE "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

static void an_upgrade_makes_both_directions_raw(void **state)
{
    static const struct http_field field = {{"Upgrade", 7}, {"websocket", 9}};
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(UPGRADE));
    struct http_fields fields = {&field, 1};
    assert_int_equal(http_exchange_upgrade(watcher.at[0].exchange, fields), 0);
    wire_run_ms(&wire, 10);
    assert_string_equal(wire_text(&wire), "HTTP/1.1 101 Switching Protocols\r\n" DATE
                                          "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    watcher.at[0].has_last = false; /* of the request's own body, which was empty */
    watched_grant(&watcher.at[0], 100);
    send_and_run(&wire, BYTES(GET("/raw")));
    assert_int_equal(watcher.at[0].body.length, sizeof GET("/raw") - 1);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("\1\2"), true), 2);
    watched_close(&watcher.at[0]);
    wire_run_ms(&wire, 10);
    assert_true(wire.has_end);
    close_watched(&wire, &watcher);
}

static void an_upgrade_that_nobody_takes_changes_nothing(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES(UPGRADE GET("/2")));
    assert_int_equal(wire.requests, 2);
    assert_int_equal(count(wire_text(&wire), "HTTP/1.1 200 OK"), 2);
    wire_close(&wire);
}

static void only_what_asks_for_an_upgrade_gets_one(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    struct http_fields none = {0};
    assert_int_equal(http_exchange_upgrade(watcher.at[0].exchange, none), -EINVAL);
    watched_reply(&watcher.at[0], 200, BYTES(""));
    close_watched(&wire, &watcher);
}

/* Leaving. */

static void a_client_that_leaves_is_told_though_nobody_reads(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n12345"));
    wire_disconnect(&wire);
    wire_run_ms(&wire, 10);
    assert_int_equal(watcher.at[0].gones, 1);
    assert_int_equal(watcher.at[0].why_gone, HTTP_GONE_LEFT);
    assert_int_equal(watched_write(&watcher.at[0], BYTES("x"), true), -EPIPE);
    close_watched(&wire, &watcher);
}

/* Whether the end or the request is reported first is the network's choice: many are tried. */
static void a_client_that_has_finished_is_never_served_unnoticed(void **state)
{
    for (unsigned round = 0; round < 50; round++) {
        struct wire wire;
        struct watcher watcher;
        open_watched(&wire, &watcher);
        world_fault_set(wire.world, FAULT_SEGMENTATION, 500000);
        world_fault_set(wire.world, FAULT_SHORT_READ, round * 20000);
        wire_send(&wire, BYTES(GET("/")));
        assert_int_equal(stream_finish(wire.client), 0);
        wire_run_ms(&wire, 100);
        assert_int_equal(watcher.at[0].gones, watcher.count);
        close_watched(&wire, &watcher);
    }
}

static void a_refusal_reaches_a_client_that_has_finished(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    wire_send(&wire, BYTES("GET\n"));
    assert_int_equal(stream_finish(wire.client), 0);
    world_fault_set(wire.world, FAULT_SHORT_WRITE, 1000000);
    wire_run_ms(&wire, 1000);
    assert_int_equal(wire_status(&wire), 400);
    assert_non_null(strstr(wire_text(&wire), "refused: "));
    assert_true(wire.has_end);
    wire_close(&wire);
}

static void an_answer_that_is_not_whole_is_never_a_clean_end(void **state)
{
    static const uint64_t lengths[] = {10, HTTP_LENGTH_UNKNOWN};
    for (size_t i = 0; i < 2; i++) {
        struct wire wire;
        struct watcher watcher;
        open_watched(&wire, &watcher);
        send_and_run(&wire, BYTES("GET / HTTP/1.0\r\n\r\n"));
        assert_int_equal(watched_answer(&watcher.at[0], 200, lengths[i]), 0);
        assert_int_equal(watched_write(&watcher.at[0], BYTES("part"), false), 4);
        watched_close(&watcher.at[0]);
        wire_run_ms(&wire, 10);
        assert_false(wire.has_end);
        assert_int_equal(wire.error, -ECONNRESET);
        close_watched(&wire, &watcher);
    }
}

static void draining_lets_exchanges_end(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    http_server_drain(wire.server);
    wire_run_ms(&wire, 10);
    assert_false(wire.has_end);
    watched_reply(&watcher.at[0], 200, BYTES("ok"));
    wire_run_ms(&wire, 10);
    assert_non_null(strstr(wire_text(&wire), "Connection: close\r\n"));
    assert_true(wire.has_end);
    close_watched(&wire, &watcher);
}

static void draining_closes_idle_connections_and_tells_when_none_is_left(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    send_and_run(&wire, BYTES(GET("/")));
    http_server_drain(wire.server);
    assert_int_equal(wire.drains, 0);
    wire_run_ms(&wire, 10);
    assert_true(wire.has_end);
    assert_int_equal(wire.drains, 1);
    wire_close(&wire);
}

static void draining_waits_a_moment_for_the_first_request(void **state)
{
    struct wire wire;
    wire_open(&wire);
    wire_connect(&wire);
    http_server_drain(wire.server);
    send_and_run(&wire, BYTES(GET("/")));
    assert_int_equal(wire_status(&wire), 200);
    assert_true(wire.has_end);
    wire_close(&wire);
}

static void closing_tells_open_exchanges(void **state)
{
    struct wire wire;
    struct watcher watcher;
    open_watched(&wire, &watcher);
    send_and_run(&wire, BYTES(GET("/")));
    http_server_close(wire.server);
    assert_int_equal(watcher.at[0].gones, 1);
    assert_int_equal(watcher.at[0].why_gone, HTTP_GONE_SHUTDOWN);
    watcher.at[0].exchange = NULL;
    assert_int_equal(http_server_open(&wire.server, wire.server_loop, wire.socket, &wire.options),
                     0);
    close_watched(&wire, &watcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(an_answer_of_unknown_length_goes_in_chunks),
        cmocka_unit_test(an_answer_of_unknown_length_ends_with_the_connection_in_http_1_0),
        cmocka_unit_test(framing_fields_of_the_handler_are_left_out),
        cmocka_unit_test(a_last_answer_ends_its_connection),
        cmocka_unit_test(a_field_that_would_end_its_line_is_refused),
        cmocka_unit_test(statuses_without_a_body_have_none),
        cmocka_unit_test(bytes_on_the_wire_do_not_depend_on_how_many_are_taken),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(the_next_request_waits_until_the_present_one_is_closed),
        cmocka_unit_test(a_client_may_ask_for_the_end),
        cmocka_unit_test(http_1_0_ends_unless_it_asks_to_stay),
        cmocka_unit_test(nothing_is_owned_between_requests),
        cmocka_unit_test(an_empty_line_before_each_request_is_let_pass),
        cmocka_unit_test(a_pipelined_request_outlives_the_turn_that_read_it),
        cmocka_unit_test(a_body_left_unread_ends_the_connection),
        cmocka_unit_test(a_body_that_is_all_there_is_skipped),
        cmocka_unit_test(a_client_that_goes_on_sending_still_gets_its_answer),
        cmocka_unit_test(continue_waits_for_credit),
        cmocka_unit_test(an_answer_instead_of_continue_ends_the_connection),
        cmocka_unit_test(an_upgrade_makes_both_directions_raw),
        cmocka_unit_test(an_upgrade_that_nobody_takes_changes_nothing),
        cmocka_unit_test(only_what_asks_for_an_upgrade_gets_one),
        cmocka_unit_test(a_client_that_leaves_is_told_though_nobody_reads),
        cmocka_unit_test(a_client_that_has_finished_is_never_served_unnoticed),
        cmocka_unit_test(a_refusal_reaches_a_client_that_has_finished),
        cmocka_unit_test(an_answer_that_is_not_whole_is_never_a_clean_end),
        cmocka_unit_test(draining_lets_exchanges_end),
        cmocka_unit_test(draining_closes_idle_connections_and_tells_when_none_is_left),
        cmocka_unit_test(draining_waits_a_moment_for_the_first_request),
        cmocka_unit_test(closing_tells_open_exchanges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
