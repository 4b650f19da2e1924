/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/test.h"

#define ED                                                                                         \
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define EC                                                                                         \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","      \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define SECRET "\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ\""

static struct jwks *read_set(const char *text)
{
    struct jwks *jwks;
    char why[JWKS_WHY_BYTES] = "";
    assert_int_equal(jwks_read(&jwks, bytes_from_cstr(text), why), 0);
    return jwks;
}

static void assert_refused(struct bytes text, const char *expected)
{
    struct jwks *jwks = NULL;
    char why[JWKS_WHY_BYTES] = "";
    assert_int_equal(jwks_read(&jwks, text, why), -EINVAL);
    assert_string_equal(why, expected);
    assert_null(jwks);
}

static void keys_are_found_by_id_and_algorithm(void **state)
{
    (void)state;
    struct jwks *jwks = read_set("{\"keys\":[{\"kid\":\"a\"," ED "},{\"kid\":\"b\"," ED "},"
                                 "{\"kid\":\"a\"," EC "}],\"more\":1}");
    assert_int_equal(jwks_count(jwks), 3);
    assert_int_equal(jwks_find(jwks, JWT_EDDSA, BYTES("a"))->algorithm, JWT_EDDSA);
    assert_int_equal(jwks_find(jwks, JWT_ES256, BYTES("a"))->algorithm, JWT_ES256);
    assert_ptr_not_equal(jwks_find(jwks, JWT_EDDSA, BYTES("a")),
                         jwks_find(jwks, JWT_EDDSA, BYTES("b")));
    assert_null(jwks_find(jwks, JWT_ES256, BYTES("b")));
    assert_null(jwks_find(jwks, JWT_RS256, BYTES("a")));
    assert_null(jwks_find(jwks, JWT_EDDSA, BYTES("")));
    jwks_release(jwks);
}

static void without_an_id_only_one_key_may_be_meant(void **state)
{
    (void)state;
    const struct bytes none = {0};
    struct jwks *jwks =
        read_set("{\"keys\":[{\"kid\":\"a\"," ED "},{" EC "},{\"kid\":\"b\"," ED "}]}");
    assert_null(jwks_find(jwks, JWT_EDDSA, none));
    assert_non_null(jwks_find(jwks, JWT_ES256, none));
    assert_null(jwks_find(jwks, JWT_RS256, none));
    assert_null(jwks_find(jwks, JWT_ES256, BYTES("a"))); /* which that key does not have */
    jwks_release(jwks);
}

static void two_keys_of_one_id_are_nobodys(void **state)
{
    (void)state;
    struct jwks *jwks = read_set("{\"keys\":[{\"kid\":\"a\"," ED "},{\"kid\":\"a\"," ED "}]}");
    assert_null(jwks_find(jwks, JWT_EDDSA, BYTES("a")));
    jwks_release(jwks);
}

static void what_cannot_be_used_is_left_out_and_counted(void **state)
{
    (void)state;
    struct jwks *jwks = read_set("{\"keys\":[{" SECRET "},{" ED "},{},{" EC ",\"use\":\"enc\"}]}");
    assert_int_equal(jwks_count(jwks), 1);
    assert_int_equal(jwks_left_out(jwks), 3);
    jwks_release(jwks);
}

static void a_set_stays_until_its_last_holder_is_gone(void **state)
{
    (void)state;
    struct jwks *jwks = read_set("{\"keys\":[{" ED "}]}");
    jwks_hold(jwks);
    jwks_release(jwks);
    assert_int_equal(jwks_count(jwks), 1);
    jwks_release(jwks);
    jwks_release(NULL);
}

static void each_refusal_says_why(void **state)
{
    (void)state;
    assert_refused(BYTES(""), "it is no JSON object, or has \"keys\" twice");
    assert_refused(BYTES("<html>"), "it is no JSON object, or has \"keys\" twice");
    assert_refused(BYTES("{\"keys\":[],\"keys\":[]}"),
                   "it is no JSON object, or has \"keys\" twice");
    assert_refused(BYTES("{}"), "it lacks a list \"keys\"");
    assert_refused(BYTES("{\"keys\":{}}"), "it lacks a list \"keys\"");
    assert_refused(BYTES("{\"keys\":[]}"), "none of \"keys\" can be used here");
    assert_refused(BYTES("{\"keys\":[{" SECRET "}]}"), "none of \"keys\" can be used here");
    assert_refused(BYTES("{\"keys\":[{" ED "},1]}"), "one of \"keys\" is no object");
    assert_refused(BYTES("{\"keys\":[{" ED ",\"kty\":\"OKP\"}]}"),
                   "one of \"keys\" has a member twice");
}

static struct bytes write_set(size_t count, char *room, size_t room_bytes)
{
    size_t length = (size_t)snprintf(room, room_bytes, "{\"keys\":[");
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(room + length, room_bytes - length, "%s{" ED "}", i ? "," : "");
    length += (size_t)snprintf(room + length, room_bytes - length, "]}");
    return bytes_of(room, length);
}

static void too_much_of_it_is_refused(void **state)
{
    (void)state;
    static char room[JWKS_BYTES_LIMIT + 1];
    struct jwks *jwks;
    char why[JWKS_WHY_BYTES];
    struct bytes text = write_set(JWKS_KEYS_LIMIT, room, sizeof room);
    assert_int_equal(jwks_read(&jwks, text, why), 0);
    assert_int_equal(jwks_count(jwks), JWKS_KEYS_LIMIT);
    jwks_release(jwks);
    assert_refused(write_set(JWKS_KEYS_LIMIT + 1, room, sizeof room), "there are too many keys");

    text = write_set(1, room, sizeof room);
    memset(room + text.length, ' ', sizeof room - text.length);
    assert_int_equal(jwks_read(&jwks, bytes_of(room, JWKS_BYTES_LIMIT), why), 0);
    jwks_release(jwks);
    assert_refused(bytes_of(room, sizeof room), "it is too large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_by_id_and_algorithm),
        cmocka_unit_test(without_an_id_only_one_key_may_be_meant),
        cmocka_unit_test(two_keys_of_one_id_are_nobodys),
        cmocka_unit_test(what_cannot_be_used_is_left_out_and_counted),
        cmocka_unit_test(a_set_stays_until_its_last_holder_is_gone),
        cmocka_unit_test(each_refusal_says_why),
        cmocka_unit_test(too_much_of_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
