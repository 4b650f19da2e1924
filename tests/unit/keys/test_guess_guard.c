/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/guess_guard.h"

#include <errno.h>

#include "tests/test.h"

#define SECOND UINT64_C(1000000000)
#define HERE BYTES("\x0a\x00\x00\x01")
#define THERE BYTES("\x0a\x00\x00\x02")

/* One a second, three at once, at most 2 s of delay for at most 2 of them. */
static struct guess_guard *open_guard(size_t addresses)
{
    struct guess_guard *guard;
    const struct guess_guard_options options = {
        .addresses = addresses,
        .per_minute = 60,
        .burst = 3,
        .delay_most_ms = 2000,
        .parked_most = 2,
        .seed = 7,
    };
    assert_int_equal(guess_guard_open(&guard, &options), 0);
    return guard;
}

static void expect(struct guess_guard *guard, struct bytes address, uint64_t now_ns,
                   enum guess_verdict verdict)
{
    uint32_t delay_ms;
    assert_int_equal(guess_guard_note(guard, address, now_ns, &delay_ms), verdict);
}

static void expect_delay(struct guess_guard *guard, struct bytes address, uint64_t now_ns,
                         uint32_t expected_ms)
{
    uint32_t delay_ms = 0;
    assert_int_equal(guess_guard_note(guard, address, now_ns, &delay_ms), GUESS_DELAY);
    assert_int_equal(delay_ms, expected_ms);
}

static void spend_burst(struct guess_guard *guard, struct bytes address, uint64_t now_ns)
{
    for (int i = 0; i < 3; i++)
        expect(guard, address, now_ns, GUESS_PASS);
}

static void the_burst_passes_then_it_is_slower_then_over(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 5 * SECOND);
    expect_delay(guard, HERE, 5 * SECOND, 1000);
    expect_delay(guard, HERE, 5 * SECOND, 2000);
    guess_guard_unpark(guard);
    expect(guard, HERE, 5 * SECOND, GUESS_REFUSE);   /* 3 s would be too long */
    expect_delay(guard, HERE, 6 * SECOND + 1, 2000); /* rounded up */
    guess_guard_close(guard);
}

static void what_was_refused_is_not_held_against_anybody(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 0);
    expect_delay(guard, HERE, 0, 1000);
    expect_delay(guard, HERE, 0, 2000);
    for (int i = 0; i < 1000; i++)
        expect(guard, HERE, 0, GUESS_REFUSE);
    guess_guard_unpark(guard);
    guess_guard_unpark(guard);
    expect(guard, HERE, 3 * SECOND, GUESS_PASS);
    guess_guard_close(guard);
}

static void failures_are_forgiven_one_by_one(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 0);
    expect(guard, HERE, SECOND, GUESS_PASS);
    expect_delay(guard, HERE, SECOND, 1000);
    spend_burst(guard, HERE, 1000 * SECOND); /* but no more than the burst */
    expect_delay(guard, HERE, 1000 * SECOND, 1000);
    guess_guard_close(guard);
}

static void only_so_many_wait_at_a_time(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 0);
    spend_burst(guard, THERE, 0);
    expect_delay(guard, HERE, 0, 1000);
    expect_delay(guard, THERE, 0, 1000);
    expect(guard, THERE, SECOND, GUESS_REFUSE);
    guess_guard_unpark(guard);
    expect_delay(guard, THERE, SECOND, 1000);
    guess_guard_close(guard);
}

static void one_address_is_not_slowed_by_another(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 0);
    expect_delay(guard, HERE, 0, 1000);
    spend_burst(guard, THERE, 0);
    spend_burst(guard, BYTES("unix:/run/a"), 0);
    guess_guard_close(guard);
}

static void a_site_of_ipv6_is_one_address(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, BYTES("\x20\x01\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\1"), 0);
    expect_delay(guard, BYTES("\x20\x01\x0d\xb8\0\0\0\1\xff\0\0\0\0\0\0\2"), 0, 1000);
    spend_burst(guard, BYTES("\x20\x01\x0d\xb8\0\0\0\2\0\0\0\0\0\0\0\1"), 0);
    guess_guard_close(guard);
}

static void ipv4_inside_ipv6_is_the_same_address(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x01"), 0);
    expect_delay(guard, HERE, 0, 1000);
    spend_burst(guard, BYTES("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x02"), 0);
    guess_guard_close(guard);
}

/* Address number i fails once at second i; the ninth pushes out the first of eight. */
static void a_full_table_forgets_whoever_rests_longest(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(8);
    spend_burst(guard, HERE, 0);
    for (char i = 1; i < 8; i++)
        spend_burst(guard, bytes_of(&i, 1), 10);
    expect_delay(guard, HERE, 20, 1000);
    guess_guard_unpark(guard);
    char first = 1, ninth = 9;
    spend_burst(guard, bytes_of(&ninth, 1), 20);
    spend_burst(guard, bytes_of(&first, 1), 20); /* was forgotten */
    expect_delay(guard, HERE, 20, 2000);         /* was not */
    guess_guard_close(guard);
}

static void many_addresses_are_all_remembered(void **state)
{
    (void)state;
    struct guess_guard *guard = open_guard(4096);
    for (uint16_t i = 0; i < 256; i++)
        spend_burst(guard, bytes_of((const char *)&i, sizeof i), 0);
    for (uint16_t i = 0; i < 256; i++) {
        expect_delay(guard, bytes_of((const char *)&i, sizeof i), 0, 1000);
        guess_guard_unpark(guard);
    }
    guess_guard_close(guard);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    struct guess_guard *guard;
    const uint32_t wrong[] = {0, GUESS_GUARD_MOST + 1};
    for (size_t i = 0; i < 2; i++) {
        struct guess_guard_options options = {.per_minute = wrong[i], .burst = 1};
        assert_int_equal(guess_guard_open(&guard, &options), -EINVAL);
        options = (struct guess_guard_options){.per_minute = GUESS_GUARD_MOST, .burst = wrong[i]};
        assert_int_equal(guess_guard_open(&guard, &options), -EINVAL);
    }
    guess_guard_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_burst_passes_then_it_is_slower_then_over),
        cmocka_unit_test(what_was_refused_is_not_held_against_anybody),
        cmocka_unit_test(failures_are_forgiven_one_by_one),
        cmocka_unit_test(only_so_many_wait_at_a_time),
        cmocka_unit_test(one_address_is_not_slowed_by_another),
        cmocka_unit_test(a_site_of_ipv6_is_one_address),
        cmocka_unit_test(ipv4_inside_ipv6_is_the_same_address),
        cmocka_unit_test(a_full_table_forgets_whoever_rests_longest),
        cmocka_unit_test(many_addresses_are_all_remembered),
        cmocka_unit_test(numbers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
