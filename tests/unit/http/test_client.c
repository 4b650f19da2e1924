/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "tests/test.h"
#include "tests/unit/http/client_world.h"

#define OK_5 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define OK_CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void sends_a_head_and_a_body_in_parts(void **state)
{
    struct client_world world;
    struct asked asked = {.closes_at = ASKED_NOTHING};
    const struct http_field fields[] = {{BYTES("accept"), BYTES("text/event-stream")}};
    const struct bytes parts[] = {BYTES("{\"a\":"), BYTES(""), BYTES("1}")};
    asked.outgoing = (struct http_outgoing){
        .method = BYTES("POST"),
        .target = BYTES("/v1/x?y"),
        .authority = BYTES("core.test"),
        .fields = {fields, 1},
        .body = parts,
        .body_part_count = 3,
    };
    client_world_open(&world);
    client_ask_for(&world, &asked);
    assert_false(http_request_was_sent(asked.request));
    client_world_run_ms(&world, 100);
    assert_true(http_request_was_sent(asked.request));
    assert_string_equal(origin_text(&world, 0),
                        "POST /v1/x?y HTTP/1.1\r\nHost: core.test\r\n"
                        "accept: text/event-stream\r\nContent-Length: 7\r\n\r\n{\"a\":1}");

    http_request_grant(asked.request, 5);
    origin_say(&world, 0, BYTES(OK_5 "hello"));
    client_world_run_ms(&world, 100);
    expect_answer(&asked, 200, "hello");
    asked_clear(&asked);
    client_world_close(&world);
}

static void says_that_a_post_has_no_body_and_of_a_get_nothing(void **state)
{
    struct client_world world;
    struct asked get, post = {.closes_at = ASKED_NOTHING};
    client_world_open(&world);
    client_ask(&world, &get);
    client_world_run_ms(&world, 100);
    assert_string_equal(origin_text(&world, 0), "GET / HTTP/1.1\r\nHost: core.test\r\n\r\n");

    post.outgoing = get.outgoing;
    post.outgoing.method = BYTES("POST");
    client_ask_for(&world, &post);
    client_world_run_ms(&world, 100);
    assert_string_equal(origin_text(&world, 1),
                        "POST / HTTP/1.1\r\nHost: core.test\r\nContent-Length: 0\r\n\r\n");
    asked_clear(&get);
    asked_clear(&post);
    client_world_close(&world);
}

static void refuses_to_send_what_would_end_its_line(void **state)
{
    static const struct bytes bad[] = {
        {"a\r\nb: c", 7}, {"a\nb", 3}, {"a\rb", 3}, {"a\0b", 3}, {"\r\n", 2}, {"a\r\n\r\n", 5},
    };
    struct client_world world;
    struct http_request *request;
    client_world_open(&world);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct http_field field = {BYTES("x"), bad[i]};
        struct http_outgoing outgoing = {
            .method = BYTES("GET"), .target = BYTES("/"), .authority = BYTES("a")};
        outgoing.fields = (struct http_fields){&field, 1};
        assert_int_equal(http_request_start(&request, world.origin, &outgoing, NULL, NULL),
                         -EINVAL);
        outgoing.fields.count = 0;
        outgoing.target = bad[i];
        assert_int_equal(http_request_start(&request, world.origin, &outgoing, NULL, NULL),
                         -EINVAL);
    }
    client_world_close(&world);
}

static void reads_the_same_answer_wherever_it_is_cut(void **state)
{
    const struct bytes answer = BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK_CHUNKED
                                      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX: y\r\n\r\n");
    struct client_world world;
    client_world_open(&world);
    for (size_t cut = 1; cut < answer.length; cut++) {
        struct asked asked;
        client_ask(&world, &asked);
        client_world_run_ms(&world, 100);
        origin_say(&world, 0, bytes_of(answer.at, cut));
        client_world_run_ms(&world, 5);
        assert_int_equal(asked.ends, 0);
        origin_say(&world, 0, bytes_after(answer, cut));
        client_world_run_ms(&world, 5);
        expect_answer(&asked, 200, "hello world");
        asked_clear(&asked);
    }
    assert_int_equal(world.heard_count, 1);
    client_world_close(&world);
}

static void reads_one_byte_at_a_time(void **state)
{
    static const char answer[] = OK_CHUNKED "5\r\nhello\r\n0\r\n\r\n";
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    for (size_t i = 0; i < sizeof answer - 1; i++) {
        origin_say(&world, 0, bytes_of(answer + i, 1));
        client_world_run_ms(&world, 2);
    }
    expect_answer(&asked, 200, "hello");
    asked_clear(&asked);
    client_world_close(&world);
}

/* Turns that the world takes in so much time, at most `most`. */
static unsigned turns_within_ms(struct client_world *world, uint64_t ms, unsigned most)
{
    uint64_t until_ns = world_now_ns(world->world) + ms * NS_PER_MS;
    unsigned turns = 0;
    while (turns < most && world_now_ns(world->world) < until_ns && world_step(world->world))
        turns++;
    return turns;
}

static void tells_no_more_body_than_was_granted(void **state)
{
    enum { BODY_BYTES = 4 << 20 };
    struct client_world world;
    struct asked asked;
    char *body = calloc(1, BODY_BYTES);
    assert_non_null(body);
    client_world_open(&world);
    asked = asked_get();
    asked.outgoing.idle_ms = 50;
    client_ask_for(&world, &asked);
    client_world_run_ms(&world, 40);
    origin_say(&world, 0, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n"));
    origin_say(&world, 0, bytes_of(body, BODY_BYTES));
    client_world_run_ms(&world, 1000);
    assert_int_equal(asked.heads, 1);
    assert_int_equal(asked.body.length, 0);
    assert_true(world.heard[0].unsent.length > 0); /* the origin feels it */
    assert_true(turns_within_ms(&world, 1000, 100) < 10);
    assert_true(memory_budget_used(&world.budget) < 32768);

    http_request_grant(asked.request, 10);
    assert_int_equal(asked.body.length, 0); /* not from inside the call */
    client_world_run_ms(&world, 1000);
    assert_int_equal(asked.body.length, 10);
    http_request_grant(asked.request, 100000);
    client_world_run_ms(&world, 1000);
    assert_int_equal(asked.body.length, 100010);
    assert_int_equal(asked.failures, 0); /* silence that it asked for is not the origin's */

    http_request_grant(asked.request, UINT64_MAX);
    http_request_grant(asked.request, UINT64_MAX);
    client_world_run_ms(&world, 1000);
    assert_int_equal(asked.ends, 1);
    assert_int_equal(asked.body.length, BODY_BYTES);
    asked_clear(&asked);
    client_world_close(&world);
    free(body);
}

static void sees_the_end_of_a_chunked_answer_whose_body_was_granted_exactly(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    asked = asked_get();
    client_ask_for(&world, &asked);
    http_request_grant(asked.request, 5);
    client_world_run_ms(&world, 40);
    origin_say(&world, 0, BYTES(OK_CHUNKED "5\r\nhello\r\n"));
    client_world_run_ms(&world, 40);
    origin_say(&world, 0, BYTES("0\r\n\r\n"));
    client_world_run_ms(&world, 40);
    expect_answer(&asked, 200, "hello");
    asked_clear(&asked);
    client_world_close(&world);
}

static void an_answer_without_length_ends_with_its_connection(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES("HTTP/1.1 200 OK\r\n\r\nall of it"));
    client_world_run_ms(&world, 100);
    assert_int_equal(asked.ends, 0);
    origin_hang_up(&world, 0);
    client_world_run_ms(&world, 100);
    expect_answer(&asked, 200, "all of it");
    assert_int_equal(http_origin_connections(world.origin, NULL), 0);
    asked_clear(&asked);
    client_world_close(&world);
}

static void an_answer_to_head_has_no_body(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    asked = asked_get();
    asked.outgoing.method = BYTES("HEAD");
    client_ask_for(&world, &asked);
    client_world_run_ms(&world, 40);
    origin_say(&world, 0, BYTES(OK_5));
    client_world_run_ms(&world, 40);
    expect_answer(&asked, 200, "");
    assert_int_equal(asked.content_length, 5);
    asked_clear(&asked);
    client_world_close(&world);
}

static void an_early_answer_counts_though_the_request_was_not_sent_whole(void **state)
{
    enum { BODY_BYTES = 8 << 20 };
    struct client_world world;
    struct asked asked;
    char *body = calloc(1, BODY_BYTES);
    assert_non_null(body);
    struct bytes part = bytes_of(body, BODY_BYTES);
    client_world_open(&world);
    asked = asked_get();
    asked.outgoing.body = &part;
    asked.outgoing.body_part_count = 1;
    asked.outgoing.idle_ms = 10; /* from sent on: it does not count yet */
    client_ask_for(&world, &asked);
    http_request_grant(asked.request, 1000);
    while (world.heard_count < 1)
        client_world_run_ms(&world, 1);
    world.heard[0].is_deaf = true;
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES("HTTP/1.1 413 Too"));
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES(" Large\r\nContent-Length: 2\r\n\r\nno"));
    client_world_run_ms(&world, 100);
    expect_answer(&asked, 413, "no");
    assert_int_equal(http_origin_connections(world.origin, NULL), 0);
    asked_clear(&asked);
    client_world_close(&world);
    free(body);
}

static void a_large_body_arrives_whole_at_a_slow_origin(void **state)
{
    enum { BODY_BYTES = 1 << 20 };
    struct client_world world;
    struct asked asked;
    char *body = malloc(BODY_BYTES);
    assert_non_null(body);
    for (size_t i = 0; i < BODY_BYTES; i++)
        body[i] = (char)(i * 31 + i / 4096);
    struct bytes parts[100];
    for (size_t i = 0; i < 100; i++)
        parts[i] = bytes_of(body + i * 10000, i < 99 ? 10000 : BODY_BYTES - 990000);

    client_world_open(&world);
    world_fault_set(world.world, FAULT_SHORT_WRITE, 500000);
    asked = asked_get();
    asked.outgoing.body = parts;
    asked.outgoing.body_part_count = 100;
    client_ask_for(&world, &asked);
    client_world_run_ms(&world, 1000);
    struct bytes heard = buffer_bytes(&world.heard[0].bytes);
    assert_true(heard.length > BODY_BYTES);
    assert_memory_equal(heard.at + heard.length - BODY_BYTES, body, BODY_BYTES);
    asked_clear(&asked);
    client_world_close(&world);
    free(body);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_a_head_and_a_body_in_parts),
        TEST(says_that_a_post_has_no_body_and_of_a_get_nothing),
        TEST(refuses_to_send_what_would_end_its_line),
        TEST(reads_the_same_answer_wherever_it_is_cut),
        TEST(reads_one_byte_at_a_time),
        TEST(tells_no_more_body_than_was_granted),
        TEST(sees_the_end_of_a_chunked_answer_whose_body_was_granted_exactly),
        TEST(an_answer_without_length_ends_with_its_connection),
        TEST(an_answer_to_head_has_no_body),
        TEST(an_early_answer_counts_though_the_request_was_not_sent_whole),
        TEST(a_large_body_arrives_whole_at_a_slow_origin),
    };
    return cmocka_run_group_tests_name("http/client", tests, NULL, NULL);
}
