/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "cli/flag.h"

#define ARGUMENT_LIMIT 8

struct target {
    char said[128]; /* "name=value;" of each flag */
};

static const char *note(void *user, const struct flag *flag, struct bytes value)
{
    struct target *target = user;
    if (bytes_equal(value, BYTES("wrong")))
        return "is wrong";
    size_t length = strlen(target->said);
    snprintf(target->said + length, sizeof target->said - length, "%s=%.*s;", flag->name,
             (int)value.length, value.at ? value.at : "");
    return NULL;
}

static const struct flag flags[] = {
    {.name = "budget_usd_day",
     .value = "USD",
     .help = "Money.",
     .remedy = "write dollars",
     .read = note},
    {.name = "label",
     .value = "NAME=VALUE",
     .help = "A label.",
     .read = note,
     .is_repeatable = true},
    {.name = "json", .help = "As JSON.", .read = note},
    {.name = "config", .letter = 'c', .value = "FILE", .help = "A file.", .read = note},
};

struct reading {
    struct target target;
    struct buffer text;
    struct printer message;
    struct flag_line line;
    bool is_fine;
};

static void read_line(struct reading *reading, const char *const *arguments)
{
    char *given[ARGUMENT_LIMIT];
    int count = 0;
    for (; arguments[count]; count++)
        given[count] = (char *)(uintptr_t)arguments[count];
    *reading = (struct reading){.message.out = &reading->text};
    buffer_init(&reading->text, 0, NULL);
    reading->line = (struct flag_line){.command = "isthmus keys add",
                                       .flags = flags,
                                       .flag_count = sizeof flags / sizeof *flags,
                                       .word_limit = 1,
                                       .target = &reading->target,
                                       .message = &reading->message};
    reading->is_fine = flag_line_read(&reading->line, count, given);
}

static void assert_reads(const char *const *arguments, const char *said, const char *word)
{
    struct reading reading;
    read_line(&reading, arguments);
    assert_int_equal(reading.text.length, 0);
    assert_true(reading.is_fine);
    assert_string_equal(reading.target.said, said);
    assert_int_equal(reading.line.word_count, word != NULL);
    if (word)
        assert_string_equal(reading.line.words[0], word);
    buffer_clear(&reading.text);
}

static void assert_refuses(const char *const *arguments, const char *message)
{
    struct reading reading;
    read_line(&reading, arguments);
    assert_false(reading.is_fine);
    assert_int_equal(buffer_append(&reading.text, bytes_of("", 1)), 0);
    assert_string_equal(buffer_bytes(&reading.text).at, message);
    buffer_clear(&reading.text);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void values_stand_behind_a_flag_or_behind_equals(void **state)
{
    assert_reads(ARGUMENTS("a", "--budget-usd-day", "5", "--json"), "budget_usd_day=5;json=;", "a");
    assert_reads(ARGUMENTS("--budget_usd_day=5", "a"), "budget_usd_day=5;", "a");
    assert_reads(ARGUMENTS("--label=team=search", "--label", "env=prod"),
                 "label=team=search;label=env=prod;", NULL);
    assert_reads(ARGUMENTS("-c", "isthmus.yaml"), "config=isthmus.yaml;", NULL);
    assert_reads(ARGUMENTS("-", "--label=-x"), "label=-x;", "-");
    assert_reads(ARGUMENTS("--json", "--", "--json"), "json=;", "--json");
}

static void a_typo_is_told_what_was_meant(void **state)
{
    assert_refuses(ARGUMENTS("--buget-usd-day", "5"),
                   "isthmus keys add: there is no option --buget-usd-day\n"
                   "  did you mean --budget-usd-day?\n");
    assert_refuses(ARGUMENTS("--nothing-like-it=7"),
                   "isthmus keys add: there is no option --nothing-like-it\n"
                   "  all options: isthmus keys add --help\n");
    assert_refuses(ARGUMENTS("-x"), "isthmus keys add: there is no option -x\n"
                                    "  all options: isthmus keys add --help\n");
}

static void what_a_flag_takes_is_told(void **state)
{
    assert_refuses(ARGUMENTS("--budget-usd-day"),
                   "isthmus keys add: --budget-usd-day: needs a value\n  Money.\n");
    assert_refuses(ARGUMENTS("--budget-usd-day", "--json"),
                   "isthmus keys add: --budget-usd-day: needs a value\n  Money.\n");
    assert_refuses(ARGUMENTS("--json=yes"),
                   "isthmus keys add: --json: takes no value\n  As JSON.\n");
    assert_refuses(ARGUMENTS("--budget-usd-day", "wrong"),
                   "isthmus keys add: --budget-usd-day: \"wrong\" is wrong\n  write dollars\n");
    assert_refuses(ARGUMENTS("--json", "--json"),
                   "isthmus keys add: --json: given twice\n  keep one\n");
}

static void a_word_too_many_is_refused_and_not_repeated(void **state)
{
    assert_refuses(ARGUMENTS("a", "sk-a-secret"),
                   "isthmus keys add: more than 1 word\n"
                   "  options begin with two dashes; what has spaces in it stands in quotes\n");
}

static void a_secret_behind_an_unknown_flag_is_not_repeated(void **state)
{
    assert_refuses(ARGUMENTS("--secret=sk-a-secret"),
                   "isthmus keys add: there is no option --secret\n"
                   "  all options: isthmus keys add --help\n");
}

static void all_mistakes_are_told_at_once(void **state)
{
    struct reading reading;
    read_line(&reading, ARGUMENTS("--jsn", "--budget-usd-day", "wrong", "--label"));
    assert_int_equal(reading.line.problem_count, 3);
    buffer_clear(&reading.text);
}

static void the_help_is_the_table(void **state)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer page = {.out = &text};
    flag_print_help(&page, flags, sizeof flags / sizeof *flags);
    assert_int_equal(buffer_append(&text, bytes_of("", 1)), 0);
    assert_string_equal(buffer_bytes(&text).at, "  --budget-usd-day USD\n      Money.\n"
                                                "  --label NAME=VALUE\n      A label.\n"
                                                "  --json\n      As JSON.\n"
                                                "  -c, --config FILE\n      A file.\n");
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_behind_a_flag_or_behind_equals),
        cmocka_unit_test(a_typo_is_told_what_was_meant),
        cmocka_unit_test(what_a_flag_takes_is_told),
        cmocka_unit_test(a_word_too_many_is_refused_and_not_repeated),
        cmocka_unit_test(a_secret_behind_an_unknown_flag_is_not_repeated),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(the_help_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
