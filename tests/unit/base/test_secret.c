/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "tests/test.h"

static void is_set_only_after_setting(void **state)
{
    (void)state;
    struct secret secret = {0};
    assert_false(secret_is_set(&secret));
    assert_int_equal(secret_set(&secret, BYTES("sk-1")), 0);
    assert_true(secret_is_set(&secret));
    secret_clear(&secret);
    assert_false(secret_is_set(&secret));
    secret_clear(&secret);
}

static void equals_its_own_value_only(void **state)
{
    (void)state;
    struct secret secret = {0};
    assert_false(secret_equals(&secret, BYTES("")));
    secret_set(&secret, BYTES("sk-1"));
    assert_true(secret_equals(&secret, BYTES("sk-1")));
    assert_false(secret_equals(&secret, BYTES("sk-2")));
    assert_false(secret_equals(&secret, BYTES("rk-1")));
    assert_false(secret_equals(&secret, BYTES("sk-")));
    assert_false(secret_equals(&secret, BYTES("sk-12")));
    assert_false(secret_equals(&secret, BYTES("")));
    secret_clear(&secret);
}

static void owns_its_copy(void **state)
{
    (void)state;
    struct secret secret = {0};
    char text[] = "sk-1";
    secret_set(&secret, bytes_from_cstr(text));
    memset(text, 'x', sizeof text - 1);
    assert_true(bytes_equal(secret_reveal(&secret), BYTES("sk-1")));

    secret_set(&secret, BYTES("another"));
    assert_true(bytes_equal(secret_reveal(&secret), BYTES("another")));
    secret_clear(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_set_only_after_setting),
        cmocka_unit_test(equals_its_own_value_only),
        cmocka_unit_test(owns_its_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
