/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <string.h>

#include "cli/command.h"
#include "cli/keys/request.h"
#include "cli/keys/trait.h"

#define ARGUMENT_LIMIT 24

static const struct keys_verb add = {
    .name = "add", .bit = KEYS_ADD, .word = "NAME", .needs_word = true, .about = "About add."};
static const struct keys_verb set = {.name = "set", .bit = KEYS_SET, .word = "NAME"};
static const struct keys_verb list = {.name = "list", .bit = KEYS_LIST};
static const struct keys_verb rotate = {
    .name = "rotate", .bit = KEYS_ROTATE, .word = "NAME", .needs_word = true};

struct reading {
    struct keys_request request;
    struct buffer text;
    bool is_fine;
};

static void read_request(struct reading *reading, const struct keys_verb *verb,
                         const char *const *arguments)
{
    char *given[ARGUMENT_LIMIT];
    int count = 0;
    for (; arguments[count]; count++)
        given[count] = (char *)(uintptr_t)arguments[count];
    *reading = (struct reading){.request = {.verb = verb, .desk.command = "isthmus keys"}};
    buffer_init(&reading->text, 0, NULL);
    struct printer message = {.out = &reading->text};
    sheet_init(&reading->request.sheet, 1000);
    reading->is_fine = keys_request_read(&reading->request, count, given, &message);
}

static void clear(struct reading *reading)
{
    sheet_clear(&reading->request.sheet);
    buffer_clear(&reading->text);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_bytes(struct bytes text, const char *expected)
{
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.at, expected, text.length);
}

static const char *text_of(struct buffer *text)
{
    assert_int_equal(buffer_append(text, bytes_of("", 1)), 0);
    return buffer_bytes(text).at;
}

static void assert_refuses(const struct keys_verb *verb, const char *const *arguments,
                           const char *message)
{
    struct reading reading;
    read_request(&reading, verb, arguments);
    assert_false(reading.is_fine);
    assert_string_equal(text_of(&reading.text), message);
    clear(&reading);
}

static void every_trait_is_a_flag_of_add(void **state)
{
    struct reading reading;
    read_request(&reading, &add,
                 ARGUMENTS("alice", "--tenant", "t", "--rpm", "600", "--tpm=100000",
                           "--concurrency", "8", "--budget-usd-day", ".5", "--budget-usd-month",
                           "50", "--models", "llama-*, qwen", "--routes=/v1/chat/*", "--class",
                           "realtime", "--data-dir", "data", "--label", "team=search"));
    const struct store_key *key = &reading.request.sheet.key;
    assert_true(reading.is_fine);
    assert_int_equal(reading.text.length, 0);
    assert_string_equal(reading.request.word, "alice");
    assert_string_equal(reading.request.desk.data_dir, "data");
    assert_bytes(key->tenant, "t");
    assert_int_equal(key->limits.requests_per_minute, 600);
    assert_int_equal(key->limits.tokens_per_minute, 100000);
    assert_int_equal(key->limits.concurrency, 8);
    assert_int_equal(key->limits.day_nusd, 500000000);
    assert_true(key->limits.month_nusd == UINT64_C(50000000000));
    assert_bytes(key->models, "llama-*,qwen");
    assert_bytes(key->routes, "/v1/chat/*");
    assert_bytes(key->service_class, "realtime");
    assert_bytes(key->labels, "team=search");
    clear(&reading);
}

static void lists_grow_with_each_flag(void **state)
{
    struct reading reading;
    read_request(&reading, &add,
                 ARGUMENTS("a", "--label", "x=1", "--label", "y=2,z=", "--residency", "eu",
                           "--residency=us", "--models", "a", "--models", "b*"));
    assert_true(reading.is_fine);
    assert_bytes(reading.request.sheet.key.labels, "x=1,y=2,z=");
    assert_bytes(reading.request.sheet.key.regions, "eu,us");
    assert_bytes(reading.request.sheet.key.models, "a,b*");
    clear(&reading);
}

static void only_what_was_said_is_changed(void **state)
{
    struct reading reading;
    struct store_key row = {.tenant = BYTES("t"),
                            .models = BYTES("*"),
                            .limits = {.requests_per_minute = 5, .tokens_per_minute = 7}};
    read_request(&reading, &set, ARGUMENTS("a", "--rpm", "none", "--concurrency", "3"));
    assert_true(reading.is_fine);
    sheet_apply(&reading.request.sheet, &row);
    assert_int_equal(row.limits.requests_per_minute, 0);
    assert_int_equal(row.limits.tokens_per_minute, 7);
    assert_int_equal(row.limits.concurrency, 3);
    assert_bytes(row.models, "*");
    assert_bytes(row.tenant, "t");
    clear(&reading);
}

static void none_as_a_list_is_empty(void **state)
{
    struct reading reading;
    struct store_key row = {.models = BYTES("*"), .regions = BYTES("eu"), .expires_ms = 7};
    read_request(&reading, &set,
                 ARGUMENTS("a", "--models", "none", "--residency", "none", "--expires", "none"));
    assert_true(reading.is_fine);
    sheet_apply(&reading.request.sheet, &row);
    assert_int_equal(row.models.length, 0);
    assert_int_equal(row.regions.length, 0);
    assert_int_equal(row.expires_ms, 0);
    clear(&reading);
}

static void a_verb_has_its_own_flags_only(void **state)
{
    assert_refuses(&list, ARGUMENTS("--rpm", "5"),
                   "isthmus keys: there is no option --rpm\n"
                   "  all options: isthmus keys --help\n");
    assert_refuses(&add, ARGUMENTS("a", "--overlap", "10m"),
                   "isthmus keys: there is no option --overlap\n"
                   "  all options: isthmus keys --help\n");
    struct reading reading;
    read_request(&reading, &rotate, ARGUMENTS("a", "--overlap", "10m", "--key-file", "-"));
    assert_true(reading.is_fine);
    assert_int_equal(reading.request.overlap_ms, 600000);
    assert_string_equal(reading.request.key_file, "-");
    clear(&reading);
    read_request(&reading, &list, ARGUMENTS("--json", "--tenant", "t", "-c", "isthmus.yaml"));
    assert_true(reading.is_fine && reading.request.is_json);
    assert_bytes(reading.request.sheet.key.tenant, "t");
    assert_string_equal(reading.request.desk.config_file, "isthmus.yaml");
    clear(&reading);
}

static void what_no_key_can_have_is_refused_with_its_remedy(void **state)
{
    assert_refuses(&add, ARGUMENTS("a", "--rpm", "lots"),
                   "isthmus keys: --rpm: \"lots\" is no whole number\n"
                   "  write a whole number such as 600, or none for no limit (null in JSON)\n");
    assert_refuses(&add, ARGUMENTS("a", "--budget-usd-month", "$5"),
                   "isthmus keys: --budget-usd-month: \"$5\" is no amount of dollars\n"
                   "  write dollars such as 50 or 0.25, or none for no limit (null in JSON)\n");
    assert_refuses(&add, ARGUMENTS("a", "--tenant", "none\t"),
                   "isthmus keys: --tenant: \"none?\" is no name\n"
                   "  a name has 1 to 128 printable characters, no dash or ( in front, no space "
                   "at either end\n");
    assert_refuses(&add, ARGUMENTS("a", "--label", "search"),
                   "isthmus keys: --label: \"search\" is no label\n"
                   "  write NAME=VALUE, without commas (in JSON an object of strings)\n");
    assert_refuses(&rotate, ARGUMENTS("a", "--overlap", "91d"),
                   "isthmus keys: --overlap: \"91d\" is no duration up to 90d\n"
                   "  write 90s, 10m, 24h\n");
}

static void a_verb_that_needs_a_name_says_so(void **state)
{
    assert_refuses(&add, ARGUMENTS("--rpm", "5"),
                   "isthmus keys: which one?\n  isthmus keys NAME ...\n");
}

static void a_key_may_not_be_over_before_it_begins(void **state)
{
    struct keys_request request = {.desk.command = "isthmus keys add", .sheet.now_ms = 1000};
    assert_int_equal(keys_request_check_expiry(&request, 0), COMMAND_FINE);
    assert_int_equal(keys_request_check_expiry(&request, 1001), COMMAND_FINE);
    assert_int_equal(keys_request_check_expiry(&request, 1000), COMMAND_MISUSED);
}

static void the_help_of_a_verb_lists_its_flags(void **state)
{
    struct buffer text;
    buffer_init(&text, 0, NULL);
    struct printer page = {.out = &text};
    keys_request_help(&add, &page);
    const char *help = text_of(&text);
    assert_non_null(strstr(help, "Usage: isthmus keys add NAME [OPTION] ...\n\nAbout add.\n"));
    assert_non_null(strstr(help, "  --budget-usd-month USD\n"));
    assert_non_null(strstr(help, "  --label NAME=VALUE\n"));
    assert_non_null(strstr(help, "  -c, --config FILE\n"));
    assert_null(strstr(help, "--sha256"));
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_trait_is_a_flag_of_add),
        cmocka_unit_test(lists_grow_with_each_flag),
        cmocka_unit_test(only_what_was_said_is_changed),
        cmocka_unit_test(none_as_a_list_is_empty),
        cmocka_unit_test(a_verb_has_its_own_flags_only),
        cmocka_unit_test(what_no_key_can_have_is_refused_with_its_remedy),
        cmocka_unit_test(a_verb_that_needs_a_name_says_so),
        cmocka_unit_test(a_key_may_not_be_over_before_it_begins),
        cmocka_unit_test(the_help_of_a_verb_lists_its_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
