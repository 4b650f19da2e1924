/* SPDX-License-Identifier: Apache-2.0
 *
 * What is refused is told on standard error as well; scenario tests look at the words.
 */
#include "tests/test.h"

#include <string.h>

#include "cli/demo/settings.h"

static bool read(struct demo_settings *settings, char *one, char *two)
{
    char *arguments[] = {one, two};
    return demo_settings_read(settings, one ? two ? 2 : 1 : 0, arguments);
}

static void without_arguments_it_ends_by_itself_on_a_free_port(void **state)
{
    struct demo_settings settings;
    assert_true(read(&settings, NULL, NULL));
    assert_string_equal(settings.listen, "127.0.0.1:0");
    assert_in_range(settings.seconds, 20, 30);
    assert_false(settings.stays);
    assert_false(settings.is_plain);
}

static void options_are_read(void **state)
{
    struct demo_settings settings;
    char seconds[] = "--seconds", seven[] = "7", seed[] = "--seed", stay[] = "--stay";
    char plain[] = "--plain", listen[] = "--listen", address[] = "[::1]:8080";
    assert_true(read(&settings, seconds, seven));
    assert_int_equal(settings.seconds, 7);
    assert_true(read(&settings, seed, seven));
    assert_int_equal(settings.seed, 7);
    assert_true(read(&settings, stay, plain));
    assert_true(settings.stays && settings.is_plain);
    assert_true(read(&settings, listen, address));
    assert_string_equal(settings.listen, "[::1]:8080");
}

static void what_cannot_be_is_refused(void **state)
{
    struct demo_settings settings;
    char seconds[] = "--seconds", four[] = "4", listen[] = "--listen", word[] = "bake";
    char everywhere[] = "0.0.0.0:8080", file[] = "unix:/tmp/x", seed[] = "--seed";
    assert_false(read(&settings, seconds, four));
    assert_false(read(&settings, seconds, NULL));
    assert_false(read(&settings, seed, word));
    assert_false(read(&settings, listen, everywhere));
    assert_false(read(&settings, listen, file));
    assert_false(read(&settings, listen, word));
    assert_false(read(&settings, word, NULL));
}

static const char *term, *no_color, *lc_all, *lang;

static const char *environment(const char *name)
{
    if (strcmp(name, "TERM") == 0)
        return term;
    if (strcmp(name, "NO_COLOR") == 0)
        return no_color;
    if (strcmp(name, "LC_ALL") == 0)
        return lc_all;
    return strcmp(name, "LANG") == 0 ? lang : NULL;
}

static int forget_environment(void **state)
{
    term = no_color = lc_all = lang = NULL;
    return 0;
}

static void a_dumb_terminal_cannot_move_its_cursor(void **state)
{
    assert_false(demo_abilities_read(environment).can_move);
    term = "";
    assert_false(demo_abilities_read(environment).can_move);
    term = "dumb";
    assert_false(demo_abilities_read(environment).can_move);
    term = "xterm-256color";
    assert_true(demo_abilities_read(environment).can_move);
}

static void colours_can_be_declined(void **state)
{
    assert_true(demo_abilities_read(environment).has_colour);
    no_color = "";
    assert_true(demo_abilities_read(environment).has_colour);
    no_color = "1";
    assert_false(demo_abilities_read(environment).has_colour);
}

static void the_first_locale_that_is_set_decides_on_utf8(void **state)
{
    assert_false(demo_abilities_read(environment).has_utf8);
    lang = "de_DE.UTF-8";
    assert_true(demo_abilities_read(environment).has_utf8);
    lc_all = "C.utf8";
    assert_true(demo_abilities_read(environment).has_utf8);
    lc_all = "C";
    assert_false(demo_abilities_read(environment).has_utf8);
    lc_all = "";
    assert_true(demo_abilities_read(environment).has_utf8);
    lang = "de_DE.ISO-8859-1";
    assert_false(demo_abilities_read(environment).has_utf8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_arguments_it_ends_by_itself_on_a_free_port),
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test_setup(a_dumb_terminal_cannot_move_its_cursor, forget_environment),
        cmocka_unit_test_setup(colours_can_be_declined, forget_environment),
        cmocka_unit_test_setup(the_first_locale_that_is_set_decides_on_utf8, forget_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
