/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/demo/news.h"

#define MS UINT64_C(1000000)

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct demo_news));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static const char *line_of(struct demo_news *news, struct demo_request_news request)
{
    return demo_news_add(news, 0, &request)->text;
}

static void an_answer_says_who_gave_it_and_how_fast(void **state)
{
    struct demo_request_news request = {
        .kind = DEMO_CHAT_STREAM,
        .core = "east",
        .status = 200,
        .tokens = 96,
        .took_ns = 900 * MS,
        .result = {.outcome = DEMO_ANSWERED, .attempts = 1, .ttft_ns = 31 * MS}};
    assert_string_equal(line_of(*state, request),
                        "chat, streamed        east  96 tokens, first after 31 ms");
    request.result.attempts = 2;
    assert_string_equal(line_of(*state, request),
                        "chat, streamed        east  96 tokens, first after 31 ms, 2nd try");
    request.kind = DEMO_CHAT;
    request.result = (struct demo_result){.outcome = DEMO_ANSWERED, .attempts = 1};
    assert_string_equal(line_of(*state, request),
                        "chat                  east  96 tokens, all after 900 ms");
    request.kind = DEMO_EMBEDDING;
    request.tokens = 0;
    assert_string_equal(line_of(*state, request),
                        "embedding             east  answered after 900 ms");
}

static void what_went_wrong_is_named(void **state)
{
    struct demo_request_news request = {
        .kind = DEMO_NO_PATH, .status = 404, .result.outcome = DEMO_REFUSED};
    assert_string_equal(line_of(*state, request),
                        "unknown path          edge  refused with 404, as it should be");
    request = (struct demo_request_news){.kind = DEMO_CHAT_STREAM, .core = "west", .tokens = 12};
    static const char *const ends[DEMO_OUTCOMES] = {
        [DEMO_LEFT] = "left after 12 tokens",
        [DEMO_CUT_TOLD] = "cut after 12 tokens, told by an error",
        [DEMO_CUT_BROKEN] = "cut after 12 tokens, connection broken",
        [DEMO_CUT_SILENT] = "cut after 12 tokens, WITHOUT A WORD",
        [DEMO_FAILED] = "failed with 0",
    };
    for (int i = 0; i < DEMO_OUTCOMES; i++) {
        request.result.outcome = (enum demo_outcome)i;
        if (ends[i])
            assert_non_null(strstr(line_of(*state, request), ends[i]));
    }
}

static void lines_fit_into_80_columns(void **state)
{
    struct demo_request_news request = {
        .core = "east",
        .status = 200,
        .tokens = 999,
        .took_ns = 99999 * MS,
        .result = {.outcome = DEMO_ANSWERED, .attempts = 2, .ttft_ns = 9999 * MS}};
    for (int kind = 0; kind < DEMO_KINDS; kind++) {
        request.kind = (enum demo_kind)kind;
        assert_in_range(strlen(line_of(*state, request)), 1, 79 - sizeof "   3.2 s  " + 1);
    }
}

static void the_latest_come_first_and_old_ones_are_forgotten(void **state)
{
    struct demo_news *news = *state;
    assert_null(demo_news_told(news, 0));
    for (uint64_t i = 0; i < DEMO_NEWS_KEPT + 5; i++)
        demo_news_tell(news, i, "number %d", (int)i);
    assert_int_equal(demo_news_told(news, 0)->at_ms, DEMO_NEWS_KEPT + 4);
    assert_int_equal(demo_news_told(news, DEMO_NEWS_KEPT - 1)->at_ms, 5);
    assert_null(demo_news_told(news, DEMO_NEWS_KEPT));
}

static void requests_do_not_push_out_what_matters(void **state)
{
    struct demo_news *news = *state;
    struct demo_request_news request = {.kind = DEMO_CHAT};
    demo_news_tell(news, 1, "first");
    for (int i = 0; i < 2 * DEMO_NEWS_KEPT; i++)
        demo_news_add(news, 2, &request);
    demo_news_tell(news, 3, "second");
    assert_string_equal(demo_news_told(news, 1)->text, "first");
    assert_string_equal(demo_news_told(news, 0)->text, "second");
    assert_int_equal(demo_news_request(news, 0)->at_ms, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_says_who_gave_it_and_how_fast, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_went_wrong_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_fit_into_80_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_latest_come_first_and_old_ones_are_forgotten, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(requests_do_not_push_out_what_matters, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
