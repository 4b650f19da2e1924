/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "edge/errors.h"
#include "tests/unit/edge/gate_world.h"

#define BEARER(secret)                                                                             \
    (struct http_field)                                                                            \
    {                                                                                              \
        BYTES("Authorization"), BYTES("Bearer " secret)                                            \
    }
#define NOTHING ((struct http_field){0})

static void with_auth_open_there_is_no_gate(void **state)
{
    struct gate_world world;
    gate_world_open(&world, AUTH_OPEN);
    assert_null(world.gate);
    gate_world_close(&world);
}

static void a_key_is_known_by_its_secret(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 7, .name = "a"});
    assert_int_equal(gate_world_ask(&world, BEARER("secret-a"), &visitor), GATE_KNOWN);
    assert_int_equal(gate_world_ask(&world, BEARER("secret-b"), &visitor), GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_bad_key);
    assert_int_equal(gate_world_ask(&world, NOTHING, &visitor), GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_no_key);
    gate_world_close(&world);
}

static void a_key_is_held_while_its_table_changes(void **state)
{
    struct gate_world world;
    struct asking asking;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 7, .name = "a"});
    asking_begin(&world, &asking, "10.0.0.9", BEARER("secret-a"));
    assert_int_equal(asking_ask(&world, &asking), GATE_KNOWN);
    key_table_release(world.access.keys);
    world.access.keys = key_table_new(2);
    assert_string_equal(asking.visitor.key->name, "a");
    asking_end(&asking);
    gate_world_close(&world);
}

static void what_is_over_says_so_to_its_owner(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 1, .name = "a", .is_revoked = true});
    gate_world_add(&world, (struct key){.id = 2, .name = "b", .expires_ms = 1});
    assert_int_equal(gate_world_ask(&world, BEARER("secret-a"), &visitor), GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_revoked_key);
    assert_int_equal(gate_world_ask(&world, BEARER("secret-b"), &visitor), GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_expired_key);
    gate_world_close(&world);
}

static void a_tenants_limits_come_with_its_key(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    const struct tenant tenant = {.id = 3, .name = "t", .limits.concurrency = 5};
    gate_world_open(&world, AUTH_KEYS);
    assert_int_equal(key_table_put_tenant(world.access.keys, &tenant), 0);
    gate_world_add(&world, (struct key){.id = 1, .name = "a", .tenant = "t", .tenant_id = 3});
    assert_int_equal(gate_world_ask(&world, BEARER("secret-a"), &visitor), GATE_KNOWN);
    assert_int_equal(visitor.tenant_limits.concurrency, 5);
    gate_world_close(&world);
}

static void who_comes_before_the_keys_are_read_waits_for_them(void **state)
{
    struct gate_world world;
    struct asking early, late;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 7, .name = "a"});
    world.access.keys_state = ACCESS_LOADING;
    asking_begin(&world, &early, "10.0.0.9", BEARER("secret-a"));
    asking_begin(&world, &late, "10.0.0.9", BEARER("nonsense"));
    assert_int_equal(asking_ask(&world, &early), GATE_WAIT);
    assert_int_equal(asking_ask(&world, &late), GATE_WAIT);
    assert_int_equal(world.access_asked, 2);
    gate_world_wait_ms(&world, 1999);
    assert_int_equal(asking_ask(&world, &late), GATE_WAIT); /* woken for nothing */
    gate_world_wait_ms(&world, 1);
    assert_int_equal(asking_ask(&world, &late), GATE_REFUSED);
    assert_ptr_equal(late.visitor.refusal, &error_loading);
    world.access.keys_state = ACCESS_READY;
    assert_int_equal(asking_ask(&world, &early), GATE_KNOWN);
    asking_end(&early);
    asking_end(&late);
    gate_world_close(&world);
}

static void what_was_never_read_lets_nobody_in_and_refuses_nobody(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 7, .name = "a"});
    world.access.keys_state = ACCESS_UNAVAILABLE;
    assert_int_equal(gate_world_ask(&world, BEARER("nonsense"), &visitor), GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_store_unavailable);
    gate_world_close(&world);
}

/* Two at once, then one a second: the next waits for it, and the rest would have to wait for longer
 * than anybody may. */
static void who_guesses_waits_and_then_is_cut_off(void **state)
{
    struct gate_world world;
    struct asking asked[5];
    const enum gate_verdict expected[] = {GATE_REFUSED, GATE_REFUSED, GATE_LATER, GATE_REFUSED,
                                          GATE_REFUSED};
    gate_world_open(&world, AUTH_KEYS);
    for (size_t i = 0; i < 5; i++) {
        asking_begin(&world, &asked[i], "10.0.0.9", BEARER("guess"));
        assert_int_equal(asking_ask(&world, &asked[i]), expected[i]);
        assert_int_equal(asked[i].visitor.must_close, i > 2);
    }
    assert_int_equal(asking_ask(&world, &asked[2]), GATE_LATER); /* too early */
    gate_world_wait_ms(&world, 2000);
    assert_int_equal(asking_ask(&world, &asked[2]), GATE_REFUSED);
    assert_ptr_equal(asked[2].visitor.refusal, &error_bad_key);
    for (size_t i = 0; i < 5; i++)
        asking_end(&asked[i]);
    gate_world_close(&world);
}

static void good_keys_of_a_guessers_address_are_not_slowed(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    gate_world_open(&world, AUTH_KEYS);
    gate_world_add(&world, (struct key){.id = 7, .name = "a"});
    for (int i = 0; i < 9; i++)
        gate_world_ask(&world, BEARER("guess"), &visitor);
    assert_int_equal(gate_world_ask(&world, BEARER("secret-a"), &visitor), GATE_KNOWN);
    gate_world_close(&world);
}

/* Else a place would be lost with each client that does not wait. */
static void who_leaves_while_it_waits_gives_its_place_back(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    unsigned later = 0;
    gate_world_open(&world, AUTH_KEYS);
    for (int i = 0; i < 40; i++) {
        later += gate_world_ask(&world, BEARER("guess"), &visitor) == GATE_LATER;
        gate_world_wait_ms(&world, 500);
    }
    assert_true(later > 10);
    gate_world_close(&world);
}

static void a_token_is_a_guess_where_only_keys_are_taken(void **state)
{
    struct gate_world world;
    struct visitor visitor;
    gate_world_open(&world, AUTH_KEYS);
    assert_int_equal(gate_world_ask(&world, BEARER("eyJhbGciOiJub25lIn0.e30."), &visitor),
                     GATE_REFUSED);
    assert_ptr_equal(visitor.refusal, &error_bad_key);
    gate_world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_auth_open_there_is_no_gate),
        cmocka_unit_test(a_key_is_known_by_its_secret),
        cmocka_unit_test(a_key_is_held_while_its_table_changes),
        cmocka_unit_test(what_is_over_says_so_to_its_owner),
        cmocka_unit_test(a_tenants_limits_come_with_its_key),
        cmocka_unit_test(who_comes_before_the_keys_are_read_waits_for_them),
        cmocka_unit_test(what_was_never_read_lets_nobody_in_and_refuses_nobody),
        cmocka_unit_test(who_guesses_waits_and_then_is_cut_off),
        cmocka_unit_test(good_keys_of_a_guessers_address_are_not_slowed),
        cmocka_unit_test(who_leaves_while_it_waits_gives_its_place_back),
        cmocka_unit_test(a_token_is_a_guess_where_only_keys_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
