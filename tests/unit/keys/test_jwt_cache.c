/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwt_cache.h"

#include "tests/test.h"
#include "tests/unit/keys/sample_key.h"

#define MOST 4

struct fixture {
    struct jwt_cache *cache;
    struct jwks *jwks, *other_jwks;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    char why[JWKS_WHY_BYTES];
    struct bytes text = BYTES("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                              "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");
    *state = &fixture;
    if (jwks_read(&fixture.jwks, text, why) < 0 || jwks_read(&fixture.other_jwks, text, why) < 0)
        return -1;
    return jwt_cache_open(&fixture.cache, MOST, 7);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    jwt_cache_close(fixture->cache);
    jwt_cache_close(NULL);
    jwks_release(fixture->jwks);
    jwks_release(fixture->other_jwks);
    return 0;
}

/* A token of that number, which lasts until 1000 + number. */
static void put(struct fixture *fixture, struct jwks *jwks, uint64_t number)
{
    struct sample_text text;
    struct key key = sample_key(number, &text);
    const struct key *kept;
    key.expires_ms = 1000 + number;
    assert_int_equal(jwt_cache_put(fixture->cache, jwks, &key, &kept), 0);
    assert_string_equal(kept->name, key.name);
    key_release(kept);
}

static bool has_at(struct fixture *fixture, struct jwks *jwks, uint64_t number, uint64_t wall_ms)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    sample_digest(number, digest);
    const struct key *key = jwt_cache_find(fixture->cache, jwks, digest, wall_ms);
    if (key)
        assert_int_equal(key->id, number);
    key_release(key);
    return key != NULL;
}

static bool has(struct fixture *fixture, uint64_t number)
{
    return has_at(fixture, fixture->jwks, number, 0);
}

static void a_token_is_known_until_it_expires(void **state)
{
    struct fixture *fixture = *state;
    assert_false(has(fixture, 1));
    put(fixture, fixture->jwks, 1);
    assert_true(has_at(fixture, fixture->jwks, 1, 1000));
    assert_false(has_at(fixture, fixture->jwks, 1, 1001));
    assert_false(has(fixture, 1)); /* and is forgotten then */
    assert_false(has(fixture, 2));
}

static void one_that_was_asked_for_longest_ago_makes_room(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t i = 1; i <= MOST; i++)
        put(fixture, fixture->jwks, i);
    assert_true(has(fixture, 1));
    put(fixture, fixture->jwks, 5);
    assert_false(has(fixture, 2));
    for (uint64_t i = 1; i <= 5; i += i == 1 ? 2 : 1)
        assert_true(has(fixture, i));
}

static void what_is_forgotten_makes_room_first(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t i = 1; i <= MOST; i++)
        put(fixture, fixture->jwks, i);
    assert_false(has_at(fixture, fixture->jwks, 3, 2000));
    put(fixture, fixture->jwks, 5);
    assert_true(has(fixture, 1));
    assert_true(has(fixture, 5));
}

static void another_set_of_keys_knows_none_of_them(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, fixture->jwks, 1);
    assert_false(has_at(fixture, fixture->other_jwks, 1, 0));
    put(fixture, fixture->other_jwks, 2);
    assert_true(has_at(fixture, fixture->other_jwks, 2, 0));
    assert_false(has_at(fixture, fixture->other_jwks, 1, 0));
    assert_false(has(fixture, 1));
    assert_false(has(fixture, 2));
}

static void a_token_put_twice_takes_one_place(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 10; i++)
        put(fixture, fixture->jwks, 1);
    for (uint64_t i = 2; i <= MOST; i++)
        put(fixture, fixture->jwks, i);
    assert_true(has(fixture, 1));
}

static void whoever_holds_a_key_keeps_it(void **state)
{
    struct fixture *fixture = *state;
    struct sample_text text;
    struct key key = sample_key(1, &text);
    const struct key *kept;
    assert_int_equal(jwt_cache_put(fixture->cache, fixture->jwks, &key, &kept), 0);
    for (uint64_t i = 2; i <= MOST + 1; i++)
        put(fixture, fixture->jwks, i);
    assert_false(has(fixture, 1));
    assert_string_equal(kept->name, "key-1");
    key_release(kept);
}

static void many_come_and_go(void **state)
{
    struct fixture *fixture = *state;
    for (uint64_t i = 1; i <= 1000; i++) {
        put(fixture, fixture->jwks, i);
        for (uint64_t back = 0; back < MOST && back < i; back++)
            assert_true(has(fixture, i - back));
        assert_false(has(fixture, i + 1));
        /* asked for in the order of their coming, so that the oldest goes */
        for (uint64_t back = MOST; back-- > 0;)
            if (back < i)
                assert_true(has(fixture, i - back));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_is_known_until_it_expires),
        TEST(one_that_was_asked_for_longest_ago_makes_room),
        TEST(what_is_forgotten_makes_room_first),
        TEST(another_set_of_keys_knows_none_of_them),
        TEST(a_token_put_twice_takes_one_place),
        TEST(whoever_holds_a_key_keeps_it),
        TEST(many_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
