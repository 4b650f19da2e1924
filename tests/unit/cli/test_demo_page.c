/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <string.h>

#include "cli/demo/page.h"

static struct buffer text;

static int set_up(void **state)
{
    buffer_init(&text, 0, NULL);
    return 0;
}

static int tear_down(void **state)
{
    buffer_clear(&text);
    return 0;
}

static void page_is(const struct demo_page *page, const char *expected)
{
    assert_int_equal(page->status, 0);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(buffer_bytes(&text).at, expected, text.length);
}

static void a_line_ends_at_the_right_edge(void **state)
{
    struct demo_page page = {.out = &text, .columns = 7};
    demo_page_text(&page, DEMO_NORMAL, "%s", "12345");
    demo_page_text(&page, DEMO_BOLD, "%d", 67890);
    demo_page_text(&page, DEMO_NORMAL, "more");
    demo_page_end_line(&page);
    page_is(&page, "1234567\n");
}

static void a_paragraph_breaks_between_words(void **state)
{
    struct demo_page page = {.out = &text, .columns = 12};
    demo_page_paragraph(&page, 2, "one two three incomprehensibilities");
    page_is(&page, "  one two\n  three\n  incomprehe\n  nsibilitie\n  s\n");
}

static void no_window_is_too_narrow(void **state)
{
    for (unsigned columns = 0; columns < 4; columns++) {
        struct demo_page page = {.out = &text, .columns = columns};
        demo_page_paragraph(&page, 2, "one two");
        demo_page_line(&page, DEMO_BOLD, "three");
        assert_int_equal(page.status, 0);
    }
}

static void styles_stand_around_what_they_style(void **state)
{
    struct demo_page page = {.out = &text, .columns = 20, .has_colour = true};
    demo_page_text(&page, DEMO_BAD, "dead");
    demo_page_text(&page, DEMO_NORMAL, " or");
    demo_page_end_line(&page);
    page_is(&page, "\033[31mdead\033[m or\n");
}

static void without_colours_there_is_no_escape(void **state)
{
    struct demo_page page = {.out = &text, .columns = 20};
    demo_page_text(&page, DEMO_BAD, "dead");
    demo_page_bar(&page, DEMO_GOOD, 3);
    demo_page_end_line(&page);
    page_is(&page, "dead###\n");
}

static void a_bar_counts_columns_not_bytes(void **state)
{
    struct demo_page page = {.out = &text, .columns = 4, .has_utf8 = true};
    demo_page_bar(&page, DEMO_GOOD, 3);
    demo_page_text(&page, DEMO_NORMAL, "xyz");
    demo_page_end_line(&page);
    page_is(&page, "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88x\n");
}

static void a_frame_never_moves_the_window_up(void **state)
{
    struct demo_page page = {.out = &text, .columns = 9, .rows = 2, .is_frame = true};
    demo_page_begin(&page);
    demo_page_line(&page, DEMO_NORMAL, "one");
    demo_page_line(&page, DEMO_NORMAL, "");
    assert_int_equal(demo_page_rows_left(&page), 0);
    demo_page_line(&page, DEMO_NORMAL, "three");
    demo_page_end(&page);
    page_is(&page, "\033[Hone\033[K\r\n\033[K\033[J");
}

static void text_without_memory_is_a_failure(void **state)
{
    buffer_init(&text, 3, NULL);
    struct demo_page page = {.out = &text, .columns = 9};
    demo_page_line(&page, DEMO_NORMAL, "four");
    assert_true(page.status < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_ends_at_the_right_edge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_paragraph_breaks_between_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_window_is_too_narrow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(styles_stand_around_what_they_style, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_colours_there_is_no_escape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bar_counts_columns_not_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_never_moves_the_window_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_without_memory_is_a_failure, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
