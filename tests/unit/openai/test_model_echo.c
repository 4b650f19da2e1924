/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/model_echo.h"

#include <errno.h>

#include "base/buffer.h"
#include "tests/test.h"

#define NAME "\"my \\\"alias\\\"\"" /* as its client wrote it */

static int collect(void *user, struct bytes piece)
{
    assert_true(piece.length > 0);
    return buffer_append(user, piece);
}

/* Fed in two pieces, or byte by byte if the cut lies behind the end. */
static void echo_cut(bool is_event_stream, struct bytes answer, size_t cut, struct buffer *ret_out)
{
    struct model_echo echo;
    model_echo_init(&echo, is_event_stream, BYTES(NAME));
    if (cut <= answer.length) {
        assert_int_equal(model_echo_feed(&echo, bytes_of(answer.at, cut), collect, ret_out), 0);
        answer = bytes_after(answer, cut);
        assert_int_equal(model_echo_feed(&echo, answer, collect, ret_out), 0);
        return;
    }
    for (size_t i = 0; i < answer.length; i++)
        assert_int_equal(model_echo_feed(&echo, bytes_of(answer.at + i, 1), collect, ret_out), 0);
}

static void assert_echoed(bool is_event_stream, const char *text, const char *expected)
{
    struct bytes answer = bytes_from_cstr(text);
    for (size_t cut = 0; cut <= answer.length + 1; cut++) {
        struct buffer out = {0};
        echo_cut(is_event_stream, answer, cut, &out);
        bool is_right = bytes_equal(buffer_bytes(&out), bytes_from_cstr(expected));
        if (!is_right)
            print_error("cut at %zu: %.*s\n", cut, (int)out.length, buffer_bytes(&out).at);
        assert_true(is_right);
        buffer_clear(&out);
    }
}

static void assert_plain(const char *text, const char *expected)
{
    assert_echoed(false, text, expected);
}

static void assert_stream(const char *text, const char *expected)
{
    assert_echoed(true, text, expected);
}

static void a_plain_answer_names_the_model_that_was_asked_for(void **state)
{
    (void)state;
    assert_plain("{\"id\":\"c\",\"model\":\"org/m-8b\",\"choices\":[]}",
                 "{\"id\":\"c\",\"model\":" NAME ",\"choices\":[]}");
    assert_plain(" {\n \"choices\" : [ { \"x\" : 1 } ] ,\n \"model\" : \"m\"\n}\n",
                 " {\n \"choices\" : [ { \"x\" : 1 } ] ,\n \"model\" : " NAME "\n}\n");
    assert_plain("{\"model\":\"a\\\"b\\\\\",\"n\":1}", "{\"model\":" NAME ",\"n\":1}");
    assert_plain("{\"model\":\"\"}", "{\"model\":" NAME "}");
    assert_plain("{\"model\":\"\xe6\x97\xa5\"}", "{\"model\":" NAME "}");
}

static void only_the_first_name_of_an_object_is_replaced(void **state)
{
    (void)state;
    assert_plain("{\"model\":\"a\",\"model\":\"b\"}", "{\"model\":" NAME ",\"model\":\"b\"}");
    assert_plain("{\"model\":\"a\"}{\"model\":\"b\"}", "{\"model\":" NAME "}{\"model\":\"b\"}");
}

static void a_message_or_response_inside_names_it_too(void **state)
{
    (void)state;
    assert_plain("{\"type\":\"message_start\",\"message\":{\"id\":\"a\",\"model\":\"m\"}}",
                 "{\"type\":\"message_start\",\"message\":{\"id\":\"a\",\"model\":" NAME "}}");
    assert_plain("{\"response\":{\"x\":{\"model\":1},\"model\":\"m\"},\"y\":0}",
                 "{\"response\":{\"x\":{\"model\":1},\"model\":" NAME "},\"y\":0}");
    assert_plain("{\"message\":{\"x\":\"model\"},\"model\":\"m\"}",
                 "{\"message\":{\"x\":\"model\"},\"model\":" NAME "}");
}

static void assert_unchanged(const char *text)
{
    assert_plain(text, text);
    struct buffer line = {0};
    assert_int_equal(buffer_append_format(&line, "data: %s\n\n%c", text, 0), 0);
    assert_stream(buffer_bytes(&line).at, buffer_bytes(&line).at);
    buffer_clear(&line);
}

static void what_is_not_sure_passes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"model\":null}",
        "{\"model\":5,\"x\":\"y\"}",
        "{\"model\":{\"x\":\"m\"}}",
        "{\"model\":[\"m\"]}",
        "{\"mod\\u0065l\":\"m\"}",
        "{\"models\":\"m\",\"mode\":\"m\",\"a model\":\"m\",\"Model\":\"m\"}",
        "{\"x\":\"model\",\"y\":\"m\"}",
        "{\"x\":[\"model\",\"m\"],\"y\":\"\\\",\\\"model\\\":\\\"m\\\"\"}",
        "{\"x\":{\"model\":\"m\"},\"choices\":[{\"message\":{\"model\":\"m\"}}]}",
        "{\"message\":{\"response\":{\"model\":\"m\"}}}",
        "{\"message\":[{\"model\":\"m\"}]}",
        "[{\"model\":\"m\"}]",
        "\"model\":\"m\"",
        "<p>{\"model\":\"m\"}</p>",
        "model:m",
        "}{\"model\":\"m\"}",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_unchanged(texts[i]);
}

#define CHUNK(model) "{\"id\":\"c\",\"model\":" model ",\"choices\":[]}"

static void each_event_of_a_stream_is_an_object_of_its_own(void **state)
{
    (void)state;
    assert_stream("data: " CHUNK("\"a\"") "\n\ndata:" CHUNK("\"b\"") "\n\ndata: [DONE]\n\n",
                  "data: " CHUNK(NAME) "\n\ndata:" CHUNK(NAME) "\n\ndata: [DONE]\n\n");
    assert_stream("data: " CHUNK("\"a\"") "\r\n\r\ndata: " CHUNK("\"b\"") "\r\n\r\n",
                  "data: " CHUNK(NAME) "\r\n\r\ndata: " CHUNK(NAME) "\r\n\r\n");
    assert_stream("data: " CHUNK("\"a\"") "\r\rdata: " CHUNK("\"b\"") "\r\r",
                  "data: " CHUNK(NAME) "\r\rdata: " CHUNK(NAME) "\r\r");
    assert_stream("event: message_start\ndata: {\"message\":{\"model\":\"a\"}}\n\n",
                  "event: message_start\ndata: {\"message\":{\"model\":" NAME "}}\n\n");
}

static void an_object_may_be_spread_over_data_lines(void **state)
{
    (void)state;
    assert_stream("data: {\"id\":1,\ndata: \"model\"\nid: 5\ndata: :\ndata:\"m\"}\n\n",
                  "data: {\"id\":1,\ndata: \"model\"\nid: 5\ndata: :\ndata:" NAME "}\n\n");
    assert_stream("data: {\"model\":\"a\"}\ndata: {\"model\":\"b\"}\n\n",
                  "data: {\"model\":" NAME "}\ndata: {\"model\":\"b\"}\n\n");
}

static void other_lines_pass_and_an_event_ends_what_was_broken(void **state)
{
    (void)state;
    assert_stream(": ping {\"model\":\"m\"}\n\nretry: 5\n\n",
                  ": ping {\"model\":\"m\"}\n\nretry: 5\n\n");
    assert_stream("{\"model\":\"m\"}\n\ndatum: {\"model\":\"m\"}\n\ndata\n\n",
                  "{\"model\":\"m\"}\n\ndatum: {\"model\":\"m\"}\n\ndata\n\n");
    assert_stream("data: {\"x\":\"y\ndata: \",\"model\":\"m\"}\n\ndata: " CHUNK("\"b\"") "\n\n",
                  "data: {\"x\":\"y\ndata: \",\"model\":\"m\"}\n\ndata: " CHUNK(NAME) "\n\n");
    assert_stream("data: {\"model\":\"half\n\ndata: " CHUNK("\"b\"") "\n\n",
                  "data: {\"model\":" NAME "\n\ndata: " CHUNK(NAME) "\n\n");
}

static int fail_at(void *user, struct bytes piece)
{
    unsigned *left = user;
    (void)piece;
    return (*left)-- == 0 ? -ENOBUFS : 0;
}

static void an_error_of_the_sink_ends_the_feeding(void **state)
{
    (void)state;
    for (unsigned nth = 0; nth < 3; nth++) {
        struct model_echo echo;
        unsigned left = nth;
        model_echo_init(&echo, false, BYTES(NAME));
        assert_int_equal(model_echo_feed(&echo, BYTES("{\"model\":\"m\",\"x\":1}"), fail_at, &left),
                         -ENOBUFS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_answer_names_the_model_that_was_asked_for),
        cmocka_unit_test(only_the_first_name_of_an_object_is_replaced),
        cmocka_unit_test(a_message_or_response_inside_names_it_too),
        cmocka_unit_test(what_is_not_sure_passes),
        cmocka_unit_test(each_event_of_a_stream_is_an_object_of_its_own),
        cmocka_unit_test(an_object_may_be_spread_over_data_lines),
        cmocka_unit_test(other_lines_pass_and_an_event_ends_what_was_broken),
        cmocka_unit_test(an_error_of_the_sink_ends_the_feeding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
