/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tests/test.h"
#include "tests/unit/store/store_world.h"

#define TODAY 20700

/* "day tenant key model requests/prompt/cached/answer/money/saved" for each row. */
struct lines {
    char text[2048];
    size_t length;
};

static bool write_line(void *user, const struct store_usage *usage)
{
    struct lines *lines = user;
    int length =
        snprintf(lines->text + lines->length, sizeof lines->text - lines->length,
                 "%u %.*s %.*s %.*s %llu/%llu/%llu/%llu/%llu/%llu\n", usage->day,
                 (int)usage->tenant.length, usage->tenant.at, (int)usage->key.length, usage->key.at,
                 (int)usage->model.length, usage->model.at, (unsigned long long)usage->requests,
                 (unsigned long long)usage->prompt_tokens, (unsigned long long)usage->cached_tokens,
                 (unsigned long long)usage->answer_tokens, (unsigned long long)usage->nusd,
                 (unsigned long long)usage->saved_nusd);
    lines->length += (size_t)length;
    return true;
}

static void assert_report(struct store *store, const struct store_report *report,
                          const char *wanted)
{
    struct lines lines = {.length = 0};
    assert_stored(store, store_usage_report(store, report, write_line, &lines));
    assert_string_equal(lines.text, wanted);
}

static struct store_usage usage_of(uint32_t day, const char *tenant, const char *key,
                                   const char *model)
{
    return (struct store_usage){.day = day,
                                .tenant = bytes_from_cstr(tenant),
                                .key = bytes_from_cstr(key),
                                .model = bytes_from_cstr(model),
                                .requests = 1,
                                .prompt_tokens = 100,
                                .cached_tokens = 10,
                                .answer_tokens = 20,
                                .nusd = 3,
                                .saved_nusd = 2};
}

static void add_week(struct store *store)
{
    const struct store_usage rows[] = {
        usage_of(TODAY - 1, "red", "ann", "small"), usage_of(TODAY, "red", "ann", "small"),
        usage_of(TODAY, "red", "ann", "large"),     usage_of(TODAY, "red", "bob", "small"),
        usage_of(TODAY, "blue", "eve", "small"),
    };
    assert_stored(store, store_usage_add(store, rows, sizeof rows / sizeof rows[0]));
}

static void usage_adds_up(void **state)
{
    struct store_world world;
    struct store_report all = {.by = 15, .first_day = TODAY, .last_day = TODAY};
    struct store_usage row = usage_of(TODAY, "red", "ann", "small");
    store_world_begin(&world, 1);
    assert_stored(world.store, store_usage_add(world.store, &row, 1));
    assert_stored(world.store, store_usage_add(world.store, &row, 1));
    assert_report(world.store, &all, "20700 red ann small 2/200/20/40/6/4\n");
    store_world_close(&world);
}

static void a_report_is_by_what_one_asks(void **state)
{
    struct store_world world;
    struct store_report report = {.first_day = TODAY - 1, .last_day = TODAY};
    store_world_begin(&world, 1);
    add_week(world.store);
    assert_report(world.store, &report, "0    5/500/50/100/15/10\n");
    report.by = STORE_BY_DAY;
    assert_report(world.store, &report, "20699    1/100/10/20/3/2\n20700    4/400/40/80/12/8\n");
    report.by = STORE_BY_TENANT;
    assert_report(world.store, &report, "0 blue   1/100/10/20/3/2\n0 red   4/400/40/80/12/8\n");
    report.by = STORE_BY_KEY | STORE_BY_MODEL;
    assert_report(world.store, &report,
                  "0  ann large 1/100/10/20/3/2\n0  ann small 2/200/20/40/6/4\n"
                  "0  bob small 1/100/10/20/3/2\n0  eve small 1/100/10/20/3/2\n");
    store_world_close(&world);
}

static void a_report_is_of_what_one_asks(void **state)
{
    struct store_world world;
    struct store_report report = {.first_day = TODAY, .last_day = TODAY, .tenant = BYTES("red")};
    store_world_begin(&world, 1);
    add_week(world.store);
    assert_report(world.store, &report, "0    3/300/30/60/9/6\n");
    report.key = BYTES("ann");
    assert_report(world.store, &report, "0    2/200/20/40/6/4\n");
    report.model = BYTES("large");
    assert_report(world.store, &report, "0    1/100/10/20/3/2\n");
    report.tenant = BYTES("' OR ''='");
    assert_report(world.store, &report, "");
    store_world_close(&world);
}

/* One absurd price must not keep usage from being written or read. */
static void sums_stop_at_the_most_there_is(void **state)
{
    struct store_world world;
    struct store_report report = {.first_day = TODAY, .last_day = TODAY};
    struct store_usage rows[] = {usage_of(TODAY, "red", "ann", "small"),
                                 usage_of(TODAY, "red", "ann", "large")};
    rows[0].nusd = rows[1].nusd = UINT64_MAX;
    store_world_begin(&world, 1);
    for (unsigned i = 0; i < 3; i++)
        assert_stored(world.store, store_usage_add(world.store, rows, 2));
    assert_report(world.store, &report, "0    6/600/60/120/9223372036854775807/12\n");
    store_world_close(&world);
}

static void odd_names_do_not_keep_a_batch_from_being_stored(void **state)
{
    struct store_world world;
    static char long_name[STORE_USAGE_NAME_BYTES + 9];
    struct store_report report = {.by = STORE_BY_KEY, .first_day = TODAY, .last_day = TODAY};
    struct store_usage rows[] = {usage_of(TODAY, "red", "a\nb\xff\xc3\xa9", "small"),
                                 usage_of(TODAY, "red", "ann", "")};
    memset(long_name, 'x', sizeof long_name);
    rows[1].model = bytes_of(long_name, sizeof long_name);
    store_world_begin(&world, 1);
    assert_stored(world.store, store_usage_add(world.store, rows, 2));
    assert_report(world.store, &report,
                  "0  a?b?\xc3\xa9  1/100/10/20/3/2\n0  ann  1/100/10/20/3/2\n");
    report.model = bytes_of(long_name, STORE_USAGE_NAME_BYTES);
    assert_report(world.store, &report, "0  ann  1/100/10/20/3/2\n");
    store_world_close(&world);
}

static bool stop(void *user, const struct store_usage *usage)
{
    (void)usage;
    ++*(unsigned *)user;
    return false;
}

static void a_report_can_be_stopped(void **state)
{
    struct store_world world;
    struct store_report report = {.by = STORE_BY_KEY, .first_day = 0, .last_day = TODAY};
    unsigned rows = 0;
    store_world_begin(&world, 1);
    add_week(world.store);
    assert_status(world.store, store_usage_report(world.store, &report, stop, &rows),
                  STORE_STOPPED);
    assert_int_equal(rows, 1);
    store_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_adds_up),
        cmocka_unit_test(a_report_is_by_what_one_asks),
        cmocka_unit_test(a_report_is_of_what_one_asks),
        cmocka_unit_test(sums_stop_at_the_most_there_is),
        cmocka_unit_test(odd_names_do_not_keep_a_batch_from_being_stored),
        cmocka_unit_test(a_report_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
