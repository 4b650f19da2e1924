/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include <errno.h>

#include "sim/engine/faults.h"

static void a_fault_strikes_always_never_or_as_often_as_told(void **state)
{
    struct engine_faults always = {.stall = 1000000}, never = {0}, half = {.refuse = 500000};
    unsigned struck = 0;
    struct random random;
    bool slow;

    random_init(&random, 1);
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(engine_faults_draw(&always, &random, &slow), ENGINE_FAULT_STALL);
        assert_int_equal(engine_faults_draw(&never, &random, &slow), ENGINE_FAULT_NONE);
        struck += engine_faults_draw(&half, &random, &slow) == ENGINE_FAULT_REFUSE;
        assert_false(slow);
    }
    assert_in_range(struck, 4700, 5300);
}

static void slowness_comes_with_any_other_fault(void **state)
{
    struct engine_faults faults = {.slow = 1000000, .error_503 = 1000000};
    struct random random;
    bool slow = false;

    random_init(&random, 1);
    assert_int_equal(engine_faults_draw(&faults, &random, &slow), ENGINE_FAULT_ERROR_503);
    assert_true(slow);
}

static void json_changes_only_what_it_names(void **state)
{
    struct engine_faults faults = {.stall = 5};
    const char *why = NULL;

    int r = engine_faults_read(&faults, BYTES("{\"refuse\":7,\"after_tokens\":3}"), &why);
    assert_int_equal(r, 0);
    assert_int_equal(faults.refuse, 7);
    assert_int_equal(faults.after_tokens, 3);
    assert_int_equal(faults.stall, 5);
}

static void json_that_is_wrong_changes_nothing_and_says_why(void **state)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "7",
        "{\"refuse\":7,\"nonsense\":1}",
        "{\"refuse\":-1}",
        "{\"refuse\":\"1\"}",
        "{\"refuse\":4294967296}",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct engine_faults faults = {0};
        const char *why = NULL;
        assert_int_equal(engine_faults_read(&faults, bytes_from_cstr(wrong[i]), &why), -EINVAL);
        assert_int_equal(faults.refuse, 0);
        assert_non_null(why);
    }
}

static void what_is_written_reads_back(void **state)
{
    struct engine_faults faults = {.refuse = 1, .wrong_length = 2, .slow = 3, .after_tokens = 4};
    struct engine_faults back = {0};
    struct buffer text = {0};
    const char *why = NULL;

    assert_int_equal(engine_faults_write(&faults, &text), 0);
    assert_int_equal(engine_faults_read(&back, buffer_bytes(&text), &why), 0);
    assert_memory_equal(&faults, &back, sizeof faults);
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_strikes_always_never_or_as_often_as_told),
        cmocka_unit_test(slowness_comes_with_any_other_fault),
        cmocka_unit_test(json_changes_only_what_it_names),
        cmocka_unit_test(json_that_is_wrong_changes_nothing_and_says_why),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
