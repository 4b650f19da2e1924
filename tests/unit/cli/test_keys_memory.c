/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation fails in turn: a line is then never taken for read, a table never for printed,
 * and nothing leaks.
 */
#include "tests/test.h"

#include <string.h>

#include "cli/keys/line.h"
#include "cli/keys/row.h"
#include "cli/usage/usage_report.h"
#include "tests/failing_memory.h"

/* Whether it worked, with all that it took given back. */
typedef bool attempt_fn(void);

static unsigned fail_each_in_turn(attempt_fn *attempt)
{
    for (unsigned nth = 1;; nth++) {
        failing_memory_set(nth);
        bool has_worked = attempt();
        bool has_failed = failing_memory_has_failed();
        failing_memory_set(0);
        assert_true(has_worked != has_failed);
        if (!has_failed)
            return nth - 1;
    }
}

static bool read_a_line(void)
{
    static const char line[] =
        "{\"name\": \"a\", \"key\": \"sk-0123456789abcdef\", \"tenant\": \"t\", \"rpm\": 600,"
        "\"models\": [\"llama-*\", \"qwen\"], \"routes\": \"/v1/*\", \"class\": \"batch\","
        "\"expires\": \"2027-06-30\", \"labels\": {\"team\": \"search\", \"env\": \"\"}}";
    const struct line_place place = {"keys.jsonl", 1};
    struct buffer text = {0};
    struct printer message = {.out = &text};
    struct sheet sheet;
    sheet_init(&sheet, 0);
    bool is_read = line_read(bytes_from_cstr(line), &place, &sheet, &message);
    sheet_clear(&sheet);
    buffer_clear(&text);
    return is_read;
}

static bool keep_a_row(void)
{
    struct memory memory = {0};
    struct store_key row = {.name = BYTES("a"), .tenant = BYTES("t")}, copy;
    sheet_fill_defaults(&row);
    bool is_kept = sheet_keep(&memory, &row, &copy);
    memory_clear(&memory);
    return is_kept;
}

static bool print_a_report(void)
{
    const struct store_usage usage = {.tenant = BYTES("t"), .key = BYTES("a"), .requests = 1};
    struct buffer text = {0};
    struct usage_report report;
    usage_report_begin(&report, &text, USAGE_TABLE, STORE_BY_TENANT | STORE_BY_KEY);
    for (int i = 0; i < 50; i++)
        usage_report_add(&report, &usage);
    usage_report_end(&report);
    buffer_clear(&text);
    return report.out.status == 0;
}

static void lack_of_memory_is_never_taken_for_success(void **state)
{
    assert_true(fail_each_in_turn(read_a_line) > 20);
    assert_true(fail_each_in_turn(keep_a_row) > 5);
    assert_true(fail_each_in_turn(print_a_report) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lack_of_memory_is_never_taken_for_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
