/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <string.h>

#include "cli/date.h"
#include "cli/usage/usage_report.h"

#define ARGUMENT_LIMIT 8
#define TODAY 20779 /* 2026-11-22 */

struct reading {
    struct usage_request request;
    struct buffer text;
    bool is_fine;
};

static void read_request(struct reading *reading, const char *const *arguments)
{
    char *given[ARGUMENT_LIMIT];
    int count = 0;
    for (; arguments[count]; count++)
        given[count] = (char *)(uintptr_t)arguments[count];
    *reading = (struct reading){.request.desk.command = "isthmus usage"};
    buffer_init(&reading->text, 0, NULL);
    struct printer message = {.out = &reading->text};
    usage_request_init(&reading->request, TODAY);
    reading->is_fine = usage_request_read(&reading->request, count, given, &message);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *text_of(struct buffer *text)
{
    assert_int_equal(buffer_append(text, bytes_of("", 1)), 0);
    return buffer_bytes(text).at;
}

static void assert_refuses(const char *const *arguments, const char *message)
{
    struct reading reading;
    read_request(&reading, arguments);
    assert_false(reading.is_fine);
    assert_string_equal(text_of(&reading.text), message);
    buffer_clear(&reading.text);
}

static void it_is_of_this_month_by_key_unless_told(void **state)
{
    struct reading reading;
    read_request(&reading, ARGUMENTS("--data-dir", "data"));
    assert_true(reading.is_fine);
    assert_int_equal(reading.request.report.by, STORE_BY_TENANT | STORE_BY_KEY);
    assert_int_equal(reading.request.report.first_day, TODAY - 21);
    assert_int_equal(reading.request.report.last_day, TODAY);
    assert_int_equal(reading.request.format, USAGE_TABLE);
}

static void rows_are_by_what_is_named(void **state)
{
    struct reading reading;
    read_request(&reading, ARGUMENTS("--by", "model, day", "--csv", "--tenant=t", "--model", "m"));
    assert_true(reading.is_fine);
    assert_int_equal(reading.request.report.by, STORE_BY_MODEL | STORE_BY_DAY);
    assert_int_equal(reading.request.format, USAGE_CSV);
    assert_memory_equal(reading.request.report.tenant.at, "t", 2);
    assert_memory_equal(reading.request.report.model.at, "m", 2);
    read_request(&reading, ARGUMENTS("--by", "key", "--from", "2026-01-01", "--to=2026-01-31"));
    assert_int_equal(reading.request.report.by, STORE_BY_TENANT | STORE_BY_KEY);
    assert_int_equal(reading.request.report.last_day - reading.request.report.first_day, 30);
}

static void what_cannot_be_reported_is_refused(void **state)
{
    assert_refuses(ARGUMENTS("--by", "week"),
                   "isthmus usage: --by: \"week\" is no such list\n"
                   "  write one or more of tenant, key, model, day, with commas between\n");
    assert_refuses(ARGUMENTS("--from", "yesterday"),
                   "isthmus usage: --from: \"yesterday\" is no day\n"
                   "  write a day such as 2026-11-22 (UTC)\n");
    assert_refuses(ARGUMENTS("--from", "2026-11-22", "--to", "2026-11-21"),
                   "isthmus usage: the first day comes after the last one\n"
                   "  exchange --from and --to\n");
    assert_refuses(ARGUMENTS("--csv", "--json"),
                   "isthmus usage: --json: \"\" is one form too many\n");
    assert_refuses(ARGUMENTS("alice"),
                   "isthmus usage: more than 0 words\n"
                   "  options begin with two dashes; what has spaces in it stands in quotes\n");
}

static const struct store_usage rows[] = {
    {.day = TODAY,
     .tenant = {"t", 1},
     .key = {"=cmd|' /C calc'!A0", 18},
     .requests = 12,
     .prompt_tokens = 340,
     .cached_tokens = 20,
     .answer_tokens = 120,
     .nusd = 40000000,
     .saved_nusd = 5000000},
    {.day = TODAY, .tenant = {"t", 1}, .key = {"bob", 3}, .requests = 3, .prompt_tokens = 9},
};

static void print(struct buffer *text, enum usage_format format, unsigned by, size_t count)
{
    struct usage_report report;
    buffer_init(text, 0, NULL);
    usage_report_begin(&report, text, format, by);
    for (size_t i = 0; i < count; i++)
        usage_report_add(&report, &rows[i]);
    usage_report_end(&report);
    assert_int_equal(report.out.status, 0);
}

static void a_person_gets_a_table_with_its_sum(void **state)
{
    struct buffer text;
    print(&text, USAGE_TABLE, STORE_BY_KEY, 2);
    assert_string_equal(
        text_of(&text),
        "KEY                 REQUESTS  TOKENS IN  CACHED  TOKENS OUT   USD  SAVED\n"
        "=cmd|' /C calc'!A0        12        340      20         120  0.04  0.005\n"
        "bob                        3          9       0           0  0.00   0.00\n"
        "total                     15        349      20         120  0.04  0.005\n");
    buffer_clear(&text);
    print(&text, USAGE_TABLE, STORE_BY_DAY, 1);
    assert_string_equal(text_of(&text),
                        "DAY         REQUESTS  TOKENS IN  CACHED  TOKENS OUT   USD  SAVED\n"
                        "2026-11-22        12        340      20         120  0.04  0.005\n");
    buffer_clear(&text);
}

static void a_spreadsheet_gets_cells_that_it_does_not_run(void **state)
{
    struct buffer text;
    print(&text, USAGE_CSV, STORE_BY_DAY | STORE_BY_TENANT | STORE_BY_KEY, 2);
    assert_string_equal(
        text_of(&text),
        "day,tenant,key,requests,tokens_in,tokens_cached,tokens_out,usd,usd_saved\r\n"
        "2026-11-22,t,\"'=cmd|' /C calc'!A0\",12,340,20,120,0.04,0.005\r\n"
        "2026-11-22,t,bob,3,9,0,0,0.00,0.00\r\n");
    buffer_clear(&text);
}

static void a_program_gets_a_line_of_json_a_row(void **state)
{
    struct buffer text;
    print(&text, USAGE_JSON, STORE_BY_DAY | STORE_BY_KEY, 2);
    assert_string_equal(
        text_of(&text),
        "{\"day\": \"2026-11-22\", \"key\": \"=cmd|' /C calc'!A0\", \"requests\": 12, "
        "\"tokens_in\": 340, \"tokens_cached\": 20, \"tokens_out\": 120, \"usd\": 0.04, "
        "\"usd_saved\": 0.005}\n"
        "{\"day\": \"2026-11-22\", \"key\": \"bob\", \"requests\": 3, \"tokens_in\": 9, "
        "\"tokens_cached\": 0, \"tokens_out\": 0, \"usd\": 0.00, \"usd_saved\": 0.00}\n");
    buffer_clear(&text);
}

static void nothing_used_is_a_table_of_titles(void **state)
{
    struct buffer text;
    print(&text, USAGE_TABLE, STORE_BY_MODEL, 0);
    assert_string_equal(text_of(&text),
                        "MODEL  REQUESTS  TOKENS IN  CACHED  TOKENS OUT  USD  SAVED\n");
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_of_this_month_by_key_unless_told),
        cmocka_unit_test(rows_are_by_what_is_named),
        cmocka_unit_test(what_cannot_be_reported_is_refused),
        cmocka_unit_test(a_person_gets_a_table_with_its_sum),
        cmocka_unit_test(a_spreadsheet_gets_cells_that_it_does_not_run),
        cmocka_unit_test(a_program_gets_a_line_of_json_a_row),
        cmocka_unit_test(nothing_used_is_a_table_of_titles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
