/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/credential.h"

#include <stdio.h>

#include "keys/key_table.h"
#include "keys/secret_key.h"
#include "tests/test.h"

struct row {
    const char *name, *value;
    enum credential_state state;
    const char *token; /* of GIVEN */
};

static struct credential read_one(const char *name, const char *value)
{
    struct credential credential = {0};
    credential_note(&credential, bytes_from_cstr(name), bytes_from_cstr(value));
    return credential;
}

static void assert_token(struct credential credential, const char *token)
{
    assert_int_equal(credential.state, CREDENTIAL_GIVEN);
    assert_true(bytes_equal(credential.token, bytes_from_cstr(token)));
}

static void one_field_gives_one_credential(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"authorization", "Bearer ist_a", CREDENTIAL_GIVEN, "ist_a"},
        {"Authorization", "bEARER   ist_a ", CREDENTIAL_GIVEN, "ist_a"},
        {"authorization", " Bearer ist_a", CREDENTIAL_GIVEN, "ist_a"},
        {"x-api-key", "sk-1", CREDENTIAL_GIVEN, "sk-1"},
        {"X-API-Key", " sk-1\t", CREDENTIAL_GIVEN, "sk-1"},
        {"api-key", "!~", CREDENTIAL_GIVEN, "!~"},
        {"api-key", "Bearer", CREDENTIAL_GIVEN, "Bearer"},
        {"host", "Bearer ist_a", CREDENTIAL_ABSENT, NULL},
        {"cookie", "api-key=a", CREDENTIAL_ABSENT, NULL},
        {"", "", CREDENTIAL_ABSENT, NULL},
        {"authorization", "", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Bearer", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Bearer  ", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "ist_a", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Basic dXNlcjpw", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Bearer\tist_a", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Bearer ist_a ist_b", CREDENTIAL_MALFORMED, NULL},
        {"authorization", "Bearers ist_a", CREDENTIAL_MALFORMED, NULL},
        {"x-api-key", "", CREDENTIAL_MALFORMED, NULL},
        {"x-api-key", "a b", CREDENTIAL_MALFORMED, NULL},
        {"x-api-key", "a\x7f", CREDENTIAL_MALFORMED, NULL},
        {"x-api-key", "\xc3\xa4", CREDENTIAL_MALFORMED, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct credential credential = read_one(rows[i].name, rows[i].value);
        assert_int_equal(credential.state, rows[i].state);
        if (rows[i].token)
            assert_token(credential, rows[i].token);
    }
}

static void sent_twice_it_must_be_the_same(void **state)
{
    (void)state;
    struct credential credential = read_one("authorization", "Bearer a");
    credential_note(&credential, BYTES("x-api-key"), BYTES("a"));
    assert_token(credential, "a");
    credential_note(&credential, BYTES("api-key"), BYTES("b"));
    assert_int_equal(credential.state, CREDENTIAL_AMBIGUOUS);
}

static void the_first_fault_stays(void **state)
{
    (void)state;
    struct credential credential = read_one("x-api-key", "a b");
    credential_note(&credential, BYTES("x-api-key"), BYTES("a"));
    assert_int_equal(credential.state, CREDENTIAL_MALFORMED);

    credential = read_one("x-api-key", "a");
    credential_note(&credential, BYTES("api-key"), BYTES("b"));
    credential_note(&credential, BYTES("api-key"), BYTES(""));
    assert_int_equal(credential.state, CREDENTIAL_AMBIGUOUS);

    credential = read_one("x-api-key", "a");
    credential_note(&credential, BYTES("authorization"), BYTES("Basic a"));
    assert_int_equal(credential.state, CREDENTIAL_MALFORMED);
}

static void a_byte_too_long_is_malformed(void **state)
{
    (void)state;
    static char value[CREDENTIAL_BYTES_LIMIT + 1];
    memset(value, 'a', sizeof value);
    struct credential credential = {0};
    credential_note(&credential, BYTES("api-key"), bytes_of(value, CREDENTIAL_BYTES_LIMIT));
    assert_int_equal(credential.state, CREDENTIAL_GIVEN);
    credential = (struct credential){0};
    credential_note(&credential, BYTES("api-key"), bytes_of(value, sizeof value));
    assert_int_equal(credential.state, CREDENTIAL_MALFORMED);
}

/* What other gateways' key checks fell for (CVE-2026-42208 and the like). */
/* clang-format off */
static const char *const injections[] = {
    "'", "\"", "\\", "%", "%%%", "_", "*", "' OR '1'='1", "' OR 1=1 --", "'OR/**/1=1--",
    "'||'1'='1", "\\' OR 1=1 --", "') OR ('1'='1", "1;DROP/**/TABLE/**/keys;--",
    "'UNION/**/SELECT/**/sha256/**/FROM/**/keys--", "ist_%", "ist_' AND pg_sleep(9) --",
    "';WAITFOR/**/DELAY'0:0:9'--", "$(id)", "`id`", "|id", ";id", "&&id", "${jndi:ldap://x}",
    "{{7*7}}", "{\"$ne\":null}", "{\"$gt\":\"\"}", "[$ne]=1", "*)(uid=*))(|(uid=*",
    "../../etc/passwd", "..%2f..%2fetc", "%00", "%0d%0aset-cookie:a=b",
    "<script>alert(1)</script>", "%s%s%s%n", "null", "NULL", "undefined", "true", "0", "-1",
    "NaN", "0x00", "Bearer", "sk-", "ist_", "EVAL 'return 1' 0", "*1\\r\\n$4\\r\\nPING",
    "\xff\xfe", "\xc0\xa7", "\xef\xbc\x87 OR 1=1",
};
/* clang-format on */

/* A table with one key, whose secret is one of ours. */
static struct key_table *table_of_one(struct secret_hasher *hasher)
{
    struct key_table *table = key_table_new(1);
    struct key key = {.id = 1, .name = "a", .tenant = "default", .labels = ""};
    char secret[SECRET_KEY_CHARACTERS + 1];
    secret_key_write((const uint8_t[SECRET_KEY_ENTROPY_BYTES]){1}, secret);
    assert_int_equal(secret_key_digest(hasher, bytes_from_cstr(secret), key.digest), 0);
    assert_int_equal(key_table_put(table, &key), 0);
    return table;
}

static void assert_not_a_key(struct credential credential, struct secret_hasher *hasher,
                             const struct key_table *table)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    assert_int_not_equal(credential.state, CREDENTIAL_ABSENT);
    assert_false(credential_looks_like_jwt(credential.token));
    assert_int_equal(secret_key_digest(hasher, credential.token, digest), 0);
    assert_null(key_table_find(table, digest, 0));
}

static void injections_are_merely_not_a_key(void **state)
{
    (void)state;
    struct secret_hasher *hasher;
    assert_int_equal(secret_hasher_open(&hasher), 0);
    struct key_table *table = table_of_one(hasher);
    for (size_t i = 0; i < sizeof injections / sizeof *injections; i++) {
        char bearer[128];
        (void)snprintf(bearer, sizeof bearer, "Bearer %s", injections[i]);
        assert_not_a_key(read_one("x-api-key", injections[i]), hasher, table);
        assert_not_a_key(read_one("api-key", injections[i]), hasher, table);
        assert_not_a_key(read_one("authorization", injections[i]), hasher, table);
        assert_not_a_key(read_one("authorization", bearer), hasher, table);
    }
    secret_hasher_close(hasher);
    key_table_release(table);
}

static void three_parts_in_base64url_look_like_a_token(void **state)
{
    (void)state;
    assert_true(credential_looks_like_jwt(BYTES("eyJhbGciOiJub25lIn0.e30.AZaz09-_")));
    static const char *const others[] = {
        "",        "ist_abc",   "eyJ",         "eyJ.e30",     "eyJ.e30.",     "eyJ..a",
        ".e30.a",  "fyJ.e30.a", "eyJ.e30.a.b", "eyJ.e3=.a",   "eyJ.e30.a/",   "e.e30.a",
        "eyJ.@.a", "eyJ.[.a",   "eyJ.{.a",     "eyJ.e30.a\t", "eyJ.e30.\xff", "ey\xff.e30.a",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(credential_looks_like_jwt(bytes_from_cstr(others[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_field_gives_one_credential),
        cmocka_unit_test(sent_twice_it_must_be_the_same),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(a_byte_too_long_is_malformed),
        cmocka_unit_test(injections_are_merely_not_a_key),
        cmocka_unit_test(three_parts_in_base64url_look_like_a_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
