/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/call/core_request.h"

#include "tests/test.h"

struct desk {
    struct block_pool pool;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct desk desk;
    block_pool_init(&desk.pool, 4096, 1, NULL);
    arena_init(&desk.arena, &desk.pool);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    arena_clear(&desk->arena);
    block_pool_clear(&desk->pool);
    return 0;
}

static void expect_target(struct desk *desk, const char *base, const char *path, const char *query,
                          const char *wanted)
{
    const struct core_entry core = {.url.base_path = base};
    struct bytes target =
        core_target(&core, bytes_from_cstr(path), bytes_from_cstr(query), &desk->arena);
    assert_true(bytes_equal(target, bytes_from_cstr(wanted)));
}

static void the_version_becomes_the_cores_base_path(void **state)
{
    expect_target(*state, "/v1", "/v1/chat/completions", "", "/v1/chat/completions");
    expect_target(*state, "/api/v3", "/v1/models", "a=1", "/api/v3/models?a=1");
    expect_target(*state, "", "/v1/models", "", "/models");
}

static void a_path_without_version_begins_where_the_base_path_does(void **state)
{
    expect_target(*state, "/v1", "/tokenize", "", "/tokenize");
    expect_target(*state, "/proxy/v1", "/tokenize", "x", "/proxy/tokenize?x");
    expect_target(*state, "/api/v3", "/rerank", "", "/api/v3/rerank");
    expect_target(*state, "/v1", "/v1beta/x", "", "/v1beta/x");
}

static struct http_field key_field(struct desk *desk, enum core_auth auth)
{
    struct core_config core = {.auth = auth};
    struct http_field field = {0};
    assert_int_equal(secret_set(&core.key, BYTES("k")), 0);
    assert_true(core_key_field(&core, &desk->arena, &field));
    secret_clear(&core.key);
    return field;
}

static void a_key_goes_as_its_core_wants_it(void **state)
{
    struct http_field field = key_field(*state, CORE_AUTH_BEARER);
    assert_true(bytes_equal(field.name, BYTES("authorization")));
    assert_true(bytes_equal(field.value, BYTES("Bearer k")));
    field = key_field(*state, CORE_AUTH_X_API_KEY);
    assert_true(bytes_equal(field.name, BYTES("x-api-key")));
    assert_true(bytes_equal(field.value, BYTES("k")));
    field = key_field(*state, CORE_AUTH_API_KEY);
    assert_true(bytes_equal(field.name, BYTES("api-key")));
}

static void without_a_key_or_a_way_there_is_no_field(void **state)
{
    struct desk *desk = *state;
    struct http_field field;
    struct core_config core = {.auth = CORE_AUTH_BEARER};
    assert_false(core_key_field(&core, &desk->arena, &field));
    core.auth = CORE_AUTH_NONE;
    assert_int_equal(secret_set(&core.key, BYTES("k")), 0);
    assert_false(core_key_field(&core, &desk->arena, &field));
    secret_clear(&core.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_version_becomes_the_cores_base_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_without_version_begins_where_the_base_path_does,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_goes_as_its_core_wants_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_key_or_a_way_there_is_no_field, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
