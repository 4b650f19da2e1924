/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <string.h>

#include "cli/csv.h"
#include "cli/table.h"

static const struct table_column columns[] = {
    {"NAME", TABLE_LEFT}, {"RPM", TABLE_RIGHT}, {"MODELS", TABLE_LEFT}};

static const char *text_of(struct buffer *text)
{
    assert_int_equal(buffer_append(text, bytes_of("", 1)), 0);
    return buffer_bytes(text).at;
}

static void add_row(struct table *table, const char *name, const char *rpm, const char *models)
{
    table_add(table, bytes_from_cstr(name));
    table_add_format(table, "%s", rpm);
    table_add(table, bytes_from_cstr(models));
}

static void print(struct table *table, struct buffer *text)
{
    buffer_init(text, 0, NULL);
    struct printer out = {.out = text};
    table_print(table, &out);
    assert_int_equal(out.status, 0);
    table_clear(table);
}

static void columns_are_as_wide_as_what_stands_in_them(void **state)
{
    struct table table;
    struct buffer text;
    table_init(&table, columns, 3);
    add_row(&table, "a", "600", "*");
    add_row(&table, "búho", "-", "");
    print(&table, &text);
    assert_string_equal(text_of(&text), "NAME  RPM  MODELS\n"
                                        "a     600  *\n"
                                        "búho    -  \n");
    buffer_clear(&text);
}

static void a_table_of_no_rows_is_its_titles(void **state)
{
    struct table table;
    struct buffer text;
    table_init(&table, columns, 3);
    print(&table, &text);
    assert_string_equal(text_of(&text), "NAME  RPM  MODELS\n");
    buffer_clear(&text);
}

/* Characters of the widest line. */
static size_t width_of(const char *text)
{
    size_t widest = 0, width = 0;
    for (; *text; text++) {
        width = *text == '\n' ? 0 : width + (((unsigned char)*text & 0xc0) != 0x80);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void long_texts_are_cut_to_80_columns_the_longest_first(void **state)
{
    struct table table;
    struct buffer text;
    char name[129] = "", models[400] = "";
    memset(name, 'n', 60);
    for (size_t i = 0; i < 100; i++)
        memcpy(models + 2 * i, "ü", 2);
    table_init(&table, columns, 3);
    add_row(&table, name, "12345678901234567890", models);
    add_row(&table, "short", "1", "*");
    print(&table, &text);
    const char *page = text_of(&text);
    assert_int_equal(width_of(page), TABLE_WIDTH);
    assert_non_null(strstr(page, "n...  12345678901234567890  ü"));
    assert_non_null(strstr(page, "ü...\n"));
    assert_non_null(strstr(page, "short  "));
    buffer_clear(&text);
}

static void numbers_are_never_cut(void **state)
{
    static const struct table_column numbers[] = {{"A", TABLE_RIGHT}, {"B", TABLE_RIGHT}};
    struct table table;
    struct buffer text;
    char number[60] = "";
    memset(number, '7', 59);
    table_init(&table, numbers, 2);
    table_add(&table, bytes_from_cstr(number));
    table_add(&table, bytes_from_cstr(number));
    print(&table, &text);
    assert_int_equal(width_of(text_of(&text)), 59 + 2 + 59);
    buffer_clear(&text);
}

static void assert_csv(const char *cell, const char *expected)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer out = {.out = &text};
    csv_print_text(&out, bytes_from_cstr(cell));
    assert_string_equal(text_of(&text), expected);
    buffer_clear(&text);
}

static void csv_quotes_what_needs_it(void **state)
{
    assert_csv("alice", "alice");
    assert_csv("", "");
    assert_csv("a b", "\"a b\"");
    assert_csv("a,b", "\"a,b\"");
    assert_csv("say \"hi\"", "\"say \"\"hi\"\"\"");
    assert_csv("\"", "\"\"\"\"");
    assert_csv("a\nb", "\"a\nb\"");
}

static void csv_disarms_what_a_spreadsheet_would_calculate(void **state)
{
    assert_csv("=1+1", "'=1+1");
    assert_csv("+1", "'+1");
    assert_csv("-1", "'-1");
    assert_csv("@SUM(A1)", "'@SUM(A1)");
    assert_csv("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    assert_csv("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    assert_csv("\tx", "\"'\tx\"");
    assert_csv("a=1", "a=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_what_stands_in_them),
        cmocka_unit_test(a_table_of_no_rows_is_its_titles),
        cmocka_unit_test(long_texts_are_cut_to_80_columns_the_longest_first),
        cmocka_unit_test(numbers_are_never_cut),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(csv_disarms_what_a_spreadsheet_would_calculate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
