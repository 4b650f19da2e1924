/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/answer_scan.h"

#include "tests/test.h"

/* The verdict must not depend on where the network cuts: each answer is fed whole, byte by byte,
 * and cut in two at every place. */
static struct answer_scan scan_cut(struct bytes answer, size_t cut)
{
    struct answer_scan scan;
    answer_scan_init(&scan);
    answer_scan_feed(&scan, bytes_of(answer.at, cut));
    answer_scan_feed(&scan, bytes_after(answer, cut));
    return scan;
}

static struct answer_scan scan_bytewise(struct bytes answer)
{
    struct answer_scan scan;
    answer_scan_init(&scan);
    for (size_t i = 0; i < answer.length; i++)
        answer_scan_feed(&scan, bytes_of(answer.at + i, 1));
    return scan;
}

static void assert_same(struct answer_scan a, struct answer_scan b)
{
    assert_int_equal(a.events, b.events);
    assert_int_equal(a.is_done, b.is_done);
    assert_int_equal(a.has_error, b.has_error);
    assert_int_equal(a.fed_bytes, b.fed_bytes);
    assert_int_equal(a.boundary_bytes, b.boundary_bytes);
    assert_int_equal(a.error_end_bytes, b.error_end_bytes);
}

static struct answer_scan scan(const char *text)
{
    struct bytes answer = bytes_from_cstr(text);
    struct answer_scan whole = scan_cut(answer, answer.length);
    assert_same(whole, scan_bytewise(answer));
    for (size_t cut = 0; cut < answer.length; cut++)
        assert_same(whole, scan_cut(answer, cut));
    return whole;
}

static void a_stream_is_done_after_the_line_that_says_so(void **state)
{
    (void)state;
    assert_true(scan("data: [DONE]\n").is_done);
    assert_true(scan("data:[DONE]\r\n").is_done);
    assert_true(scan("data: [DONE] \r").is_done);
    assert_true(scan("data: {}\n\ndata: [DONE]\n\n").is_done);
    assert_false(scan("data: [DONE]").is_done);
    assert_false(scan("data: [DONE").is_done);
    assert_false(scan("data: x[DONE]\n").is_done);
    assert_false(scan("data: [DONE]x\n").is_done);
    assert_false(scan(": data: [DONE]\n").is_done);
    assert_false(scan("data: {\"content\":\"[DONE]\"}\n\n").is_done);
    assert_false(scan("data: [DONE]                                  x\n").is_done);
}

static void data_lines_are_counted_and_done_is_none(void **state)
{
    (void)state;
    assert_int_equal(scan("").events, 0);
    assert_int_equal(scan("data: 1\n\ndata: 2\r\n\r\ndata: 3\r\rdata: [DONE]\n\n").events, 3);
    assert_int_equal(scan(": ping\n\nevent: x\nid: 3\n\n").events, 0);
    assert_int_equal(scan("data: 1\n\ndata: cut off").events, 1);
}

static void an_error_at_the_top_of_an_event_is_seen(void **state)
{
    (void)state;
    assert_true(scan("data: {\"error\":{\"message\":\"x\"}}\n\n").has_error);
    assert_true(scan("data:{ \"error\" : \"x\"}\n\n").has_error);
    assert_true(scan("data: {}\n\ndata: {\"error\":{}}\r\n\r\n").has_error);
    assert_false(scan("data: {\"error\":null,\"id\":1}\n\n").has_error);
    assert_false(scan("data: {\"errors\":{}}\n\n").has_error);
    assert_false(scan("data: {\"x\":{\"error\":{}}}\n\n").has_error);
    assert_false(scan("{\"error\":{}}\n\n").has_error);
    assert_false(scan("data: {\"error\":{}}").has_error);
}

static void an_event_may_say_by_its_name_that_it_is_the_last(void **state)
{
    (void)state;
    assert_true(scan("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n").is_done);
    assert_true(scan("event:response.completed\r\ndata: {}\r\n\r\n").is_done);
    assert_true(scan("event: response.incomplete\ndata: {}\n\n").is_done);
    assert_true(scan("event: response.failed\ndata: {}\n\n").is_done);
    assert_false(scan("event: message_stop\ndata: {}\n").is_done); /* half an event */
    assert_false(scan("event: message_stop_not\ndata: {}\n\n").is_done);
    assert_false(scan("event: message_stop\nevent: x\ndata: {}\n\n").is_done);
    assert_false(scan("event: response.created\ndata: {}\n\n").is_done);
    assert_true(scan("event: error\ndata: {\"type\":\"error\"}\n\n").has_error);
    assert_false(scan("event: error\ndata: {}\n").has_error);
    assert_false(scan("event: errors\ndata: {}\n\n").has_error);
}

static void the_boundary_is_just_behind_the_last_empty_line(void **state)
{
    (void)state;
    assert_int_equal(scan("data: 1\n").boundary_bytes, 0);
    assert_int_equal(scan("data: 1\n\n").boundary_bytes, 9);
    assert_int_equal(scan("data: 1\n\ndata: 2\n").boundary_bytes, 9);
    assert_int_equal(scan("data: 1\r\n\r\n").boundary_bytes, 11);
    assert_int_equal(scan("data: 1\r\n\r\ndata").boundary_bytes, 11);
    assert_int_equal(scan("data: 1\r\rd").boundary_bytes, 9);
    assert_int_equal(scan("data: 1\n\r\nd").boundary_bytes, 10);
    assert_int_equal(scan("data: 1\r\n\n").boundary_bytes, 10);
    assert_int_equal(scan("data: 12\n\n").fed_bytes, 10);
}

static void an_answer_ends_behind_its_first_error(void **state)
{
    (void)state;
    assert_int_equal(scan("data: 1\n\ndata: [DONE]\n\n").error_end_bytes, 0);
    assert_int_equal(scan("data: {\"error\":1}\n").error_end_bytes, 0);
    assert_int_equal(scan("data: {\"error\":1}\n\ndata: [DONE]\n\n").error_end_bytes, 19);
    assert_int_equal(scan("data: {\"error\":1}\r\n\r\ndata: [DONE]\r\n\r\n").error_end_bytes, 21);
    assert_int_equal(scan("event: error\ndata: {}\n\ndata: {\"error\":1}\n\n").error_end_bytes, 23);
}

static void a_long_line_is_judged_by_its_beginning(void **state)
{
    (void)state;
    char text[4096];
    memset(text, 'x', sizeof text);
    memcpy(text, "data: {\"error\":{", 16);
    memcpy(text + sizeof text - 3, "\n\n", 3);
    struct answer_scan verdict = scan(text);
    assert_true(verdict.has_error);
    assert_int_equal(verdict.events, 1);
    assert_int_equal(verdict.boundary_bytes, sizeof text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_done_after_the_line_that_says_so),
        cmocka_unit_test(data_lines_are_counted_and_done_is_none),
        cmocka_unit_test(an_error_at_the_top_of_an_event_is_seen),
        cmocka_unit_test(an_event_may_say_by_its_name_that_it_is_the_last),
        cmocka_unit_test(the_boundary_is_just_behind_the_last_empty_line),
        cmocka_unit_test(an_answer_ends_behind_its_first_error),
        cmocka_unit_test(a_long_line_is_judged_by_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
