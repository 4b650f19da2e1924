/* SPDX-License-Identifier: Apache-2.0
 *
 * What exchange.h promises a handler, asked of every carrier by the same tests.
 */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/unit/http/carrier.h"

#define LONG_BYTES (4 << 20)

struct stage {
    const struct carrier_kind *kind;
    void *carrier;
    struct watcher watcher;
};

static void stage_open(struct stage *stage, void **state)
{
    stage->kind = *state;
    stage->watcher = (struct watcher){0};
    stage->carrier = stage->kind->open(&stage->watcher);
}

static void stage_close(struct stage *stage)
{
    watcher_clear(&stage->watcher);
    stage->kind->close(stage->carrier);
}

static void run(struct stage *stage)
{
    stage->kind->run(stage->carrier);
}

/* Asks, lets it arrive, and returns what the handler has got. */
static struct watched *ask(struct stage *stage, const char *method, uint64_t content_length)
{
    struct carrier_ask head = {.method = bytes_from_cstr(method),
                               .target = BYTES("/v1/chat?a=b"),
                               .content_length = content_length};
    unsigned number = stage->kind->ask(stage->carrier, &head);
    run(stage);
    assert_int_equal(stage->watcher.count, number + 1);
    return &stage->watcher.at[number];
}

static void send_body(struct stage *stage, unsigned number, struct bytes bytes, bool last)
{
    stage->kind->send(stage->carrier, number, bytes, last);
    run(stage);
}

static const struct carrier_reply *reply(struct stage *stage, unsigned number)
{
    return stage->kind->reply(stage->carrier, number);
}

static void assert_bytes(const struct buffer *buffer, struct bytes expected)
{
    assert_int_equal(buffer->length, expected.length);
    assert_memory_equal(buffer_bytes(buffer).at, expected.at, expected.length);
}

/* Requests. */

static void the_head_is_what_the_client_sent(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    const struct http_request_head *head = http_exchange_head(watched->exchange);
    assert_true(bytes_equal(head->method, BYTES("GET")));
    assert_true(bytes_equal(head->target, BYTES("/v1/chat?a=b")));
    assert_true(bytes_equal(head->path, BYTES("/v1/chat")));
    assert_true(bytes_equal(head->query, BYTES("a=b")));
    assert_true(bytes_equal(head->authority, BYTES("h.example")));
    assert_true(bytes_equal(http_field_value(head->fields, BYTES("X-A")), BYTES("b")));
    assert_int_equal(head->content_length, 0);
    assert_false(http_exchange_is_tls(watched->exchange));
    struct address address;
    assert_int_equal(http_exchange_peer(watched->exchange, &address), 0);
    stage_close(&stage);
}

static void an_empty_body_is_told_without_credit(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    assert_true(watched->has_last);
    assert_int_equal(watched->pieces, 1);
    stage_close(&stage);
}

static void no_body_comes_before_credit(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "POST", 5);
    send_body(&stage, 0, BYTES("12345"), true);
    assert_int_equal(watched->pieces, 0);
    watched_grant(watched, 100);
    assert_int_equal(watched->pieces, 0);
    run(&stage);
    assert_bytes(&watched->body, BYTES("12345"));
    assert_true(watched->has_last);
    stage_close(&stage);
}

static void a_body_comes_as_far_as_credit_goes(void **state)
{
    static const uint64_t lengths[] = {26, HTTP_LENGTH_UNKNOWN};
    for (size_t i = 0; i < 2; i++) {
        struct stage stage;
        stage_open(&stage, state);
        struct watched *watched = ask(&stage, "POST", lengths[i]);
        watched_grant(watched, 3);
        send_body(&stage, 0, BYTES("abcdefghijklmnopqrstuvwxyz"), true);
        assert_bytes(&watched->body, BYTES("abc"));
        watched_grant(watched, 20);
        run(&stage);
        assert_bytes(&watched->body, BYTES("abcdefghijklmnopqrstuvw"));
        assert_false(watched->has_last);
        watched_grant(watched, 100);
        run(&stage);
        assert_bytes(&watched->body, BYTES("abcdefghijklmnopqrstuvwxyz"));
        assert_true(watched->has_last);
        stage_close(&stage);
    }
}

static void credit_for_just_the_body_brings_its_end_as_well(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "POST", 5);
    watched_grant(watched, 5);
    send_body(&stage, 0, BYTES("12345"), true);
    assert_true(watched->has_last);
    stage_close(&stage);
}

static void grant_one_more(struct watched *watched)
{
    watched_grant(watched, 1);
}

static void credit_may_be_given_byte_by_byte_from_inside(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    stage.watcher.on_body = grant_one_more;
    struct watched *watched = ask(&stage, "POST", HTTP_LENGTH_UNKNOWN);
    watched_grant(watched, 1);
    send_body(&stage, 0, BYTES("hello "), false);
    send_body(&stage, 0, BYTES("world"), true);
    assert_bytes(&watched->body, BYTES("hello world"));
    assert_int_equal(watched->largest_piece, 1);
    assert_true(watched->has_last);
    stage_close(&stage);
}

static void a_client_that_waits_is_told_to_go_on_once(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct carrier_ask head = {BYTES("POST"), BYTES("/"), 5, true};
    stage.kind->ask(stage.carrier, &head);
    run(&stage);
    assert_true(http_exchange_head(stage.watcher.at[0].exchange)->expects_continue);
    assert_int_equal(reply(&stage, 0)->continues, 0);
    assert_int_equal(http_exchange_continue(stage.watcher.at[0].exchange), 0);
    watched_grant(&stage.watcher.at[0], 100);
    run(&stage);
    assert_int_equal(reply(&stage, 0)->continues, 1);
    stage_close(&stage);
}

/* Answers. */

static void an_answer_arrives_whole(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    watched_reply(watched, 201, BYTES("hello"));
    run(&stage);
    assert_int_equal(reply(&stage, 0)->status, 201);
    assert_bytes(&reply(&stage, 0)->body, BYTES("hello"));
    assert_true(reply(&stage, 0)->is_whole);
    stage_close(&stage);
}

static void an_answer_of_unknown_length_arrives_as_it_is_written(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    assert_int_equal(watched_answer(watched, 200, HTTP_LENGTH_UNKNOWN), 0);
    assert_int_equal(watched_write(watched, BYTES("one"), false), 3);
    run(&stage);
    assert_bytes(&reply(&stage, 0)->body, BYTES("one"));
    assert_false(reply(&stage, 0)->is_whole);
    assert_int_equal(watched_write(watched, BYTES(" two"), false), 4);
    assert_int_equal(watched_write(watched, BYTES(""), true), 0);
    watched_close(watched);
    run(&stage);
    assert_bytes(&reply(&stage, 0)->body, BYTES("one two"));
    assert_true(reply(&stage, 0)->is_whole);
    stage_close(&stage);
}

static void many_parts_go_out_in_order(void **state)
{
    struct stage stage;
    struct bytes parts[200];
    char digits[200];
    stage_open(&stage, state);
    for (size_t i = 0; i < 200; i++) {
        digits[i] = (char)('0' + i % 10);
        parts[i] = bytes_of(&digits[i], 1);
    }
    struct watched *watched = ask(&stage, "GET", 0);
    assert_int_equal(watched_answer(watched, 200, HTTP_LENGTH_UNKNOWN), 0);
    for (size_t sent = 0; sent < 200;) {
        ssize_t n = http_exchange_write(watched->exchange, parts + sent, 200 - sent, true);
        assert_true(n > 0);
        sent += (size_t)n;
        run(&stage);
    }
    watched_close(watched);
    run(&stage);
    assert_bytes(&reply(&stage, 0)->body, bytes_of(digits, 200));
    assert_true(reply(&stage, 0)->is_whole);
    stage_close(&stage);
}

static void an_answer_to_head_has_no_body(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "HEAD", 0);
    watched_reply(watched, 200, BYTES("hello"));
    run(&stage);
    assert_true(reply(&stage, 0)->is_whole);
    assert_int_equal(reply(&stage, 0)->body.length, 0);
    stage_close(&stage);
}

static void more_or_less_than_was_announced_is_refused(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    assert_int_equal(watched_answer(watched, 200, 5), 0);
    assert_int_equal(watched_answer(watched, 200, 5), -EINVAL);
    assert_int_equal(watched_write(watched, BYTES("123456"), false), -EINVAL);
    assert_int_equal(watched_write(watched, BYTES("1234"), true), -EINVAL);
    assert_int_equal(watched_write(watched, BYTES("12345"), true), 5);
    stage_close(&stage);
}

static void an_answer_that_is_closed_early_is_broken(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    assert_int_equal(watched_answer(watched, 200, HTTP_LENGTH_UNKNOWN), 0);
    assert_int_equal(watched_write(watched, BYTES("part"), false), 4);
    run(&stage);
    watched_close(watched);
    run(&stage);
    assert_true(reply(&stage, 0)->is_broken);
    assert_false(reply(&stage, 0)->is_whole);
    stage_close(&stage);
}

static void an_exchange_may_be_closed_without_an_answer(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    watched_close(ask(&stage, "GET", 0));
    run(&stage);
    assert_true(reply(&stage, 0)->is_broken);
    assert_int_equal(reply(&stage, 0)->status, 0);
    stage_close(&stage);
}

/* Back-pressure. */

static struct bytes long_body(void)
{
    char *bytes = malloc(LONG_BYTES);
    assert_non_null(bytes);
    for (size_t i = 0; i < LONG_BYTES; i++)
        bytes[i] = (char)('a' + i % 23);
    return bytes_of(bytes, LONG_BYTES);
}

static void what_the_client_does_not_take_stays_with_the_handler(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct bytes body = long_body(), left = body;
    struct watched *watched = ask(&stage, "GET", 0);
    stage.kind->stall(stage.carrier, 0, true);
    assert_int_equal(watched_answer(watched, 200, HTTP_LENGTH_UNKNOWN), 0);
    unsigned rooms;
    do { /* until no room comes any more */
        rooms = watched->rooms;
        left = bytes_after(left, (size_t)watched_write(watched, left, true));
        run(&stage);
    } while (watched->rooms > rooms);
    assert_true(left.length > LONG_BYTES / 2);

    stage.kind->stall(stage.carrier, 0, false);
    run(&stage);
    while (left.length > 0) {
        assert_true(watched->rooms > rooms);
        rooms = watched->rooms;
        left = bytes_after(left, (size_t)watched_write(watched, left, true));
        run(&stage);
    }
    watched_close(watched);
    run(&stage);
    assert_bytes(&reply(&stage, 0)->body, body);
    assert_true(reply(&stage, 0)->is_whole);
    free((char *)body.at);
    stage_close(&stage);
}

static void a_whole_answer_is_still_sent_after_closing(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "GET", 0);
    stage.kind->stall(stage.carrier, 0, true);
    watched_reply(watched, 200, BYTES("0123456789012345678901234567890123456789"));
    run(&stage);
    assert_false(reply(&stage, 0)->is_whole);
    stage.kind->stall(stage.carrier, 0, false);
    run(&stage);
    assert_true(reply(&stage, 0)->is_whole);
    stage_close(&stage);
}

/* Leaving. */

static void a_client_that_leaves_is_told_once(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "POST", 5);
    stage.kind->leave(stage.carrier, 0);
    run(&stage);
    run(&stage);
    assert_int_equal(watched->gones, 1);
    assert_int_equal(watched->why_gone, HTTP_GONE_LEFT);
    assert_int_equal(watched_answer(watched, 200, 0), -EPIPE);
    assert_int_equal(watched_write(watched, BYTES("x"), true), -EPIPE);
    watched_grant(watched, 10);
    stage_close(&stage);
}

static void nothing_is_told_after_closing(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    struct watched *watched = ask(&stage, "POST", 5);
    watched_grant(watched, 5);
    watched_close(watched);
    run(&stage);
    assert_int_equal(watched->pieces + watched->rooms + watched->gones, 0);
    stage_close(&stage);
}

static void reply_now(struct watched *watched)
{
    watched_reply(watched, 200, BYTES("now"));
}

static void a_handler_may_finish_inside_any_event(void **state)
{
    for (unsigned which = 0; which < 2; which++) {
        struct stage stage;
        stage_open(&stage, state);
        *(which == 0 ? &stage.watcher.on_request : &stage.watcher.on_body) = reply_now;
        ask(&stage, "GET", 0);
        assert_bytes(&reply(&stage, 0)->body, BYTES("now"));
        assert_true(reply(&stage, 0)->is_whole);
        stage_close(&stage);
    }
}

static void a_handler_may_close_when_it_is_told_of_the_end(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    stage.watcher.on_gone = watched_close;
    struct watched *watched = ask(&stage, "POST", 5);
    stage.kind->leave(stage.carrier, 0);
    run(&stage);
    assert_null(watched->exchange);
    stage_close(&stage);
}

static void a_handler_may_close_in_the_middle_of_a_body(void **state)
{
    struct stage stage;
    stage_open(&stage, state);
    stage.watcher.on_body = watched_close;
    struct watched *watched = ask(&stage, "POST", 12);
    watched_grant(watched, 4);
    send_body(&stage, 0, BYTES("hello world!"), true);
    assert_int_equal(watched->pieces, 1);
    assert_true(reply(&stage, 0)->is_broken);
    stage_close(&stage);
}

static void exchanges_side_by_side_keep_apart(void **state)
{
    static const struct bytes bodies[] = {{"first", 5}, {"second", 6}, {"third", 5}};
    struct stage stage;
    stage_open(&stage, state);
    for (unsigned i = 0; i < 3; i++)
        watched_grant(ask(&stage, "POST", bodies[i].length), 100);
    for (unsigned at = 0; at < 6; at++)
        for (unsigned i = 0; i < 3; i++)
            if (at < bodies[i].length)
                send_body(&stage, i, bytes_of(bodies[i].at + at, 1), at + 1 == bodies[i].length);
    stage.kind->leave(stage.carrier, 1);
    run(&stage);
    for (unsigned i = 0; i < 3; i++) {
        struct watched *watched = &stage.watcher.at[i];
        assert_bytes(&watched->body, bodies[i]);
        assert_int_equal(watched->gones, i == 1);
        if (i != 1)
            watched_reply(watched, 200, bodies[i]);
    }
    run(&stage);
    assert_bytes(&reply(&stage, 0)->body, bodies[0]);
    assert_bytes(&reply(&stage, 2)->body, bodies[2]);
    stage_close(&stage);
}

#define TEST(name) cmocka_unit_test_prestate(name, (void *)(uintptr_t)kind)

static int run_all(const struct carrier_kind *kind)
{
    const struct CMUnitTest tests[] = {
        TEST(the_head_is_what_the_client_sent),
        TEST(an_empty_body_is_told_without_credit),
        TEST(no_body_comes_before_credit),
        TEST(a_body_comes_as_far_as_credit_goes),
        TEST(credit_for_just_the_body_brings_its_end_as_well),
        TEST(credit_may_be_given_byte_by_byte_from_inside),
        TEST(a_client_that_waits_is_told_to_go_on_once),
        TEST(an_answer_arrives_whole),
        TEST(an_answer_of_unknown_length_arrives_as_it_is_written),
        TEST(many_parts_go_out_in_order),
        TEST(an_answer_to_head_has_no_body),
        TEST(more_or_less_than_was_announced_is_refused),
        TEST(an_answer_that_is_closed_early_is_broken),
        TEST(an_exchange_may_be_closed_without_an_answer),
        TEST(what_the_client_does_not_take_stays_with_the_handler),
        TEST(a_whole_answer_is_still_sent_after_closing),
        TEST(a_client_that_leaves_is_told_once),
        TEST(nothing_is_told_after_closing),
        TEST(a_handler_may_finish_inside_any_event),
        TEST(a_handler_may_close_when_it_is_told_of_the_end),
        TEST(a_handler_may_close_in_the_middle_of_a_body),
        TEST(exchanges_side_by_side_keep_apart),
    };
    return cmocka_run_group_tests_name(kind->name, tests, NULL, NULL);
}

int main(void)
{
    int failed = run_all(&http1_carrier);
    return failed + run_all(&fake_carrier);
}
