/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/key.h"

#include "tests/test.h"
#include "tests/unit/keys/sample_key.h"

static void assert_list(struct name_list list, const char *first, const char *second)
{
    assert_int_equal(list.count, second ? 2 : 1);
    assert_true(bytes_equal(list.at[0], bytes_from_cstr(first)));
    if (second)
        assert_true(bytes_equal(list.at[1], bytes_from_cstr(second)));
}

static void a_key_lives_until_it_expires_or_is_revoked(void **state)
{
    (void)state;
    struct key key = {0};
    assert_int_equal(key_state(&key, UINT64_MAX), KEY_LIVE);
    key.expires_ms = 1000;
    assert_int_equal(key_state(&key, 999), KEY_LIVE);
    assert_int_equal(key_state(&key, 1000), KEY_EXPIRED);
    key.is_revoked = true;
    assert_int_equal(key_state(&key, 999), KEY_REVOKED);
    assert_int_equal(key_state(&key, 1000), KEY_REVOKED);
}

static void nothing_is_allowed_that_is_not_listed(void **state)
{
    (void)state;
    const struct key key = {0};
    assert_false(key_allows_model(&key, BYTES("llama")));
    assert_false(key_allows_model(&key, BYTES("")));
    assert_false(key_allows_model(&key, (struct bytes){0}));
    assert_false(key_allows_route(&key, BYTES("/v1/models")));
}

static void a_pattern_is_a_name_or_the_beginning_of_one(void **state)
{
    (void)state;
    struct sample_text text;
    const struct key key = sample_key(1, &text); /* llama-* and qwen */
    assert_true(key_allows_model(&key, BYTES("llama-")));
    assert_true(key_allows_model(&key, BYTES("llama-3-70b")));
    assert_true(key_allows_model(&key, BYTES("qwen")));
    assert_false(key_allows_model(&key, BYTES("llama")));
    assert_false(key_allows_model(&key, BYTES("qwen-2")));
    assert_false(key_allows_model(&key, BYTES("Qwen")));
    assert_false(key_allows_model(&key, BYTES("a-llama-3")));
    assert_true(key_allows_route(&key, BYTES("/v1/chat/completions")));
    assert_true(key_allows_route(&key, BYTES("")));
}

static void only_an_asterisk_at_the_end_is_one(void **state)
{
    (void)state;
    const struct bytes patterns[] = {BYTES("a*c"), BYTES("")};
    const struct key key = {.models = {patterns, 2}};
    assert_true(key_allows_model(&key, BYTES("a*c")));
    assert_false(key_allows_model(&key, BYTES("abc")));
    assert_true(key_allows_model(&key, BYTES("")));
}

static void without_a_residency_any_region_will_do(void **state)
{
    (void)state;
    const struct bytes patterns[] = {BYTES("eu-*")};
    struct key key = {0};
    assert_true(key_allows_region(&key, BYTES("us")));
    assert_true(key_allows_region(&key, BYTES("")));
    key.regions = (struct name_list){patterns, 1};
    assert_true(key_allows_region(&key, BYTES("eu-north")));
    assert_false(key_allows_region(&key, BYTES("us")));
    assert_false(key_allows_region(&key, BYTES("")));
}

static void a_tier_never_lifts_above_the_keys_class(void **state)
{
    (void)state;
    const struct {
        const char *tier;
        enum service_class of_realtime, of_standard, of_batch;
    } rows[] = {
        {NULL, CLASS_REALTIME, CLASS_STANDARD, CLASS_BATCH},
        {"auto", CLASS_REALTIME, CLASS_STANDARD, CLASS_BATCH},
        {"default", CLASS_REALTIME, CLASS_STANDARD, CLASS_BATCH},
        {"priority", CLASS_REALTIME, CLASS_STANDARD, CLASS_BATCH},
        {"flex", CLASS_BATCH, CLASS_BATCH, CLASS_BATCH},
        {"", CLASS_REALTIME, CLASS_STANDARD, CLASS_BATCH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes tier = bytes_from_cstr(rows[i].tier);
        assert_int_equal(key_class(&(struct key){.class = CLASS_REALTIME}, tier),
                         rows[i].of_realtime);
        assert_int_equal(key_class(&(struct key){.class = CLASS_STANDARD}, tier),
                         rows[i].of_standard);
        assert_int_equal(key_class(&(struct key){.class = CLASS_BATCH}, tier), rows[i].of_batch);
    }
}

static void each_class_is_read_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        enum service_class read = CLASS_COUNT;
        assert_true(service_class_read(bytes_from_cstr(service_class_names[i]), &read));
        assert_int_equal(read, i);
    }
    enum service_class kept = CLASS_BATCH;
    assert_false(service_class_read(BYTES("Realtime"), &kept));
    assert_false(service_class_read(BYTES(""), &kept));
    assert_int_equal(kept, CLASS_BATCH);
}

static void a_copy_has_all_texts_of_its_own(void **state)
{
    (void)state;
    char name[] = "a key", region[] = "eu", empty[] = "";
    const struct bytes regions[] = {bytes_of(region, 2), {NULL, 0}};
    struct sample_text text;
    struct key key = sample_key(7, &text);
    key.name = name;
    key.regions = (struct name_list){regions, 2};
    key.labels = empty;

    const struct key *copy = key_copy(&key);
    assert_non_null(copy);
    memset(name, 'x', sizeof name - 1);
    memset(region, 'x', sizeof region - 1);
    assert_string_equal(copy->name, "a key");
    assert_string_equal(copy->tenant, "default");
    assert_string_equal(copy->labels, "");
    assert_list(copy->models, "llama-*", "qwen");
    assert_list(copy->routes, "*", NULL);
    assert_list(copy->regions, "eu", "");
    assert_int_equal(copy->id, 7);
    assert_memory_equal(copy->digest, key.digest, KEY_DIGEST_BYTES);
    assert_true(key_copy_bytes(copy) > sizeof key);
    key_release(copy);
}

static void a_copy_stays_until_its_last_holder_is_gone(void **state)
{
    (void)state;
    struct sample_text text;
    struct key key = sample_key(7, &text);
    const struct key *copy = key_copy(&key);
    key_hold(copy);
    key_release(copy);
    assert_string_equal(copy->name, "key-7"); /* the sanitizers would object */
    key_release(copy);
    key_release(NULL);
    tenant_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_lives_until_it_expires_or_is_revoked),
        cmocka_unit_test(nothing_is_allowed_that_is_not_listed),
        cmocka_unit_test(a_pattern_is_a_name_or_the_beginning_of_one),
        cmocka_unit_test(only_an_asterisk_at_the_end_is_one),
        cmocka_unit_test(without_a_residency_any_region_will_do),
        cmocka_unit_test(a_tier_never_lifts_above_the_keys_class),
        cmocka_unit_test(each_class_is_read_by_its_name),
        cmocka_unit_test(a_copy_has_all_texts_of_its_own),
        cmocka_unit_test(a_copy_stays_until_its_last_holder_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
