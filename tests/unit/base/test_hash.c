/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "tests/test.h"

/* Values of the published XXH3: a stored hash must mean the same in the next release. */
static void is_the_published_xxh3(void **state)
{
    (void)state;
    assert_true(hash_bytes(BYTES(""), 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash_bytes((struct bytes){0}, 0) == UINT64_C(0x2d06800538d394c2));
}

static void content_and_seed_both_count(void **state)
{
    (void)state;
    assert_true(hash_bytes(BYTES("a"), 1) == hash_bytes(BYTES("a"), 1));
    assert_true(hash_bytes(BYTES("a"), 1) != hash_bytes(BYTES("a"), 2));
    assert_true(hash_bytes(BYTES("a"), 1) != hash_bytes(BYTES("b"), 1));
}

static void mixing_depends_on_the_order(void **state)
{
    (void)state;
    assert_true(hash_mix(hash_mix(0, 1), 2) != hash_mix(hash_mix(0, 2), 1));
    assert_true(hash_mix(0, 0) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_published_xxh3),
        cmocka_unit_test(content_and_seed_both_count),
        cmocka_unit_test(mixing_depends_on_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
