/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client takes an answer for, whatever the bytes are: the summary is as true as this.
 */
#include "cli/demo/visit.h"
#include "tests/test.h"
#include "tests/unit/http/client_world.h"

#define STREAM_HEAD                                                                                \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define TOKEN "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
#define TOKEN_CHUNK "2f\r\n" TOKEN "\r\n"
#define DONE_CHUNK "e\r\ndata: [DONE]\n\n\r\n"
#define ERROR_CHUNK "23\r\ndata: {\"error\":{\"message\":\"cut\"}}\n\n\r\n"
#define LAST_CHUNK "0\r\n\r\n"

_Static_assert(sizeof TOKEN - 1 == 0x2f, "TOKEN_CHUNK");

struct fixture {
    struct client_world world;
    struct demo_visit_options options;
    struct demo_visit *visit;
    unsigned overs;
    uint64_t tokens;
};

static void on_tokens(void *user, uint64_t count)
{
    struct fixture *f = user;
    f->tokens += count;
}

static void on_over(void *user, struct demo_visit *visit)
{
    struct fixture *f = user;
    assert_ptr_equal(visit, f->visit);
    f->overs++;
}

/* A client of this kind has asked, and waits. */
static void begin(struct fixture *f, enum demo_kind kind)
{
    struct demo_request request;
    struct random random;
    *f = (struct fixture){0};
    random_init(&random, 1);
    client_world_open(&f->world);
    f->options = (struct demo_visit_options){.loop = f->world.loop,
                                             .origin = f->world.origin,
                                             .authority = BYTES("core.test"),
                                             .on_tokens = on_tokens,
                                             .on_over = on_over,
                                             .user = f};
    assert_int_equal(demo_request_make(&request, kind, &random), 0);
    assert_int_equal(demo_visit_start(&f->visit, &f->options, &request, 7), 0);
    client_world_run_ms(&f->world, 100);
    assert_non_null(strstr(origin_text(&f->world, 0), "x-request-id: demo-7\r\n"));
}

static void answer(struct fixture *f, struct bytes bytes)
{
    origin_say(&f->world, 0, bytes);
    client_world_run_ms(&f->world, 100);
}

static void ends(struct fixture *f, enum demo_outcome outcome)
{
    client_world_run_ms(&f->world, 100);
    assert_int_equal(f->overs, 1);
    assert_true(demo_visit_is_over(f->visit));
    assert_int_equal(f->visit->result.outcome, outcome);
    demo_visit_free(f->visit);
    client_world_close(&f->world);
}

static void a_stream_with_done_is_an_answer(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT_STREAM);
    answer(&f, BYTES(STREAM_HEAD));
    answer(&f, BYTES(TOKEN_CHUNK TOKEN_CHUNK));
    assert_false(demo_visit_is_over(f.visit));
    answer(&f, BYTES(DONE_CHUNK LAST_CHUNK));
    assert_int_equal(f.tokens, 2);
    assert_in_range(f.visit->result.ttft_ns, 200 * NS_PER_MS, 220 * NS_PER_MS);
    assert_in_range(f.visit->took_ns, 300 * NS_PER_MS, 320 * NS_PER_MS);
    ends(&f, DEMO_ANSWERED);
}

static void a_stream_with_an_error_was_cut_and_told(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT_STREAM);
    answer(&f, BYTES(STREAM_HEAD TOKEN_CHUNK ERROR_CHUNK LAST_CHUNK));
    ends(&f, DEMO_CUT_TOLD);
}

static void an_error_counts_also_where_the_connection_breaks_behind_it(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT_STREAM);
    answer(&f, BYTES(STREAM_HEAD TOKEN_CHUNK ERROR_CHUNK));
    origin_reset(&f.world, 0);
    ends(&f, DEMO_CUT_TOLD);
}

static void a_stream_that_just_ends_was_cut_in_silence(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT_STREAM);
    answer(&f, BYTES(STREAM_HEAD TOKEN_CHUNK LAST_CHUNK));
    ends(&f, DEMO_CUT_SILENT);
}

static void an_answer_whose_connection_breaks_was_cut(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT_STREAM);
    answer(&f, BYTES(STREAM_HEAD TOKEN_CHUNK));
    origin_hang_up(&f.world, 0);
    ends(&f, DEMO_CUT_BROKEN);
    begin(&f, DEMO_CHAT);
    answer(&f, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id"));
    origin_hang_up(&f.world, 0);
    ends(&f, DEMO_CUT_BROKEN);
}

static void no_answer_at_all_is_a_failure(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT);
    origin_reset(&f.world, 0);
    ends(&f, DEMO_FAILED);
}

static void the_status_tells_whose_fault_it_was(void **state)
{
    struct fixture f;
    begin(&f, DEMO_NO_JSON);
    answer(&f, BYTES("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"));
    assert_int_equal(f.visit->status, 400);
    ends(&f, DEMO_REFUSED);
    begin(&f, DEMO_CHAT);
    answer(&f, BYTES("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"));
    ends(&f, DEMO_FAILED);
}

static void a_plain_answer_has_tokens_but_no_first_one(void **state)
{
    struct fixture f;
    begin(&f, DEMO_CHAT);
    answer(&f, BYTES("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 34"
                     "\r\n\r\n{\"usage\":{\"completion_tokens\":42}}"));
    assert_int_equal(f.tokens, 42);
    assert_int_equal(f.visit->result.ttft_ns, 0);
    ends(&f, DEMO_ANSWERED);
}

static void who_has_had_enough_leaves_and_the_origin_feels_it(void **state)
{
    struct fixture f;
    begin(&f, DEMO_LEAVER);
    f.visit->request.leave_after = 2;
    answer(&f, BYTES(STREAM_HEAD TOKEN_CHUNK));
    assert_false(demo_visit_is_over(f.visit));
    answer(&f, BYTES(TOKEN_CHUNK TOKEN_CHUNK));
    assert_int_not_equal(f.world.heard[0].error, 0);
    ends(&f, DEMO_LEFT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_with_done_is_an_answer),
        cmocka_unit_test(a_stream_with_an_error_was_cut_and_told),
        cmocka_unit_test(an_error_counts_also_where_the_connection_breaks_behind_it),
        cmocka_unit_test(a_stream_that_just_ends_was_cut_in_silence),
        cmocka_unit_test(an_answer_whose_connection_breaks_was_cut),
        cmocka_unit_test(no_answer_at_all_is_a_failure),
        cmocka_unit_test(the_status_tells_whose_fault_it_was),
        cmocka_unit_test(a_plain_answer_has_tokens_but_no_first_one),
        cmocka_unit_test(who_has_had_enough_leaves_and_the_origin_feels_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
