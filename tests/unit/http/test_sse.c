/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>

#include "http/sse.h"

/* What a reader handed out, as text: "type|data|id;" for each event. */
struct seen {
    struct buffer text;
};

static void note_event(void *user, const struct sse_event *event)
{
    struct seen *seen = user;
    assert_int_equal(buffer_append_format(&seen->text, "%.*s|%.*s|%.*s;", (int)event->type.length,
                                          event->type.at, (int)event->data.length, event->data.at,
                                          (int)event->id.length, event->id.at),
                     0);
}

/* What was fed is gone afterwards. */
static int feed_piece(struct sse_reader *reader, struct bytes piece)
{
    char *copy = malloc(piece.length + 1);
    assert_non_null(copy);
    memcpy(copy, piece.at, piece.length);
    int r = sse_reader_feed(reader, bytes_of(copy, piece.length));
    memset(copy, '#', piece.length);
    free(copy);
    return r;
}

static int feed_in_two(struct bytes input, size_t cut, size_t limit, struct seen *seen)
{
    struct sse_reader reader;
    sse_reader_init(&reader, limit, NULL, note_event, seen);
    int r = feed_piece(&reader, bytes_of(input.at, cut));
    if (r == 0)
        r = feed_piece(&reader, bytes_after(input, cut));
    sse_reader_clear(&reader);
    return r;
}

static int feed_byte_by_byte(struct bytes input, size_t limit, struct seen *seen)
{
    struct sse_reader reader;
    sse_reader_init(&reader, limit, NULL, note_event, seen);
    int r = 0;
    for (size_t i = 0; i < input.length && r == 0; i++)
        r = feed_piece(&reader, bytes_of(input.at + i, 1));
    sse_reader_clear(&reader);
    return r;
}

static void expect_seen(struct seen *seen, const char *expected)
{
    struct bytes text = buffer_bytes(&seen->text);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.at, expected, text.length);
    buffer_clear(&seen->text);
}

/* Wherever it is cut, the same comes out. */
static void expect_events(struct bytes input, const char *expected)
{
    struct seen seen = {0};
    for (size_t cut = 0; cut <= input.length; cut++) {
        assert_int_equal(feed_in_two(input, cut, 0, &seen), 0);
        expect_seen(&seen, expected);
    }
    assert_int_equal(feed_byte_by_byte(input, 0, &seen), 0);
    expect_seen(&seen, expected);
}

static void reads_data_lines_joined_by_line_feeds(void **state)
{
    expect_events(BYTES("data: one\n\n"), "|one|;");
    expect_events(BYTES("data: one\ndata:two\ndata\ndata:  four\n\n"), "|one\ntwo\n\n four|;");
    expect_events(BYTES("data: a\n\ndata: b\n\n"), "|a|;|b|;");
}

static void takes_any_of_the_three_line_ends(void **state)
{
    expect_events(BYTES("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), "|a|;|b|;|c|;");
    expect_events(BYTES("data: a\rdata: b\r\ndata: c\n\r\n"), "|a\nb\nc|;");
}

static void forgets_a_byte_order_mark_at_the_start_only(void **state)
{
    expect_events(BYTES("\xEF\xBB\xBF"
                        "data: a\n\n"
                        "\xEF\xBB\xBF"
                        "data: b\n\n"),
                  "|a|;");
    expect_events(BYTES("\xEF\xBB\xBF\ndata: a\n\n"), "|a|;");
    expect_events(BYTES("\n\xEF\xBB\xBF"
                        "data: b\n\n"),
                  "");
}

static void an_event_without_data_is_none_and_takes_its_type_along(void **state)
{
    expect_events(BYTES("event: ping\n\ndata: a\n\n"), "|a|;");
    expect_events(BYTES("data\n\n"), "||;");
    expect_events(BYTES("data:\ndata:\n\n"), "|\n|;");
}

static void keeps_the_type_for_one_event_and_the_id_for_all_that_follow(void **state)
{
    expect_events(BYTES("event: x\nid: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"),
                  "x|a|7;|b|7;|c|;");
}

static void ignores_comments_unknown_fields_and_ids_with_nul(void **state)
{
    expect_events(BYTES(": ping\n\nretry: 10\nfoo: bar\nData: no\ndata : no\n data: no\n\n"), "");
    expect_events(BYTES("id: 1\nid: 2\0003\ndata: a\n\n"), "|a|1;");
}

static void an_unfinished_event_is_none(void **state)
{
    expect_events(BYTES("data: a\n\ndata: cut\n"), "|a|;");
    expect_events(BYTES("data: a\n\ndata: cu"), "|a|;");
}

static void refuses_a_longer_line_or_event_wherever_it_is_cut(void **state)
{
    static const struct {
        struct bytes input;
        int verdict;
    } cases[] = {
        {{"data: 4567\n\n", 12}, 0},
        {{"data: 45678\n\n", 13}, -EMSGSIZE},
        {{"data: 45678", 11}, -EMSGSIZE},
        {{"data:1\ndata:2345678\n\n", 21}, -EMSGSIZE},
        {{"data:12345\ndata:6789\n\n", 22}, 0},
        {{"data:12345\ndata:67890\n\n", 23}, -EMSGSIZE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes input = cases[i].input;
        for (size_t cut = 0; cut <= input.length; cut++) {
            struct seen seen = {0};
            assert_int_equal(feed_in_two(input, cut, 10, &seen), cases[i].verdict);
            buffer_clear(&seen.text);
        }
    }
}

static void ends_when_memory_is_refused(void **state)
{
    struct memory_budget budget;
    memory_budget_init(&budget, 1);
    struct seen seen = {0};
    struct sse_reader reader;
    sse_reader_init(&reader, 0, &budget, note_event, &seen);
    assert_int_equal(sse_reader_feed(&reader, BYTES("data: needs no memory\n\n")), 0);
    assert_int_equal(sse_reader_feed(&reader, BYTES("data: cut")), -ENOMEM);
    sse_reader_clear(&reader);
    expect_seen(&seen, "|needs no memory|;");
}

static void what_is_written_is_read_again(void **state)
{
    struct buffer out = {0};
    assert_int_equal(sse_write_event(&out, BYTES(""), BYTES("{\"a\":1}")), 0);
    assert_int_equal(sse_write_comment(&out, BYTES("ping")), 0);
    assert_int_equal(sse_write_event(&out, BYTES("error"), BYTES("one\r\ntwo\rthree\n")), 0);
    assert_int_equal(sse_write_event(&out, BYTES(""), BYTES("")), 0);
    assert_int_equal(out.length, strlen("data: {\"a\":1}\n\n: ping\n\n"
                                        "event: error\ndata: one\ndata: two\ndata: three\n"
                                        "data: \n\ndata: \n\n"));
    expect_events(buffer_bytes(&out), "|{\"a\":1}|;error|one\ntwo\nthree\n|;||;");
    buffer_clear(&out);
}

static void a_writer_appends_all_or_nothing(void **state)
{
    struct buffer out;
    buffer_init(&out, 20, NULL);
    assert_int_equal(sse_write_event(&out, BYTES("x\ndata: forged"), BYTES("a")), -EINVAL);
    assert_int_equal(sse_write_comment(&out, BYTES("a\rdata: forged")), -EINVAL);
    assert_int_equal(sse_write_event(&out, BYTES("error"), BYTES("too long")), -ENOBUFS);
    assert_int_equal(out.length, 0);
    assert_int_equal(sse_write_comment(&out, BYTES("fits")), 0);
    assert_int_equal(out.length, 8);
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_data_lines_joined_by_line_feeds),
        cmocka_unit_test(takes_any_of_the_three_line_ends),
        cmocka_unit_test(forgets_a_byte_order_mark_at_the_start_only),
        cmocka_unit_test(an_event_without_data_is_none_and_takes_its_type_along),
        cmocka_unit_test(keeps_the_type_for_one_event_and_the_id_for_all_that_follow),
        cmocka_unit_test(ignores_comments_unknown_fields_and_ids_with_nul),
        cmocka_unit_test(an_unfinished_event_is_none),
        cmocka_unit_test(refuses_a_longer_line_or_event_wherever_it_is_cut),
        cmocka_unit_test(ends_when_memory_is_refused),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_writer_appends_all_or_nothing),
    };
    return cmocka_run_group_tests_name("http/sse", tests, NULL, NULL);
}
