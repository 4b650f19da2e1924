/* SPDX-License-Identifier: Apache-2.0 */
#include "route/model_table.h"

#include <stdio.h>

#include "tests/test.h"

enum { A, B, C, CORES };
#define ON(core) (UINT64_C(1) << (core))

static int set_up(void **state)
{
    static struct model_table table;
    model_table_init(&table, CORES);
    *state = &table;
    return 0;
}

static int tear_down(void **state)
{
    model_table_clear(*state);
    return 0;
}

static void list(struct model_table *table, size_t core, const char *first, const char *second)
{
    const struct bytes ids[] = {bytes_from_cstr(first), bytes_from_cstr(second)};
    assert_int_equal(model_table_set(table, core, ids, second ? 2 : first ? 1 : 0), 0);
}

static void expect(const struct model_table *table, const char *name, uint64_t having,
                   uint64_t unknown)
{
    struct model_cores cores = model_table_find(table, bytes_from_cstr(name));
    assert_int_equal(cores.having, having);
    assert_int_equal(cores.unknown, unknown);
    assert_int_equal(model_is_absent(cores), having == 0 && unknown == 0);
}

static void before_any_list_every_core_may_have_it(void **state)
{
    expect(*state, "llama", 0, ON(A) | ON(B) | ON(C));
}

static void a_list_says_what_its_core_has_and_what_not(void **state)
{
    list(*state, A, "llama", "qwen");
    list(*state, B, "qwen", NULL);
    expect(*state, "llama", ON(A), ON(C));
    expect(*state, "qwen", ON(A) | ON(B), ON(C));
    expect(*state, "gpt", 0, ON(C));
}

static void a_model_is_absent_once_every_list_lacks_it(void **state)
{
    list(*state, A, "llama", NULL);
    list(*state, B, "llama", NULL);
    expect(*state, "qwen", 0, ON(C));
    list(*state, C, NULL, NULL);
    expect(*state, "qwen", 0, 0);
}

static void a_name_without_its_tag_means_the_latest(void **state)
{
    list(*state, A, "llama:latest", "qwen:7b");
    list(*state, B, "llama", ":latest");
    list(*state, C, NULL, NULL);
    expect(*state, "llama", ON(A) | ON(B), 0);
    expect(*state, "llama:latest", ON(A), 0);
    expect(*state, "qwen", 0, 0);
    expect(*state, "", 0, 0);
}

static void a_new_list_replaces_the_old_one(void **state)
{
    list(*state, A, "llama", "qwen");
    list(*state, A, "gemma", NULL);
    expect(*state, "gemma", ON(A), ON(B) | ON(C));
    expect(*state, "llama", 0, ON(B) | ON(C));
}

static void what_is_forgotten_is_unknown_again(void **state)
{
    list(*state, A, "llama", NULL);
    list(*state, B, NULL, NULL);
    list(*state, C, NULL, NULL);
    model_table_forget(*state, A);
    expect(*state, "llama", 0, ON(A));
    expect(*state, "whatever", 0, ON(A));
    list(*state, A, "llama", NULL);
    expect(*state, "llama", ON(A), 0);
    expect(*state, "whatever", 0, 0);
}

static void each_core_may_know_it_by_another_name(void **state)
{
    const struct bytes names[CORES] = {BYTES("llama"), BYTES("llama-fp8"), {0}};
    const struct bytes only_c[CORES] = {{0}, {0}, BYTES("llama")};
    list(*state, A, "llama", NULL);
    struct model_cores cores = model_table_find_each(*state, names);
    assert_int_equal(cores.having, ON(A));
    assert_int_equal(cores.unknown, ON(B));

    list(*state, B, "llama", NULL); /* under that name it was not asked for */
    cores = model_table_find_each(*state, names);
    assert_int_equal(cores.having, ON(A));
    assert_int_equal(cores.unknown, 0);

    list(*state, C, "qwen", NULL);
    assert_true(model_is_absent(model_table_find_each(*state, only_c)));
}

static void ids_are_any_bytes_and_may_come_twice(void **state)
{
    const struct bytes ids[] = {BYTES(""), BYTES("a\0b"), BYTES("a\0b"), BYTES("\xff")};
    assert_int_equal(model_table_set(*state, A, ids, 4), 0);
    struct model_cores cores = model_table_find(*state, BYTES("a\0b"));
    assert_int_equal(cores.having, ON(A));
    expect(*state, "", ON(A), ON(B) | ON(C));
    expect(*state, "a", 0, ON(B) | ON(C));
}

static void many_models_are_all_found(void **state)
{
    enum { COUNT = 1000 };
    static char text[COUNT][16];
    struct bytes ids[COUNT];
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(text[i], sizeof text[i], "model-%d", i);
        ids[i] = bytes_from_cstr(text[i]);
    }
    assert_int_equal(model_table_set(*state, A, ids, COUNT), 0);
    assert_int_equal(model_table_set(*state, B, ids, COUNT / 2), 0);
    for (int i = 0; i < COUNT; i++)
        expect(*state, text[i], i < COUNT / 2 ? ON(A) | ON(B) : ON(A), ON(C));
    expect(*state, "model-1000", 0, ON(C));
}

static void sixty_four_cores_are_all_counted(void **state)
{
    (void)state;
    struct model_table table;
    model_table_init(&table, CORE_TABLE_LIMIT);
    list(&table, 63, "llama", NULL);
    expect(&table, "llama", ON(63), UINT64_MAX >> 1);
    model_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(before_any_list_every_core_may_have_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_says_what_its_core_has_and_what_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_model_is_absent_once_every_list_lacks_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_name_without_its_tag_means_the_latest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_list_replaces_the_old_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_forgotten_is_unknown_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_core_may_know_it_by_another_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_are_any_bytes_and_may_come_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_models_are_all_found, set_up, tear_down),
        cmocka_unit_test(sixty_four_cores_are_all_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
