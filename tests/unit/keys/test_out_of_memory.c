/* SPDX-License-Identifier: Apache-2.0
 *
 * Each allocation of the room fails in turn, OpenSSL's on our behalf as well. What failed says so,
 * changes nothing and leaks nothing. OpenSSL does not always tell lack of memory from a fault in
 * what it was given: a key may then be left out and a signature be wrong, but nothing is ever right
 * that should not be.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "keys/guess_guard.h"
#include "keys/jwt.h"
#include "keys/jwt_cache.h"
#include "keys/key_table.h"
#include "keys/secret_key.h"
#include "tests/failing_memory.h"
#include "tests/test.h"
#include "tests/unit/keys/sample_issuer.h"
#include "tests/unit/keys/sample_key.h"

#define NOW_MS UINT64_C(1800000000000)

/* Where OpenSSL's hashing itself is to fail, which memory alone cannot bring about. */
enum hash_step { HASH_WORKS, HASH_FETCH, HASH_UPDATE, HASH_FINAL };
static enum hash_step broken_step;

EVP_MD *__real_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
int __real_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t size);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t size);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *ret_digest, unsigned *ret_size);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *ret_digest, unsigned *ret_size);

EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
    return broken_step == HASH_FETCH ? NULL : __real_EVP_MD_fetch(library, name, properties);
}

int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t size)
{
    return broken_step == HASH_UPDATE ? 0 : __real_EVP_DigestUpdate(context, data, size);
}

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *ret_digest, unsigned *ret_size)
{
    return broken_step == HASH_FINAL ? 0 : __real_EVP_DigestFinal_ex(context, ret_digest, ret_size);
}

/* Something to do; 0, or what it says when memory is out. */
typedef int attempt_fn(void *user);

/* The n-th allocation fails, for every n until there are not that many. OpenSSL does without some
 * of its own, and is let start up first, since what it fails to load then stays unloaded. Returns
 * how many attempts failed. */
static unsigned fail_each_in_turn(attempt_fn *attempt, void *user, int expected)
{
    unsigned failures = 0;
    assert_int_equal(attempt(user), 0);
    for (unsigned nth = 1;; nth++) {
        failing_memory_set(nth);
        int r = attempt(user);
        bool has_failed = failing_memory_has_failed();
        failing_memory_set(0);
        if (!has_failed) {
            assert_int_equal(r, 0);
            return failures;
        }
        if (r != 0)
            assert_int_equal(r, expected);
        failures += r != 0;
        assert_true(nth < 10000);
    }
}

/* ---- secrets ---- */

static int hash_a_secret(void *user)
{
    struct secret_hasher *hasher;
    uint8_t digest[KEY_DIGEST_BYTES];
    int r = secret_hasher_open(&hasher);
    if (r < 0)
        return r;
    r = secret_key_digest(hasher, BYTES("abc"), digest);
    secret_hasher_close(hasher);
    return r < 0 ? -ENOMEM : 0; /* -EIO is OpenSSL's lack of memory here */
}

static void hashing_says_what_failed(void **state)
{
    (void)state;
    assert_true(fail_each_in_turn(hash_a_secret, NULL, -ENOMEM) >= 3);

    struct secret_hasher *hasher;
    uint8_t digest[KEY_DIGEST_BYTES];
    broken_step = HASH_FETCH;
    assert_int_equal(secret_hasher_open(&hasher), -ENOMEM);
    broken_step = HASH_WORKS;
    assert_int_equal(secret_hasher_open(&hasher), 0);
    for (broken_step = HASH_UPDATE; broken_step <= HASH_FINAL; broken_step++)
        assert_int_equal(secret_key_digest(hasher, BYTES("abc"), digest), -EIO);
    broken_step = HASH_WORKS;
    assert_int_equal(secret_key_digest(hasher, BYTES("abc"), digest), 0);
    secret_hasher_close(hasher);
}

/* ---- tables ---- */

static int copy_a_key(void *user)
{
    struct sample_text text;
    struct key key = sample_key(1, &text);
    const struct key *copy = key_copy(&key);
    key_release(copy);
    return copy ? 0 : -ENOMEM;
}

static const struct key *find(const struct key_table *table, uint64_t number)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    sample_digest(number, digest);
    return key_table_find(table, digest, 0);
}

/* A fork in which key 1 has a new secret beside the old one, key 2 is new, and tenant 1 has
 * become tenant 2. */
static int change_a_table(void *user)
{
    const struct tenant tenant = {.id = 2, .name = "a"};
    struct key_table *base = user, *table = key_table_fork(base);
    if (!table)
        return -ENOMEM;
    struct sample_text text;
    struct key rotated = sample_key(1, &text), added = sample_key(2, &text);
    sample_digest(1, rotated.old_digest);
    sample_digest(1001, rotated.digest);
    rotated.old_until_ms = 1;
    int r = key_table_put(table, &rotated);
    assert_non_null(find(table, 1)); /* either as it was, or as its old secret */
    assert_int_equal(find(table, 1001) != NULL, r == 0);
    if (r == 0)
        r = key_table_put(table, &rotated); /* with old secrets to be taken out */
    if (r == 0)
        r = key_table_put(table, &added);
    assert_int_equal(key_table_count(table), r == 0 ? 2 : 1);
    if (r == 0)
        r = key_table_put_tenant(table, &tenant);
    assert_int_equal(key_table_tenant(table, BYTES("a"))->id, r == 0 ? 2 : 1);
    assert_int_equal(key_table_tenant_id(table, 1) == NULL, r == 0);
    key_table_release(table);
    assert_string_equal(find(base, 1)->name, "key-1");
    return r;
}

static int open_a_table(void *user)
{
    struct key_table *table = key_table_new(1);
    key_table_release(table);
    return table ? 0 : -ENOMEM;
}

static void a_table_is_changed_whole_or_not_at_all(void **state)
{
    (void)state;
    struct sample_text text;
    struct key key = sample_key(1, &text);
    const struct tenant tenant = {.id = 1, .name = "a"};
    assert_int_equal(fail_each_in_turn(open_a_table, NULL, -ENOMEM), 1);
    assert_int_equal(fail_each_in_turn(copy_a_key, NULL, -ENOMEM), 1);
    /* Whether two digests share a leaf depends on the seed. */
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct key_table *table = key_table_new(seed);
        assert_int_equal(key_table_put(table, &key), 0);
        assert_int_equal(key_table_put_tenant(table, &tenant), 0);
        assert_true(fail_each_in_turn(change_a_table, table, -ENOMEM) >= 7);
        key_table_release(table);
    }
}

/* ---- guards and caches ---- */

static int open_a_guard(void *user)
{
    struct guess_guard *guard;
    const struct guess_guard_options options = {.per_minute = 1, .burst = 1};
    int r = guess_guard_open(&guard, &options);
    if (r == 0)
        guess_guard_close(guard);
    return r;
}

static int keep_a_token(void *user)
{
    struct jwt_cache *cache;
    int r = jwt_cache_open(&cache, 4, 1);
    if (r < 0)
        return r;
    struct sample_text text;
    struct key key = sample_key(1, &text);
    const struct key *kept;
    r = jwt_cache_put(cache, user, &key, &kept);
    assert_int_equal(jwt_cache_find(cache, user, key.digest, 0) != NULL, r == 0);
    if (r == 0) {
        key_release(kept);
        key_release(kept); /* of the find as well */
    }
    jwt_cache_close(cache);
    return r;
}

/* ---- tokens ---- */

struct token_case {
    struct bytes jwks_text, token;
    struct jwks *jwks;
    struct secret_hasher *hasher;
    enum jwt_verdict expected;
    size_t used_bytes; /* of the arena's first block, so that each piece is once the first of one */
};

static int read_jwks(void *user)
{
    const struct token_case *token_case = user;
    struct jwks *jwks;
    char why[JWKS_WHY_BYTES] = "";
    int r = jwks_read(&jwks, token_case->jwks_text, why);
    if (r < 0)
        return r;
    bool is_whole = jwks_left_out(jwks) == 0;
    assert_int_equal(jwks_count(jwks) + jwks_left_out(jwks), JWT_ALGORITHM_COUNT);
    jwks_release(jwks);
    return is_whole ? 0 : -ENOMEM;
}

static int verify_token(void *user)
{
    static const struct bytes all[] = {{"*", 1}};
    const struct token_case *token_case = user;
    const struct jwt_rules rules = {
        .issuer = BYTES("i"),
        .audience = BYTES("a"),
        .allows = {true, true, true},
        .claims = {.tenant = BYTES("org"),
                   .models = BYTES("models"),
                   .routes = BYTES("routes"),
                   .regions = BYTES("regions")},
        .otherwise = {.tenant = "t", .labels = "", .models = {all, 1}},
    };
    struct block_pool pool;
    struct arena arena;
    struct key key;
    block_pool_init(&pool, 64, 0, NULL);
    arena_init(&arena, &pool);
    failing_memory_spare(true);
    arena_alloc(&arena, token_case->used_bytes);
    failing_memory_spare(false);
    const struct jwt_check check = {&rules, token_case->jwks, token_case->hasher, &arena, NOW_MS};
    enum jwt_verdict verdict = jwt_verify(&check, token_case->token, &key);
    arena_clear(&arena);
    block_pool_clear(&pool);
    if (verdict == token_case->expected)
        return 0;
    return verdict == JWT_WRONG_SIGNATURE ? JWT_NO_MEMORY : (int)verdict;
}

static void verify_without_hashing(struct token_case *token_case)
{
    token_case->expected = JWT_NO_MEMORY;
    for (broken_step = HASH_UPDATE; broken_step <= HASH_FINAL; broken_step++)
        assert_int_equal(verify_token(token_case), 0);
    broken_step = HASH_WORKS;
    token_case->expected = JWT_VALID;
}

/* Of all kinds of claims that take memory. */
static void verify_tokens(struct token_case *token_case, const struct sample_issuer *issuer)
{
    static const char *const claims[] = {
        "{\"iss\":\"i\",\"aud\":\"a\",\"sub\":\"s\",\"exp\":1800000060,\"org\":\"o\","
        "\"models\":[\"a\",\"b\"],\"routes\":\"c d\",\"regions\":[\"e\"]}",
        "{\"iss\":\"i\",\"aud\":[\"a\"],\"sub\":\"s\",\"exp\":1800000060}",
    };
    for (unsigned i = 0; i < JWT_ALGORITHM_COUNT; i++)
        for (size_t j = 0; j < sizeof claims / sizeof *claims; j++) {
            char header[64], text[SAMPLE_TEXT_BYTES];
            (void)snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"%s\"}",
                           jwt_algorithm_names[i], jwt_algorithm_names[i]);
            token_case->token =
                sample_token(issuer, (enum jwt_algorithm)i, header, claims[j], text);
            for (token_case->used_bytes = 0; token_case->used_bytes < 64;
                 token_case->used_bytes += 16)
                assert_true(fail_each_in_turn(verify_token, token_case, JWT_NO_MEMORY) >= 10);
            verify_without_hashing(token_case);
        }
}

static void no_token_is_valid_for_lack_of_memory(void **state)
{
    (void)state;
    struct sample_issuer issuer;
    char text[SAMPLE_TEXT_BYTES], why[JWKS_WHY_BYTES];
    struct token_case token_case = {0};
    sample_issuer_make(&issuer);
    token_case.jwks_text = sample_jwks(&issuer, text);
    assert_int_equal(jwks_read(&token_case.jwks, token_case.jwks_text, why), 0);
    assert_int_equal(secret_hasher_open(&token_case.hasher), 0);

    assert_true(fail_each_in_turn(read_jwks, &token_case, -ENOMEM) >= 10);
    verify_tokens(&token_case, &issuer);
    assert_true(fail_each_in_turn(keep_a_token, token_case.jwks, -ENOMEM) >= 3);
    assert_int_equal(fail_each_in_turn(open_a_guard, NULL, -ENOMEM), 1);
    secret_hasher_close(token_case.hasher);
    jwks_release(token_case.jwks);
    sample_issuer_clear(&issuer);
}

/* ---- OpenSSL's memory ---- */

static void *openssl_malloc(size_t size, const char *file, int line)
{
    return malloc(size);
}

static void *openssl_realloc(void *piece, size_t size, const char *file, int line)
{
    return realloc(piece, size);
}

static void openssl_free(void *piece, const char *file, int line)
{
    free(piece);
}

static int set_up_openssl(void)
{
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashing_says_what_failed),
        cmocka_unit_test(a_table_is_changed_whole_or_not_at_all),
        cmocka_unit_test(no_token_is_valid_for_lack_of_memory),
    };
    if (!set_up_openssl()) /* it has allocated already */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
