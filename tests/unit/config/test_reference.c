/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "config/edge_options.h"
#include "config/reference.h"
#include "tests/test.h"

#define PAGE_BYTES (256 * 1024)

/* The state of this one is the path of the committed page. */
static void the_committed_page_is_what_the_table_says(void **state)
{
    static char page[PAGE_BYTES];
    struct buffer made = {0};
    FILE *file = fopen(*state, "rb");
    assert_non_null(file);
    size_t length = fread(page, 1, sizeof page, file);
    fclose(file);

    assert_int_equal(config_reference_edge(&made), 0);
    if (!bytes_equal(bytes_of(page, length), buffer_bytes(&made)))
        print_error("make it again: build/isthmus help --markdown > docs/configuration.md\n");
    assert_true(bytes_equal(bytes_of(page, length), buffer_bytes(&made)));
    buffer_clear(&made);
}

static void help_names_every_option(void **state)
{
    (void)state;
    struct buffer help = {0};
    assert_int_equal(config_help_edge(&help), 0);
    for (const struct option *option = edge_options; option->name; option++)
        assert_true(bytes_find(buffer_bytes(&help), bytes_from_cstr(option->help)) >= 0);
    assert_true(bytes_find(buffer_bytes(&help), BYTES("  --timeouts.first-byte duration")) >= 0);
    assert_true(bytes_find(buffer_bytes(&help), BYTES("  --core [NAME=]URL")) >= 0);
    buffer_clear(&help);
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(the_committed_page_is_what_the_table_says, arguments[1]),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
