/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <errno.h>

#include "base/random.h"
#include "tests/test.h"

static void assert_holds(const struct buffer *buffer, const char *text)
{
    struct bytes held = buffer_bytes(buffer);
    assert_int_equal(held.length, strlen(text));
    assert_memory_equal(held.at, text, held.length);
}

static void a_zeroed_buffer_is_empty_and_usable(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    assert_holds(&buffer, "");
    assert_int_equal(buffer_append(&buffer, BYTES("abc")), 0);
    assert_holds(&buffer, "abc");
    buffer_clear(&buffer);
    assert_holds(&buffer, "");
    buffer_clear(&buffer);
}

static void appends_at_the_end_and_consumes_at_the_front(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append(&buffer, BYTES("hello "));
    buffer_append(&buffer, BYTES("world"));
    buffer_consume(&buffer, 6);
    assert_holds(&buffer, "world");
    assert_int_equal(buffer_append_format(&buffer, " %d%%", 100), 0);
    assert_holds(&buffer, "world 100%");
    buffer_consume(&buffer, 10);
    assert_holds(&buffer, "");
    buffer_clear(&buffer);
}

static void the_limit_counts_bytes_held_not_bytes_seen(void **state)
{
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 4, NULL);
    assert_int_equal(buffer_append(&buffer, BYTES("abcd")), 0);
    assert_int_equal(buffer_append(&buffer, BYTES("e")), -ENOBUFS);
    assert_int_equal(buffer_append_format(&buffer, "%d", 1), -ENOBUFS);
    assert_holds(&buffer, "abcd");

    buffer_consume(&buffer, 2);
    assert_int_equal(buffer_append_format(&buffer, "%d", 12), 0);
    assert_holds(&buffer, "cd12");
    buffer_clear(&buffer);
}

static void a_refused_append_leaves_all_as_it_was(void **state)
{
    (void)state;
    struct memory_budget budget;
    struct buffer buffer;
    memory_budget_init(&budget, 300);
    buffer_init(&buffer, 0, &budget);
    buffer_append(&buffer, BYTES("abc"));
    uint64_t used = memory_budget_used(&budget);

    char *at = NULL;
    assert_int_equal(buffer_reserve(&buffer, 1000, &at), -ENOMEM);
    assert_int_equal(buffer_reserve(&buffer, SIZE_MAX, &at), -ENOMEM);
    assert_null(at);
    assert_holds(&buffer, "abc");
    assert_int_equal(memory_budget_used(&budget), used);
    buffer_clear(&buffer);
    assert_int_equal(memory_budget_used(&budget), 0);
}

static void only_what_is_committed_is_held(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    char *at;
    assert_int_equal(buffer_reserve(&buffer, 100, &at), 0);
    memcpy(at, "abc", 3);
    buffer_commit(&buffer, 3);
    assert_holds(&buffer, "abc");
    buffer_clear(&buffer);
}

static void truncating_forgets_the_end(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append(&buffer, BYTES("abcdef"));
    buffer_consume(&buffer, 1);
    buffer_truncate(&buffer, 3);
    assert_holds(&buffer, "bcd");
    buffer_clear(&buffer);
}

static void a_buffer_used_as_a_queue_stays_small(void **state)
{
    (void)state;
    struct buffer buffer;
    struct random random;
    buffer_init(&buffer, 1000, NULL);
    random_init(&random, 1);
    unsigned char next_in = 0, next_out = 0;

    for (int round = 0; round < 10000; round++) {
        char *at;
        size_t more = random_below(&random, 1000 - buffer.length + 1);
        assert_int_equal(buffer_reserve(&buffer, more, &at), 0);
        for (size_t i = 0; i < more; i++)
            at[i] = (char)next_in++;
        buffer_commit(&buffer, more);

        size_t less = random_below(&random, buffer.length + 1);
        for (size_t i = 0; i < less; i++)
            assert_int_equal((unsigned char)buffer_bytes(&buffer).at[i], next_out++);
        buffer_consume(&buffer, less);
    }
    assert_true(buffer.capacity <= 4096);
    buffer_clear(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_buffer_is_empty_and_usable),
        cmocka_unit_test(appends_at_the_end_and_consumes_at_the_front),
        cmocka_unit_test(the_limit_counts_bytes_held_not_bytes_seen),
        cmocka_unit_test(a_refused_append_leaves_all_as_it_was),
        cmocka_unit_test(only_what_is_committed_is_held),
        cmocka_unit_test(truncating_forgets_the_end),
        cmocka_unit_test(a_buffer_used_as_a_queue_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
