/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "tests/test.h"
#include "tests/unit/http/client_world.h"

#define OK_5 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

/* A request, and what the origin says to it before it hangs up, if it does. */
static void ask_and_hear(struct client_world *world, struct asked *asked, struct bytes answer,
                         bool hangs_up)
{
    size_t at = world->heard_count;
    client_ask(world, asked);
    client_world_run_ms(world, 100);
    assert_int_equal(world->heard_count, at + 1);
    origin_say(world, at, answer);
    if (hangs_up)
        origin_hang_up(world, at);
    client_world_run_ms(world, 100);
}

static void a_malformed_answer_fails_and_its_connection_is_reset(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
    };
    struct client_world world;
    client_world_open(&world);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct asked asked;
        ask_and_hear(&world, &asked, bytes_from_cstr(answers[i]), false);
        expect_failure(&asked, HTTP_FAIL_MALFORMED);
        assert_int_equal(world.heard[i].error, -ECONNRESET);
        assert_int_equal(http_origin_connections(world.origin, NULL), 0);
        asked_clear(&asked);
    }
    client_world_close(&world);
}

static void a_head_beyond_the_limits_fails(void **state)
{
    struct client_world world;
    struct asked asked;
    char endless[10000];
    memset(endless, 'x', sizeof endless);
    client_world_open(&world);
    ask_and_hear(&world, &asked, BYTES("HTTP/1.1 200 "), false);
    origin_say(&world, 0, bytes_of(endless, sizeof endless));
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_TOO_LARGE);
    asked_clear(&asked);
    client_world_close(&world);
}

static void an_end_before_or_amid_the_answer_is_told_apart(void **state)
{
    static const struct {
        const char *answer;
        enum http_failure why;
    } cases[] = {
        {"", HTTP_FAIL_RESET},
        {"H", HTTP_FAIL_CUT},
        {"HTTP/1.1 100 Continue\r\n\r\n", HTTP_FAIL_CUT},
        {OK_5 "hell", HTTP_FAIL_CUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", HTTP_FAIL_CUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", HTTP_FAIL_CUT},
    };
    struct client_world world;
    client_world_open(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked asked;
        ask_and_hear(&world, &asked, bytes_from_cstr(cases[i].answer), true);
        expect_failure(&asked, cases[i].why);
        asked_clear(&asked);
    }
    client_world_close(&world);
}

static void a_reset_amid_the_answer_cuts_it_at_once_though_nothing_is_granted(void **state)
{
    struct client_world world;
    struct asked asked = asked_get();
    client_world_open(&world);
    client_ask_for(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES("HTTP/1.1 200 OK\r\n\r\nwithout length"));
    client_world_run_ms(&world, 100);
    origin_reset(&world, 0);
    client_world_run_ms(&world, 2);
    expect_failure(&asked, HTTP_FAIL_CUT);
    asked_clear(&asked);
    client_world_close(&world);
}

static void silence_fails_after_its_deadline_and_not_before(void **state)
{
    struct client_world world;
    struct asked asked = asked_get();
    client_world_open(&world);
    asked.outgoing.idle_ms = 1000;
    client_ask_for(&world, &asked);
    http_request_grant(asked.request, UINT64_MAX);
    client_world_run_ms(&world, 950);
    origin_say(&world, 0, BYTES(OK_5 "h"));
    client_world_run_ms(&world, 950);
    assert_int_equal(asked.failures, 0);
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_IDLE);
    assert_int_equal(world.heard[0].error, -ECONNRESET);
    asked_clear(&asked);
    client_world_close(&world);
}

static void closing_an_incomplete_request_resets_its_connection_at_once(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    ask_and_hear(&world, &asked, BYTES(OK_5 "h"), false);
    http_request_close(asked.request);
    asked.request = NULL;
    client_world_run_ms(&world, 2);
    assert_int_equal(world.heard[0].error, -ECONNRESET);
    assert_int_equal(asked.failures + asked.ends, 0);
    asked_clear(&asked);
    client_world_close(&world);
}

static void a_request_may_be_closed_in_any_of_its_events(void **state)
{
    struct client_world world;
    client_world_open(&world);
    for (enum asked_event event = ASKED_HEAD; event < ASKED_NOTHING; event++) {
        struct asked asked = asked_get();
        size_t at = world.heard_count;
        asked.closes_at = event;
        asked.outgoing.fresh = true;
        client_ask_for(&world, &asked);
        http_request_grant(asked.request, UINT64_MAX);
        client_world_run_ms(&world, 100);
        origin_say(&world, at, event == ASKED_FAILED ? BYTES("?\n") : BYTES(OK_5 "hello"));
        client_world_run_ms(&world, 100);
        assert_null(asked.request);
        assert_int_equal(asked.ends, event == ASKED_END);
        asked_clear(&asked);
    }
    client_world_close(&world);
}

static void a_request_may_be_closed_at_any_moment(void **state)
{
    struct client_world world;
    client_world_open(&world);
    for (unsigned steps = 0; steps < 60; steps++) {
        struct asked asked = asked_get();
        asked.outgoing.fresh = true;
        if (world.heard_count == CLIENT_WORLD_CONNECTIONS)
            break;
        client_ask_for(&world, &asked);
        for (unsigned i = 0; i < steps; i++)
            world_step(world.world);
        asked_clear(&asked);
        client_world_run_ms(&world, 100);
        assert_int_equal(http_origin_connections(world.origin, NULL), 0);
    }
    client_world_close(&world);
}

static void bytes_behind_a_complete_answer_cost_the_connection_and_not_the_answer(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    ask_and_hear(&world, &asked, BYTES(OK_5 "helloHTTP/1.1 200 OK\r\n"), false);
    expect_answer(&asked, 200, "hello");
    assert_int_equal(http_origin_connections(world.origin, NULL), 0);
    asked_clear(&asked);
    client_world_close(&world);
}

static void a_refused_budget_fails_the_request_alone(void **state)
{
    struct client_world world;
    struct asked asked;
    client_world_open(&world);
    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    world.budget.limit_bytes = memory_budget_used(&world.budget);
    origin_say(&world, 0, BYTES(OK_5));
    client_world_run_ms(&world, 1);
    origin_say(&world, 0, BYTES("hello"));
    client_world_run_ms(&world, 100);
    expect_answer(&asked, 200, "hello"); /* the arena's block had room */

    struct asked refused = asked_get();
    struct http_request *request = NULL;
    assert_int_equal(http_request_start(&request, world.origin, &refused.outgoing, NULL, NULL),
                     -ENOMEM);
    asked_clear(&asked);

    client_ask(&world, &asked);
    client_world_run_ms(&world, 100);
    origin_say(&world, 0, BYTES("HTTP/1.1 200 OK\r\n"));
    client_world_run_ms(&world, 100);
    expect_failure(&asked, HTTP_FAIL_MEMORY);
    asked_clear(&asked);
    client_world_close(&world);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_malformed_answer_fails_and_its_connection_is_reset),
        TEST(a_head_beyond_the_limits_fails),
        TEST(an_end_before_or_amid_the_answer_is_told_apart),
        TEST(a_reset_amid_the_answer_cuts_it_at_once_though_nothing_is_granted),
        TEST(silence_fails_after_its_deadline_and_not_before),
        TEST(closing_an_incomplete_request_resets_its_connection_at_once),
        TEST(a_request_may_be_closed_in_any_of_its_events),
        TEST(a_request_may_be_closed_at_any_moment),
        TEST(bytes_behind_a_complete_answer_cost_the_connection_and_not_the_answer),
        TEST(a_refused_budget_fails_the_request_alone),
    };
    return cmocka_run_group_tests_name("http/client_failures", tests, NULL, NULL);
}
