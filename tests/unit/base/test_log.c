/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdio.h>

#include "tests/test.h"

struct seen {
    char text[2 * LOG_LINE_BYTES];
    size_t length;
    unsigned lines;
};

static void remember(void *sink, struct bytes line)
{
    struct seen *seen = sink;
    memcpy(seen->text, line.at, line.length);
    seen->text[line.length] = '\0';
    seen->length = line.length;
    seen->lines++;
}

static uint64_t stopped_clock(void *clock)
{
    return *(uint64_t *)clock;
}

static uint64_t now_ms = 1769903999123; /* 2026-01-31T23:59:59.123Z */

static struct log log_into(struct seen *seen)
{
    *seen = (struct seen){.length = 0};
    return (struct log){.least = LOG_INFO,
                        .node = "edge-1",
                        .write = remember,
                        .sink = seen,
                        .wall_ms = stopped_clock,
                        .clock = &now_ms};
}

#define HEAD "{\"ts\":\"2026-01-31T23:59:59.123Z\",\"level\":\"warn\",\"node\":\"edge-1\""

static void one_event_is_one_line_of_json(void **state)
{
    (void)state;
    struct seen seen;
    struct log log = log_into(&seen);
    LOG_EVENT(&log, LOG_WARN, "core_ejected", LOG_T("core", BYTES("a")), LOG_N("failures", -3));
    assert_string_equal(seen.text,
                        HEAD ",\"event\":\"core_ejected\",\"core\":\"a\",\"failures\":-3}\n");
}

static void what_is_below_the_level_is_not_written(void **state)
{
    (void)state;
    struct seen seen;
    struct log log = log_into(&seen);
    log_write(&log, LOG_DEBUG, "x", NULL, 0);
    assert_int_equal(seen.lines, 0);
    log_write(&log, LOG_INFO, "x", NULL, 0);
    assert_int_equal(seen.lines, 1);
    log.least = LOG_OFF;
    log_write(&log, LOG_ERROR, "x", NULL, 0);
    assert_int_equal(seen.lines, 1);
    log_write(NULL, LOG_ERROR, "x", NULL, 0);
}

static void assert_text_becomes(const char *text, size_t length, const char *written)
{
    struct seen seen;
    struct log log = log_into(&seen);
    LOG_EVENT(&log, LOG_WARN, "e", LOG_T("t", bytes_of(text, length)));

    char expected[256];
    snprintf(expected, sizeof expected, "%s,\"event\":\"e\",\"t\":\"%s\"}\n", HEAD, written);
    assert_string_equal(seen.text, expected);
}

static void nothing_a_client_sends_ends_a_line_or_moves_a_cursor(void **state)
{
    (void)state;
    const struct {
        struct bytes text;
        const char *written;
    } cases[] = {
        {BYTES("a\r\nb"), "a\\u000d\\u000ab"},
        {BYTES("\x1b[31m"), "\\u001b[31m"},
        {BYTES("a\0b"), "a\\u0000b"},
        {BYTES("\x7f"), "\\u007f"},
        {BYTES("\xc2\x9b"), "\\u009b"},
        {BYTES("\xe2\x80\xa8\xe2\x80\xa9"), "\\u2028\\u2029"},
        {BYTES("\xe2\x80\xae\xe2\x81\xa6"), "\\u202e\\u2066"},
        {BYTES("\"\\"), "\\\"\\\\"},
        {BYTES("\xff\xc3"), "\\ufffd\\ufffd"},
        {BYTES("\xc3\xa4\xf0\x9f\x98\x80"), "\xc3\xa4\xf0\x9f\x98\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text_becomes(cases[i].text.at, cases[i].text.length, cases[i].written);
}

/* Every length around the limit: the line stays one line, whole JSON, and within its bound. */
static void a_long_line_is_cut_and_says_so(void **state)
{
    (void)state;
    static char text[LOG_LINE_BYTES + 64];
    memset(text, 'x', sizeof text);

    for (size_t length = LOG_LINE_BYTES - 256; length < sizeof text; length++) {
        struct seen seen;
        struct log log = log_into(&seen);
        LOG_EVENT(&log, LOG_WARN, "e", LOG_T("t", bytes_of(text, length)), LOG_N("n", 12345),
                  LOG_T("u", BYTES("\n\n\n\n\n\n\n\n")));
        assert_true(seen.length <= LOG_LINE_BYTES);
        assert_int_equal(seen.length, strlen(seen.text));
        assert_ptr_equal(strchr(seen.text, '\n'), seen.text + seen.length - 1);
        bool is_whole = strstr(seen.text, "\"u\":\"\\u000a\\u000a\\u000a\\u000a\\u000a\\u000a"
                                          "\\u000a\\u000a\"}\n") != NULL;
        bool says_cut = strstr(seen.text, "...\"}\n") != NULL;
        assert_true(is_whole != says_cut);
    }
}

static void levels_have_names(void **state)
{
    (void)state;
    enum log_level level = LOG_OFF;
    assert_true(log_level_read(BYTES("debug"), &level));
    assert_int_equal(level, LOG_DEBUG);
    assert_true(log_level_read(BYTES("off"), &level));
    assert_int_equal(level, LOG_OFF);
    assert_false(log_level_read(BYTES("Warn"), &level));
    assert_false(log_level_read(BYTES(""), &level));
    assert_int_equal(level, LOG_OFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_event_is_one_line_of_json),
        cmocka_unit_test(what_is_below_the_level_is_not_written),
        cmocka_unit_test(nothing_a_client_sends_ends_a_line_or_moves_a_cursor),
        cmocka_unit_test(a_long_line_is_cut_and_says_so),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
