/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key_table.h"

#include "tests/test.h"
#include "tests/unit/keys/sample_key.h"

static int set_up(void **state)
{
    *state = key_table_new(42);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    key_table_release(*state);
    return 0;
}

static void put(struct key_table *table, uint64_t number)
{
    struct sample_text text;
    struct key key = sample_key(number, &text);
    assert_int_equal(key_table_put(table, &key), 0);
}

static const struct key *find(const struct key_table *table, uint64_t number)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    sample_digest(number, digest);
    return key_table_find(table, digest, 0);
}

static void put_tenant(struct key_table *table, const char *name, uint64_t concurrency)
{
    const struct tenant tenant = {.name = name, .limits.concurrency = concurrency};
    assert_int_equal(key_table_put_tenant(table, &tenant), 0);
}

/* The key's secret becomes that of number `to`; the one before is good until `until_ms`. */
static void rotate(struct key_table *table, uint64_t number, uint64_t to, uint64_t until_ms)
{
    struct key key = *key_table_find_id(table, number);
    memcpy(key.old_digest, key.digest, sizeof key.digest);
    key.old_until_ms = until_ms;
    sample_digest(to, key.digest);
    assert_int_equal(key_table_put(table, &key), 0);
}

static void an_empty_table_knows_nobody(void **state)
{
    assert_null(find(*state, 1));
    assert_null(key_table_find_id(*state, 1));
    assert_null(key_table_tenant(*state, BYTES("default")));
    assert_int_equal(key_table_count(*state), 0);
}

static void a_key_is_found_by_its_digest_and_its_id(void **state)
{
    put(*state, 1);
    put(*state, 2);
    assert_string_equal(find(*state, 1)->name, "key-1");
    assert_string_equal(key_table_find_id(*state, 2)->name, "key-2");
    assert_null(find(*state, 3));
    assert_null(key_table_find_id(*state, 3));
    assert_int_equal(key_table_count(*state), 2);
}

static void a_digest_that_differs_in_one_bit_is_nobodys(void **state)
{
    put(*state, 1);
    for (unsigned bit = 0; bit < 8 * KEY_DIGEST_BYTES; bit++) {
        uint8_t digest[KEY_DIGEST_BYTES];
        sample_digest(1, digest);
        digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_null(key_table_find(*state, digest, 0));
    }
}

static void digests_that_begin_alike_are_told_apart(void **state)
{
    struct sample_text text;
    struct key key = sample_key(1, &text);
    for (uint64_t i = 1; i <= 3; i++) {
        key.id = i;
        key.digest[KEY_DIGEST_BYTES - 1] = (uint8_t)i;
        assert_int_equal(key_table_put(*state, &key), 0);
    }
    for (uint64_t i = 1; i <= 3; i++) {
        key.digest[KEY_DIGEST_BYTES - 1] = (uint8_t)i;
        assert_int_equal(key_table_find(*state, key.digest, 0)->id, i);
    }
    key.digest[KEY_DIGEST_BYTES - 1] = 4;
    assert_null(key_table_find(*state, key.digest, 0));
}

static void old_digests_that_begin_alike_are_told_apart(void **state)
{
    struct sample_text text;
    struct key key = sample_key(1, &text);
    memcpy(key.old_digest, key.digest, sizeof key.digest);
    key.old_digest[KEY_DIGEST_BYTES - 1] ^= 1;
    key.old_until_ms = 1;
    assert_int_equal(key_table_put(*state, &key), 0);
    assert_int_equal(find(*state, 1)->id, 1);
    assert_int_equal(key_table_find(*state, key.old_digest, 0)->id, 1);
    key.digest[KEY_DIGEST_BYTES - 1] ^= 2;
    assert_null(key_table_find(*state, key.digest, 0));
}

static void a_key_put_again_replaces_itself(void **state)
{
    put(*state, 1);
    struct key key = *find(*state, 1);
    key.is_revoked = true;
    assert_int_equal(key_table_put(*state, &key), 0);
    assert_true(find(*state, 1)->is_revoked);
    assert_true(key_table_find_id(*state, 1)->is_revoked);
    assert_int_equal(key_table_count(*state), 1);
}

static void a_replaced_secret_is_found_until_its_time_is_over(void **state)
{
    uint8_t old_digest[KEY_DIGEST_BYTES];
    sample_digest(1, old_digest);
    put(*state, 1);
    rotate(*state, 1, 1001, 500);
    assert_int_equal(find(*state, 1001)->id, 1);
    assert_int_equal(key_table_find(*state, old_digest, 499)->id, 1);
    assert_null(key_table_find(*state, old_digest, 500));

    rotate(*state, 1, 2001, 500); /* the first secret is forgotten */
    assert_null(key_table_find(*state, old_digest, 0));
    assert_int_equal(find(*state, 1001)->id, 1);
    assert_int_equal(find(*state, 2001)->id, 1);

    rotate(*state, 1, 3001, 0); /* at once */
    assert_null(find(*state, 2001));
    assert_int_equal(find(*state, 3001)->id, 1);
    assert_int_equal(key_table_count(*state), 1);
}

static void a_secret_may_move_to_another_key(void **state)
{
    struct sample_text text;
    struct key other = sample_key(2, &text);
    put(*state, 1);
    sample_digest(1, other.digest);
    assert_int_equal(key_table_put(*state, &other), 0); /* both have it for now */
    rotate(*state, 1, 1001, 0);
    assert_int_equal(find(*state, 1)->id, 2);
}

static void tenants_are_found_by_their_ids_too(void **state)
{
    const struct tenant first = {.id = 7, .name = "a"}, second = {.id = 8, .name = "b"};
    const struct tenant renumbered = {.id = 9, .name = "a"};
    assert_int_equal(key_table_put_tenant(*state, &first), 0);
    assert_int_equal(key_table_put_tenant(*state, &second), 0);
    assert_string_equal(key_table_tenant_id(*state, 7)->name, "a");
    assert_string_equal(key_table_tenant_id(*state, 8)->name, "b");
    assert_null(key_table_tenant_id(*state, 9));
    assert_int_equal(key_table_put_tenant(*state, &renumbered), 0);
    assert_null(key_table_tenant_id(*state, 7));
    assert_string_equal(key_table_tenant_id(*state, 9)->name, "a");
}

static void tenants_are_found_by_name_and_replaced(void **state)
{
    put_tenant(*state, "a", 1);
    put_tenant(*state, "b", 2);
    put_tenant(*state, "a", 3);
    assert_int_equal(key_table_tenant(*state, BYTES("a"))->limits.concurrency, 3);
    assert_int_equal(key_table_tenant(*state, BYTES("b"))->limits.concurrency, 2);
    assert_null(key_table_tenant(*state, BYTES("c")));
    assert_null(key_table_tenant(*state, BYTES("")));
}

static void a_fork_changes_nothing_in_what_it_came_from(void **state)
{
    for (uint64_t i = 1; i <= 100; i++)
        put(*state, i);
    put_tenant(*state, "a", 1);
    struct key_table *fork = key_table_fork(*state);
    assert_non_null(fork);
    for (uint64_t i = 1; i <= 100; i += 2)
        rotate(fork, i, 1000 + i, 0);
    put(fork, 101);
    put_tenant(fork, "a", 2);

    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(find(*state, i)->id, i);
        assert_null(find(*state, 1000 + i));
        assert_int_equal(find(fork, i % 2 == 1 ? 1000 + i : i)->id, i);
    }
    assert_null(find(*state, 101));
    assert_int_equal(key_table_count(*state), 100);
    assert_int_equal(key_table_count(fork), 101);
    assert_int_equal(key_table_tenant(*state, BYTES("a"))->limits.concurrency, 1);
    assert_int_equal(key_table_tenant(fork, BYTES("a"))->limits.concurrency, 2);
    key_table_release(fork);
}

static void a_key_outlives_the_table_for_whoever_holds_it(void **state)
{
    struct key_table *fork = key_table_fork(*state);
    put(fork, 1);
    const struct key *key = find(fork, 1);
    key_hold(key);
    key_table_hold(fork);
    key_table_release(fork);
    assert_ptr_equal(find(fork, 1), key); /* held once more */
    key_table_release(fork);
    assert_string_equal(key->name, "key-1");
    key_release(key);
    key_table_release(NULL);
}

/* Enough that leaves grow, that searches wrap around, and that gaps are closed in long runs. */
static void many_keys_come_change_and_stay(void **state)
{
    enum { COUNT = 30000 };
    for (uint64_t i = 1; i <= COUNT; i++)
        put(*state, i);
    for (uint64_t i = 1; i <= COUNT; i += 3)
        rotate(*state, i, COUNT + i, 0);
    for (uint64_t i = 1; i <= COUNT; i++) {
        bool is_rotated = i % 3 == 1;
        const struct key *key = find(*state, is_rotated ? COUNT + i : i);
        assert_int_equal(key->id, i);
        assert_ptr_equal(key_table_find_id(*state, i), key);
        if (is_rotated)
            assert_null(find(*state, i));
    }
    assert_int_equal(key_table_count(*state), COUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_table_knows_nobody),
        TEST(a_key_is_found_by_its_digest_and_its_id),
        TEST(a_digest_that_differs_in_one_bit_is_nobodys),
        TEST(digests_that_begin_alike_are_told_apart),
        TEST(old_digests_that_begin_alike_are_told_apart),
        TEST(a_key_put_again_replaces_itself),
        TEST(a_replaced_secret_is_found_until_its_time_is_over),
        TEST(a_secret_may_move_to_another_key),
        TEST(tenants_are_found_by_name_and_replaced),
        TEST(tenants_are_found_by_their_ids_too),
        TEST(a_fork_changes_nothing_in_what_it_came_from),
        TEST(a_key_outlives_the_table_for_whoever_holds_it),
        TEST(many_keys_come_change_and_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
