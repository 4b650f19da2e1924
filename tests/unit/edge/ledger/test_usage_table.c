/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/usage_table.h"

#include <errno.h>
#include <stdio.h>

#include "tests/failing_memory.h"
#include "tests/test.h"

#define ROWS 8

static struct store_usage one(const char *key, const char *model)
{
    return (struct store_usage){.day = 20000,
                                .tenant = BYTES("t"),
                                .key = bytes_from_cstr(key),
                                .model = bytes_from_cstr(model),
                                .requests = 1,
                                .prompt_tokens = 10,
                                .cached_tokens = 3,
                                .answer_tokens = 5,
                                .nusd = 700,
                                .saved_nusd = 7};
}

static struct usage_table opened(void)
{
    struct usage_table table;
    assert_int_equal(usage_table_init(&table, ROWS), 0);
    return table;
}

static void add(struct usage_table *table, const char *key, const char *model)
{
    struct store_usage usage = one(key, model);
    usage_table_add(table, &usage);
}

/* How many requests stand in the row of that key and model. */
static uint64_t requests_of(const struct usage_table *table, const char *key, const char *model)
{
    struct store_usage rows[ROWS];
    size_t count = usage_table_list(table, rows);
    uint64_t requests = 0;
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(rows[i].key, bytes_from_cstr(key)) &&
            bytes_equal(rows[i].model, bytes_from_cstr(model)))
            requests += rows[i].requests;
    return requests;
}

static void what_belongs_together_is_one_row(void **state)
{
    (void)state;
    struct usage_table table = opened();
    add(&table, "a", "m");
    add(&table, "a", "m");
    struct store_usage rows[ROWS];
    assert_int_equal(usage_table_list(&table, rows), 1);
    assert_int_equal(rows[0].requests, 2);
    assert_int_equal(rows[0].prompt_tokens, 20);
    assert_int_equal(rows[0].cached_tokens, 6);
    assert_int_equal(rows[0].answer_tokens, 10);
    assert_int_equal(rows[0].nusd, 1400);
    assert_int_equal(rows[0].saved_nusd, 14);
    usage_table_clear(&table);
}

static void day_tenant_key_and_model_tell_rows_apart(void **state)
{
    (void)state;
    struct usage_table table = opened();
    struct store_usage usage = one("a", "m");
    usage_table_add(&table, &usage);
    usage.day++;
    usage_table_add(&table, &usage);
    usage.tenant = BYTES("u");
    usage_table_add(&table, &usage);
    add(&table, "b", "m");
    add(&table, "a", "n");
    assert_int_equal(table.count, 5);
    usage_table_clear(&table);
}

static void names_are_not_run_together(void **state)
{
    (void)state;
    struct usage_table table = opened();
    add(&table, "ab", "c");
    add(&table, "a", "bc");
    assert_int_equal(table.count, 2);
    usage_table_clear(&table);
}

static void models_are_merged_when_rows_become_few(void **state)
{
    (void)state;
    struct usage_table table = opened();
    for (int i = 0; i < 20; i++) {
        char model[16];
        (void)snprintf(model, sizeof model, "m%d", i);
        add(&table, "a", model);
    }
    assert_int_equal(table.count, 7);
    assert_int_equal(requests_of(&table, "a", "m5"), 1);
    assert_int_equal(requests_of(&table, "a", "m6"), 0);
    assert_int_equal(requests_of(&table, "a", "*"), 14);
    add(&table, "a", "m0");
    assert_int_equal(requests_of(&table, "a", "m0"), 2);
    assert_int_equal(table.dropped, 0);
    usage_table_clear(&table);
}

static void what_fits_no_row_is_counted(void **state)
{
    (void)state;
    struct usage_table table = opened();
    for (int i = 0; i < 12; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        add(&table, key, "m");
    }
    assert_int_equal(table.count, ROWS);
    assert_int_equal(table.dropped, 4);
    usage_table_clear(&table);
}

static void moving_adds_and_empties(void **state)
{
    (void)state;
    struct usage_table into = opened(), from = opened();
    add(&into, "a", "m");
    add(&from, "a", "m");
    add(&from, "b", "m");
    from.dropped = 3;
    usage_table_move(&into, &from);
    assert_int_equal(requests_of(&into, "a", "m"), 2);
    assert_int_equal(requests_of(&into, "b", "m"), 1);
    assert_int_equal(into.dropped, 3);
    assert_int_equal(from.count, 0);
    assert_int_equal(from.dropped, 0);
    usage_table_clear(&into);
    usage_table_clear(&from);
}

static void sums_stop_at_the_greatest_number(void **state)
{
    (void)state;
    struct usage_table table = opened();
    struct store_usage usage = one("a", "m");
    usage.nusd = UINT64_MAX - 1;
    usage_table_add(&table, &usage);
    usage_table_add(&table, &usage);
    struct store_usage row;
    assert_int_equal(usage_table_list(&table, &row), 1);
    assert_true(row.nusd == UINT64_MAX);
    usage_table_clear(&table);
}

static void without_memory_requests_are_dropped_and_counted(void **state)
{
    (void)state;
    struct usage_table table;
    failing_memory_set(1);
    assert_int_equal(usage_table_init(&table, ROWS), -ENOMEM);
    table = opened();
    failing_memory_set(1);
    add(&table, "a", "m");
    assert_int_equal(requests_of(&table, "a", "*"), 1);
    failing_memory_set(1);
    add(&table, "a", "*");
    assert_int_equal(requests_of(&table, "a", "*"), 2);
    failing_memory_set(0);
    usage_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_belongs_together_is_one_row),
        cmocka_unit_test(day_tenant_key_and_model_tell_rows_apart),
        cmocka_unit_test(names_are_not_run_together),
        cmocka_unit_test(models_are_merged_when_rows_become_few),
        cmocka_unit_test(what_fits_no_row_is_counted),
        cmocka_unit_test(moving_adds_and_empties),
        cmocka_unit_test(sums_stop_at_the_greatest_number),
        cmocka_unit_test(without_memory_requests_are_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
