/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "cli/keys/line.h"
#include "cli/keys/row.h"

#define NOW_MS UINT64_C(1795357908123) /* 2026-11-22T14:31:48.123Z */
#define DAY_MS UINT64_C(86400000)
#define DIGITS "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

struct reading {
    struct sheet sheet;
    struct buffer text;
    bool is_read;
};

static void read_line(struct reading *reading, const char *line)
{
    const struct line_place place = {"keys.jsonl", 12};
    buffer_init(&reading->text, 0, NULL);
    struct printer message = {.out = &reading->text};
    sheet_init(&reading->sheet, NOW_MS);
    reading->is_read = line_read(bytes_from_cstr(line), &place, &reading->sheet, &message);
}

static void clear(struct reading *reading)
{
    sheet_clear(&reading->sheet);
    buffer_clear(&reading->text);
}

static const struct store_key *assert_reads(struct reading *reading, const char *line)
{
    read_line(reading, line);
    assert_int_equal(reading->text.length, 0);
    assert_true(reading->is_read);
    return &reading->sheet.key;
}

static const char *text_of(struct buffer *text)
{
    assert_int_equal(buffer_append(text, bytes_of("", 1)), 0);
    return buffer_bytes(text).at;
}

static void assert_refuses(const char *line, const char *message)
{
    struct reading reading;
    read_line(&reading, line);
    assert_string_equal(text_of(&reading.text), message);
    assert_false(reading.is_read);
    clear(&reading);
}

/* What is wrong with one value, and what to write. */
static void assert_refuses_value(const char *member, const char *problem)
{
    char line[512];
    struct reading reading;
    snprintf(line, sizeof line, "{\"name\": \"a\", %s}", member);
    read_line(&reading, line);
    const char *message = text_of(&reading.text);
    if (!strstr(message, problem))
        assert_string_equal(message, problem);
    assert_false(reading.is_read);
    clear(&reading);
}

static void assert_bytes(struct bytes text, const char *expected)
{
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.at, expected, text.length);
}

static void a_line_says_all_there_is_to_say(void **state)
{
    struct reading reading;
    const struct store_key *key = assert_reads(
        &reading,
        "{\"name\": \"a\", \"key\": \"sk-0123456789abcdef\", \"tenant\": \"t\\u00e9\","
        "\"rpm\": 600, \"tpm\": 100000, \"concurrency\": 8, \"budget_usd_day\": 0.25,"
        "\"budget_usd_month\": 50, \"models\": [\"llama-*\", \"qwen\"],"
        "\"routes\": [\"/v1/chat/*\"], \"class\": \"batch\", \"residency\": [\"eu\"],"
        "\"expires\": \"2027-06-30\", \"labels\": {\"team\": \"search\", \"env\": \"\"}}");
    assert_bytes(key->name, "a");
    assert_bytes(key->tenant, "té");
    assert_bytes(reading.sheet.secret, "sk-0123456789abcdef");
    assert_int_equal(key->limits.requests_per_minute, 600);
    assert_int_equal(key->limits.tokens_per_minute, 100000);
    assert_int_equal(key->limits.concurrency, 8);
    assert_int_equal(key->limits.day_nusd, 250000000);
    assert_true(key->limits.month_nusd == UINT64_C(50000000000));
    assert_bytes(key->models, "llama-*,qwen");
    assert_bytes(key->routes, "/v1/chat/*");
    assert_bytes(key->service_class, "batch");
    assert_bytes(key->regions, "eu");
    assert_true(key->expires_ms == UINT64_C(1814400000000)); /* when the 30th is over */
    assert_bytes(key->labels, "team=search,env=");
    assert_false(line_is_tenant(&reading.sheet));
    clear(&reading);
}

static void a_digest_may_stand_in_place_of_the_secret(void **state)
{
    struct reading reading;
    const struct store_key *key =
        assert_reads(&reading, "{\"name\": \"a\", \"sha256\": \"" DIGITS "\"}");
    assert_int_equal(key->digest[0], 0x9f);
    assert_int_equal(key->digest[31], 0x08);
    assert_null(reading.sheet.secret.at);
    clear(&reading);
    assert_refuses("{\"name\": \"a\", \"sha256\": \"" DIGITS
                   "\", \"key\": \"sk-0123456789abcdef\"}",
                   "keys.jsonl:12: says both key and sha256\n  keep the one that is right\n");
}

static void null_is_no_limit_and_an_empty_list_is_nothing(void **state)
{
    struct reading reading;
    const struct store_key *key = assert_reads(
        &reading, "{\"name\": \"a\", \"rpm\": null, \"budget_usd_day\": null, \"models\": [],"
                  "\"expires\": null, \"key\": null}");
    assert_int_equal(key->limits.requests_per_minute, 0);
    assert_int_equal(key->models.length, 0);
    assert_true(trait_is_given(&reading.sheet, "models"));
    assert_false(trait_is_given(&reading.sheet, "routes"));
    clear(&reading);
}

static void a_duration_counts_from_now_in_whole_seconds(void **state)
{
    struct reading reading;
    const struct store_key *key = assert_reads(&reading, "{\"name\": \"a\", \"expires\": \"90d\"}");
    assert_true(key->expires_ms == NOW_MS - 123 + 90 * DAY_MS);
    clear(&reading);
}

static void a_line_without_a_name_is_a_tenants(void **state)
{
    struct reading reading;
    assert_reads(&reading, "{\"tenant\": \"t\", \"tpm\": 5, \"labels\": {}}");
    assert_true(line_is_tenant(&reading.sheet));
    clear(&reading);
    assert_refuses("{\"tenant\": \"t\", \"models\": [\"*\"]}",
                   "keys.jsonl:12: a tenant has limits and labels only, and a key a \"name\"\n"
                   "  add \"name\", or take the other members out\n");
    assert_refuses("{\"rpm\": 5}", "keys.jsonl:12: says neither name nor tenant\n"
                                   "  each key has a \"name\"\n");
}

static void members_that_nobody_knows_are_refused(void **state)
{
    assert_refuses("{\"name\": \"a\", \"rmp\": 5}",
                   "keys.jsonl:12: there is no member \"rmp\"\n  did you mean \"rpm\"?\n");
    assert_refuses("{\"name\": \"a\", \"is_admin\": true}",
                   "keys.jsonl:12: there is no member \"is_admin\"\n"
                   "  docs/keys.md lists all there are\n");
    assert_refuses("{\"name\": \"a\", \"Rpm\": 5}",
                   "keys.jsonl:12: there is no member \"Rpm\"\n  did you mean \"rpm\"?\n");
    assert_refuses("{\"name\": \"a\", \"id\": 1}", "keys.jsonl:12: there is no member \"id\"\n"
                                                   "  docs/keys.md lists all there are\n");
}

static void a_member_stands_once(void **state)
{
    assert_refuses("{\"name\": \"a\", \"rpm\": 5, \"rp\\u006d\": 500000}",
                   "keys.jsonl:12: rpm: \"500000\" is the second one on this line\n"
                   "  write a whole number such as 600, or none for no limit (null in JSON)\n");
}

static void broken_json_is_told_with_its_column(void **state)
{
    assert_refuses("{\"name\": \"a\", rpm: 5}",
                   "keys.jsonl:12:15: a key in double quotes was expected\n"
                   "  write one JSON object a line\n");
    assert_refuses("[1]", "keys.jsonl:12: is no object\n"
                          "  write one JSON object a line: {\"name\": \"a\"}\n");
    struct reading reading;
    read_line(&reading, "{\"name\": \"a\"} {\"name\": \"b\"}");
    assert_false(reading.is_read);
    clear(&reading);
    read_line(&reading, "{\"name\": \"a\", \"models\": [\"a\"");
    assert_false(reading.is_read);
    clear(&reading);
}

static void values_of_another_kind_are_refused(void **state)
{
    assert_refuses("{\"name\": \"a\", \"rpm\": \"600\"}",
                   "keys.jsonl:12: rpm: \"600\" is no whole number\n"
                   "  write a whole number such as 600, or none for no limit (null in JSON)\n");
    assert_refuses_value("\"rpm\": 1.5", "\"1.5\" is no whole number");
    assert_refuses_value("\"rpm\": -1", "\"-1\" is no whole number");
    assert_refuses_value("\"rpm\": 1e3", "\"1e3\" is no whole number");
    assert_refuses_value("\"rpm\": 0", "would let nothing through");
    assert_refuses_value("\"rpm\": 18446744073709551616", "is no whole number");
    assert_refuses_value("\"rpm\": 300000001", "is too large");
    assert_refuses_value("\"concurrency\": 1000001", "is too large");
    assert_refuses_value("\"budget_usd_day\": true", "is no amount of dollars");
    assert_refuses_value("\"budget_usd_day\": 0.0000000001", "is no amount of dollars");
    assert_refuses_value("\"budget_usd_day\": 10000000000", "is too large");
    assert_refuses_value("\"budget_usd_day\": 0", "would let nothing through");
    assert_refuses_value("\"models\": \"\"", "is no model's name");
    assert_refuses_value("\"models\": [1]", "is no list of strings");
    assert_refuses_value("\"models\": [\"a*b\"]", "is no model's name");
    assert_refuses_value("\"models\": [\"a,b\"]", "is no model's name");
    assert_refuses_value("\"routes\": [\"chat\"]", "is no path");
    assert_refuses_value("\"residency\": [\"*\"]", "is no region's name");
    assert_refuses_value("\"class\": \"fast\"", "is no class");
    assert_refuses_value("\"class\": null", "is no string");
    assert_refuses_value("\"expires\": \"soon\"", "is neither a duration nor a day");
    assert_refuses_value("\"expires\": 1795357908", "is no string");
    assert_refuses_value("\"labels\": [\"a=b\"]", "is no object of strings");
    assert_refuses_value("\"labels\": {\"a\": 1}", "is no object of strings");
    assert_refuses_value("\"labels\": {\"a b\": \"c\"}", "is no label");
    assert_refuses_value("\"labels\": {\"a\": \"c,d\"}", "is no label");
    assert_refuses_value("\"sha256\": \"abc\"", "is no SHA-256");
    assert_refuses_value("\"hint\": \"longer than a hint is\"", "is too long");
}

static void names_are_printable_and_bounded(void **state)
{
    char line[400] = "{\"name\": \"";
    memset(line + strlen(line), 'n', 129);
    memcpy(line + strlen(line), "\"}", 3);
    static const char *const wrong[] = {
        "{\"name\": \"\"}",         "{\"name\": \"-x\"}",         "{\"name\": \"(operator)\"}",
        "{\"name\": \" a\"}",       "{\"name\": \"a \"}",         "{\"name\": \"a\\n\"}",
        "{\"name\": \"a\\u0000\"}", "{\"name\": \"\\u001b[2J\"}", "{\"name\": 7}",
        "{\"name\": null}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct reading reading;
        read_line(&reading, wrong[i]);
        assert_false(reading.is_read);
        clear(&reading);
    }
    struct reading reading;
    read_line(&reading, line);
    assert_false(reading.is_read);
    clear(&reading);
    assert_bytes(assert_reads(&reading, "{\"name\": \"'; DROP TABLE key; --\"}")->name,
                 "'; DROP TABLE key; --");
    clear(&reading);
}

static void no_message_repeats_a_secret(void **state)
{
    assert_refuses("{\"name\": \"a\", \"key\": \"hunter2\"}",
                   "keys.jsonl:12: key: is too short to be secret\n"
                   "  a secret has 16 to 512 visible ASCII characters; left out, one is made\n");
    assert_refuses("{\"name\": \"a\", \"key\": \"\"}",
                   "keys.jsonl:12: key: is too short to be secret\n"
                   "  a secret has 16 to 512 visible ASCII characters; left out, one is made\n");
    struct reading reading;
    read_line(&reading, "{\"name\": \"a\", \"key\": \"a secret with spaces in it\"}");
    assert_null(strstr(text_of(&reading.text), "a secret with"));
    assert_false(reading.is_read);
    clear(&reading);
}

/* Written as `export` does, read back, and written again. */
static void assert_survives(const char *line, bool is_tenant)
{
    struct reading reading, again;
    struct buffer first, second;
    buffer_init(&first, 0, NULL);
    buffer_init(&second, 0, NULL);
    struct printer out = {.out = &first}, out_again = {.out = &second};
    const struct store_key *key = assert_reads(&reading, line);
    if (is_tenant)
        row_print_tenant(key, &out);
    else
        row_print_key(key, ROW_WITH_DIGEST, &out);
    PRINT(&out, "}");
    const struct store_key *copy = assert_reads(&again, text_of(&first));
    if (is_tenant)
        row_print_tenant(copy, &out_again);
    else
        row_print_key(copy, ROW_WITH_DIGEST, &out_again);
    PRINT(&out_again, "}");
    assert_string_equal(text_of(&second), text_of(&first));
    buffer_clear(&first);
    buffer_clear(&second);
    clear(&reading);
    clear(&again);
}

static void what_is_exported_is_imported_unchanged(void **state)
{
    assert_survives("{\"name\": \"a\", \"tenant\": \"t\", \"class\": \"standard\","
                    "\"sha256\": \"" DIGITS "\"}",
                    false);
    assert_survives(
        "{\"name\": \"\\\"quoted\\\", é\", \"tenant\": \"t\", \"class\": \"batch\","
        "\"sha256\": \"" DIGITS "\", \"hint\": \"ist_ab12...\", \"rpm\": 5, \"tpm\": 7,"
        "\"concurrency\": 1, \"budget_usd_day\": 0.000000001, \"budget_usd_month\": 123.45,"
        "\"models\": [\"a\", \"b*\"], \"routes\": [\"*\"], \"residency\": [\"eu\", \"us\"],"
        "\"expires\": \"2027-01-01T00:00:00.250Z\", \"created\": \"2026-11-22T14:31:48.123Z\","
        "\"revoked\": \"2026-11-23T00:00:00Z\", \"labels\": {\"team\": \"search\", \"a\": \"\"}}",
        false);
    assert_survives("{\"tenant\": \"t\", \"rpm\": 5, \"labels\": {\"a\": \"b\"}}", true);
}

static void a_list_that_grows_too_long_is_refused(void **state)
{
    static char line[16384] = "{\"name\": \"a\", \"models\": [\"x\"";
    size_t length = strlen(line);
    for (int i = 0; i < 100; i++)
        length += (size_t)snprintf(line + length, sizeof line - length, ", \"%0100d\"", i);
    snprintf(line + length, sizeof line - length, "]}");
    struct reading reading;
    read_line(&reading, line);
    assert_non_null(strstr(text_of(&reading.text), "makes the list too long"));
    clear(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_all_there_is_to_say),
        cmocka_unit_test(a_digest_may_stand_in_place_of_the_secret),
        cmocka_unit_test(null_is_no_limit_and_an_empty_list_is_nothing),
        cmocka_unit_test(a_duration_counts_from_now_in_whole_seconds),
        cmocka_unit_test(a_line_without_a_name_is_a_tenants),
        cmocka_unit_test(members_that_nobody_knows_are_refused),
        cmocka_unit_test(a_member_stands_once),
        cmocka_unit_test(broken_json_is_told_with_its_column),
        cmocka_unit_test(values_of_another_kind_are_refused),
        cmocka_unit_test(names_are_printable_and_bounded),
        cmocka_unit_test(no_message_repeats_a_secret),
        cmocka_unit_test(what_is_exported_is_imported_unchanged),
        cmocka_unit_test(a_list_that_grows_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
