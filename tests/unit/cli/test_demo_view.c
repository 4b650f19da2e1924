/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/demo/view.h"

#define MS UINT64_C(1000000)

struct fixture {
    struct demo_statistics statistics;
    struct demo_news news;
    struct demo_facts facts;
    struct buffer text;
    char copy[16384]; /* with a 0 byte */
};

static void fill(struct fixture *f)
{
    f->statistics.requests = 1234;
    f->statistics.ended[DEMO_ANSWERED] = 1111;
    f->statistics.ended[DEMO_CUT_TOLD] = 17;
    f->statistics.answered_by[0] = 700;
    f->statistics.answered_by[1] = 408;
    f->statistics.tokens = 98765;
    for (int i = 0; i < 100; i++)
        demo_news_tell(&f->news, 12345, "core west is killed, with %d requests in it", i);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    fill(f);
    f->facts = (struct demo_facts){.program = "build/isthmus",
                                   .edge = "127.0.0.1:40000",
                                   .statistics = &f->statistics,
                                   .news = &f->news,
                                   .scene = 2,
                                   .began_ns = 1000 * MS,
                                   .now_ns = 13345 * MS,
                                   .whole_ms = 24000,
                                   .seed = 1};
    for (size_t i = 0; i < DEMO_CORES; i++) {
        address_parse_ip(BYTES("127.0.0.1"), (uint16_t)(50001 + i), &f->facts.cores[i].address);
        f->facts.cores[i].in_flight = 40;
        f->facts.cores[i].is_up = i == 0;
    }
    buffer_init(&f->text, 0, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buffer_clear(&f->text);
    free(f);
    return 0;
}

static const char *show(struct fixture *f,
                        void (*view)(struct demo_page *page, const struct demo_facts *facts),
                        struct demo_page page)
{
    buffer_clear(&f->text);
    page.out = &f->text;
    view(&page, &f->facts);
    assert_int_equal(page.status, 0);
    assert_true(f->text.length < sizeof f->copy);
    memcpy(f->copy, buffer_bytes(&f->text).at, f->text.length);
    f->copy[f->text.length] = 0;
    return f->copy;
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        widest = length > widest ? length : widest;
        text += length + (text[length] == '\n');
    }
    return widest;
}

static size_t count(const char *text, char wanted)
{
    size_t found = 0;
    for (; *text; text++)
        found += *text == wanted;
    return found;
}

static void no_page_is_wider_than_its_window(void **state)
{
    static demo_view_fn *const views[] = {demo_view_opening, demo_view_scene, demo_view_status,
                                          demo_view_recap, demo_view_summary};
    for (unsigned columns = 1; columns < 200; columns += 3)
        for (size_t i = 0; i < sizeof views / sizeof *views; i++)
            assert_in_range(
                widest_line(show(*state, views[i], (struct demo_page){.columns = columns})), 0,
                columns);
}

/* A frame's lines are parted, not ended: one fewer than rows. */
static void no_picture_is_higher_than_its_window(void **state)
{
    for (unsigned rows = 1; rows < 60; rows++)
        for (unsigned columns = 1; columns < 140; columns += 20) {
            const char *text =
                show(*state, demo_view_picture,
                     (struct demo_page){.columns = columns, .rows = rows, .is_frame = true});
            assert_in_range(count(text, '\n'), 0, rows - 1);
        }
}

static void a_picture_without_colours_or_utf8_is_ascii(void **state)
{
    const char *text = show(*state, demo_view_picture,
                            (struct demo_page){.columns = 79, .rows = 24, .is_frame = true});
    for (; *text; text++)
        assert_true((*text >= ' ' && *text <= '~') || strchr("\r\n\033", *text));
    assert_null(strstr(show(*state, demo_view_picture,
                            (struct demo_page){.columns = 79, .rows = 24, .is_frame = true}),
                       "m" /* of a style */ "\033"));
}

static void eighty_columns_show_all_that_matters(void **state)
{
    const char *text =
        show(*state, demo_view_picture, (struct demo_page){.columns = 79, .rows = 24});
    static const char *const wanted[] = {"http://127.0.0.1:40000",
                                         "12 of 24 s",
                                         "Core west dies",
                                         "east  up",
                                         "west  dead",
                                         "1234",
                                         "1111",
                                         "TTFT p95",
                                         "tokens/s",
                                         "core west is killed"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_non_null(strstr(text, wanted[i]));
}

static void a_status_line_fits_into_eighty_columns(void **state)
{
    const char *text = show(*state, demo_view_status, (struct demo_page){.columns = 79});
    assert_string_equal(text, "  12.3 s  1234 asked, 1111 answered; east 40, west 40; 0 tok/s, "
                              "TTFT 0/0 ms\n");
}

static void the_summary_counts_what_is_still_open(void **state)
{
    const char *text = show(*state, demo_view_summary, (struct demo_page){.columns = 79});
    assert_non_null(strstr(text, "The end, after 12.3 s"));
    assert_non_null(strstr(text, "east 700, west 408, the edge itself 3"));
    assert_non_null(strstr(text, "still open          106"));
    assert_non_null(strstr(text, "as it must be"));
}

static void a_broken_promise_is_said_aloud(void **state)
{
    struct fixture *f = *state;
    f->statistics.ended[DEMO_CUT_SILENT] = 1;
    f->facts.is_interrupted = true;
    const char *text = show(f, demo_view_summary, (struct demo_page){.columns = 79});
    assert_non_null(strstr(text, "please report it"));
    assert_non_null(strstr(text, "Ended by you after"));
}

static void lines_to_paste_are_whole_in_any_window(void **state)
{
    struct fixture *f = *state;
    const char *text = show(f, demo_view_invitation, (struct demo_page){.columns = 20});
    assert_non_null(strstr(text, "curl -N http://127.0.0.1:40000/v1/chat/completions \\\n"));
    assert_non_null(strstr(text, "base_url=\"http://127.0.0.1:40000/v1\""));
    assert_non_null(strstr(text, "curl http://127.0.0.1:50002/sim/faults"));
    assert_in_range(widest_line(text), 20, 79);
    text = show(f, demo_view_next, (struct demo_page){.columns = 20});
    assert_non_null(strstr(text, "build/isthmus edge --core http://127.0.0.1:8000 "));
    assert_in_range(widest_line(text), 20, 79);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_page_is_wider_than_its_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_picture_is_higher_than_its_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_picture_without_colours_or_utf8_is_ascii, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(eighty_columns_show_all_that_matters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_status_line_fits_into_eighty_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_summary_counts_what_is_still_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_promise_is_said_aloud, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_to_paste_are_whole_in_any_window, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
