/* SPDX-License-Identifier: Apache-2.0 */
#include "config/edge_options.h"
#include "tests/test.h"

#define TABLES 8

/* edge_options and the tables of its maps, as the tests' state; ended with NULL. */
static const struct option **collect(const struct option **end, const struct option *table)
{
    *end++ = table;
    for (const struct option *option = table; option->name; option++)
        if (option->map)
            end = collect(end, option->map->options);
    return end;
}

#define EACH_OPTION(option)                                                                        \
    for (const struct option **table = *state; *table; table++)                                    \
        for (const struct option *option = *table; option->name; option++)

static void every_option_says_what_it_is_for(void **state)
{
    EACH_OPTION(option)
    {
        assert_non_null(option->help);
        assert_true(strlen(option->help) > 10);
        assert_true(strlen(option->name) < OPTION_NAME_BYTES);
        if (option->check)
            assert_non_null(option->remedy);
        if (option->kind == OPTION_CHOICE)
            assert_non_null(option->choices);
        if (option->kind == OPTION_TEXT || option->kind == OPTION_LIST ||
            (option->kind == OPTION_MAP && option->map->cut))
            assert_non_null(option->value);
        assert_true((option->kind == OPTION_MAP) == (option->map != NULL));
    }
}

static void every_map_says_what_it_wants(void **state)
{
    EACH_OPTION(option)
    {
        const struct option_map *map = option->map;
        if (!map)
            continue;
        assert_true(map->entry_bytes > 0);
        assert_true(option->most > 0);
        assert_non_null(map->check_name);
        assert_non_null(map->name_remedy);
        assert_non_null(map->entry_shape);
        assert_non_null(map->entry_remedy);
        assert_non_null(map->map_remedy);
        assert_true((map->cut != NULL) == (map->cut_remedy != NULL));
        assert_true((map->short_name != NULL) == (option_map_short(map) != NULL));
    }
}

static void every_number_has_a_range_and_a_default_within(void **state)
{
    EACH_OPTION(option)
    {
        uint64_t number;
        if (!option_is_number(option->kind))
            continue;
        assert_non_null(option->fallback);
        assert_true(option_read_number(option->kind, bytes_from_cstr(option->fallback), &number));
        assert_true(option->least < option->most);
        if (number != 0 || !option->zero)
            assert_in_range(number, option->least, option->most);
    }
}

static void no_two_options_share_a_name_or_a_flag(void **state)
{
    EACH_OPTION(option)
    {
        const char *flag = option->flag ? option->flag : option->name;
        assert_ptr_equal(option_find(*table, bytes_from_cstr(option->name)), option);
        assert_ptr_equal(option_find_flag(*table, bytes_from_cstr(flag)), option);
        assert_false(option_is_section(*table, bytes_from_cstr(option->name)));
    }
}

static void the_options_of_a_section_stand_together(void **state)
{
    (void)state;
    for (const struct option *option = edge_options; option[0].name && option[1].name; option++) {
        struct bytes section = option_section(option);
        if (section.length == 0 || bytes_equal(section, option_section(option + 1)))
            continue;
        for (const struct option *later = option + 1; later->name; later++)
            assert_false(bytes_equal(section, option_section(later)));
    }
}

static void dots_dashes_and_underscores_are_alike_behind_dashes(void **state)
{
    (void)state;
    const struct option *option = option_find(edge_options, BYTES("timeouts.first_byte"));
    assert_non_null(option);
    assert_ptr_equal(option_find_flag(edge_options, BYTES("timeouts.first_byte")), option);
    assert_ptr_equal(option_find_flag(edge_options, BYTES("timeouts-first-byte")), option);
    assert_null(option_find_flag(edge_options, BYTES("timeouts-first")));
    assert_null(option_find(edge_options, BYTES("timeouts.first-byte")));
}

static const char *nearest(const char *name)
{
    const struct option *option = option_nearest(edge_options, bytes_from_cstr(name));
    return option ? option->name : "";
}

static void the_nearest_option_is_found_in_any_section(void **state)
{
    (void)state;
    assert_string_equal(nearest("workrs"), "workers");
    assert_string_equal(nearest("timeouts.totl"), "timeouts.total");
    assert_string_equal(nearest("token_idle"), "timeouts.token_idle");
    assert_string_equal(nearest("core"), "cores");
    assert_string_equal(nearest("rate_limits_of_tenants"), "");
}

int main(void)
{
    const struct option *tables[TABLES + 1] = {NULL};
    collect(tables, edge_options);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_option_says_what_it_is_for, tables),
        cmocka_unit_test_prestate(every_map_says_what_it_wants, tables),
        cmocka_unit_test_prestate(every_number_has_a_range_and_a_default_within, tables),
        cmocka_unit_test_prestate(no_two_options_share_a_name_or_a_flag, tables),
        cmocka_unit_test(the_options_of_a_section_stand_together),
        cmocka_unit_test(dots_dashes_and_underscores_are_alike_behind_dashes),
        cmocka_unit_test(the_nearest_option_is_found_in_any_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
