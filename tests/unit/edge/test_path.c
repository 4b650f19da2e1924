/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/exchange/path.h"

#include "tests/test.h"

static bool is_plain(const char *path)
{
    return path_is_plain(bytes_from_cstr(path));
}

static void ordinary_paths_are_plain(void **state)
{
    (void)state;
    assert_true(is_plain("/v1/audio/speech"));
    assert_true(is_plain("/v1/responses/resp_1.2..3/cancel"));
    assert_true(is_plain("/v1/models/meta-llama%2FLlama-3.1-8B"));
    assert_true(is_plain("/v1/models/...x"));
    assert_true(is_plain("/"));
    assert_true(is_plain(""));
}

static void a_way_up_is_seen_however_it_is_written(void **state)
{
    (void)state;
    assert_false(is_plain("/v1/audio/../admin"));
    assert_false(is_plain("/v1/audio/.."));
    assert_false(is_plain("/v1/./audio"));
    assert_false(is_plain("/v1/audio/%2e%2E/admin"));
    assert_false(is_plain("/v1/audio/.%2e/admin"));
    assert_false(is_plain("/v1/audio%2f..%2fadmin"));
    assert_false(is_plain("/v1/audio%5c..%5cadmin"));
    assert_false(is_plain("/v1/audio/.../admin")); /* some systems take it for one */
}

static void what_two_readers_could_decode_differently_is_not_plain(void **state)
{
    (void)state;
    assert_false(is_plain("/v1/a%00b"));
    assert_false(is_plain("/v1/a%252e"));
    assert_false(is_plain("/v1/a%2"));
    assert_false(is_plain("/v1/a%zz"));
}

static void escapes_are_decoded(void **state)
{
    (void)state;
    struct block_pool pool;
    block_pool_init(&pool, 4096, 1, NULL);
    struct arena arena;
    arena_init(&arena, &pool);
    struct bytes decoded = path_decode(BYTES("meta%2fLlama%2D3%zz%2"), &arena);
    assert_true(bytes_equal(decoded, BYTES("meta/Llama-3%zz%2")));
    arena_clear(&arena);
    block_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_paths_are_plain),
        cmocka_unit_test(a_way_up_is_seen_however_it_is_written),
        cmocka_unit_test(what_two_readers_could_decode_differently_is_not_plain),
        cmocka_unit_test(escapes_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
