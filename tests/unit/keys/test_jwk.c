/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/jwk.h"

#include <stdio.h>

#include "keys/base64url.h"
#include "tests/test.h"

/* The keys and signatures of RFC 7515 A.2 and A.3 and of RFC 8037 A.4. */
#define RSA_KEY                                                                                    \
    "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"   \
    "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7"  \
    "OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3q"  \
    "Co5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyu"  \
    "XpoQ\",\"e\":\"AQAB\"}"
#define RSA_SIGNATURE                                                                              \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5" \
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb" \
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO" \
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define EC_KEY                                                                                     \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","     \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define EC_SIGNATURE                                                                               \
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ED_KEY                                                                                     \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define ED_SIGNATURE                                                                               \
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
#define JOE                                                                                        \
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"        \
    "Ijp0cnVlfQ"

static const struct example {
    const char *key, *text, *signature;
    enum jwt_algorithm algorithm;
} examples[] = {
    {RSA_KEY, "eyJhbGciOiJSUzI1NiJ9" JOE, RSA_SIGNATURE, JWT_RS256},
    {EC_KEY, "eyJhbGciOiJFUzI1NiJ9" JOE, EC_SIGNATURE, JWT_ES256},
    {ED_KEY, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", ED_SIGNATURE, JWT_EDDSA},
};
#define EXAMPLE_COUNT (sizeof examples / sizeof *examples)

static enum jwk_reading read_key(struct jwk *jwk, const char *text)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, bytes_from_cstr(text));
    assert_true(json_read_value(&reader, &value));
    return jwk_read(jwk, &reader);
}

static struct bytes decode(const char *text, uint8_t room[512])
{
    size_t count;
    assert_true(base64url_decode(bytes_from_cstr(text), room, &count));
    return bytes_of((char *)room, count);
}

static void the_published_signatures_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct jwk jwk = {0};
        uint8_t room[512];
        assert_int_equal(read_key(&jwk, examples[i].key), JWK_READ);
        assert_int_equal(jwk.algorithm, examples[i].algorithm);
        assert_false(jwk.has_id);
        struct bytes signature = decode(examples[i].signature, room);
        struct bytes text = bytes_from_cstr(examples[i].text);
        assert_int_equal(jwk_verify(&jwk, text, signature), SIGNATURE_RIGHT);

        text.length--;
        assert_int_equal(jwk_verify(&jwk, text, signature), SIGNATURE_WRONG);
        text.length++;
        for (size_t at = 0; at < signature.length; at++) {
            room[at] ^= 1;
            assert_int_equal(jwk_verify(&jwk, text, signature), SIGNATURE_WRONG);
            room[at] ^= 1;
        }
        jwk_clear(&jwk);
        jwk_clear(&jwk); /* nothing is left */
    }
}

static void a_signature_of_another_length_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct jwk jwk = {0};
        uint8_t room[512] = {0};
        assert_int_equal(read_key(&jwk, examples[i].key), JWK_READ);
        struct bytes signature = decode(examples[i].signature, room);
        struct bytes text = bytes_from_cstr(examples[i].text);
        const size_t lengths[] = {0, 1, signature.length - 1, signature.length + 1, 512};
        for (size_t j = 0; j < 5; j++)
            assert_int_equal(jwk_verify(&jwk, text, bytes_of(signature.at, lengths[j])),
                             SIGNATURE_WRONG);
        jwk_clear(&jwk);
    }
}

/* CVE-2022-21449: two zeros that were right for every text. */
static void a_signature_of_zeros_is_wrong(void **state)
{
    (void)state;
    const char zeros[64] = {0};
    struct jwk jwk = {0};
    assert_int_equal(read_key(&jwk, EC_KEY), JWK_READ);
    assert_int_equal(jwk_verify(&jwk, BYTES("a"), bytes_of(zeros, 64)), SIGNATURE_WRONG);
    jwk_clear(&jwk);
}

static void what_is_for_something_else_is_left_out(void **state)
{
    (void)state;
#define X "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define Y "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define POINT "\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y
    static const char *const texts[] = {
        "{}",
        "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ\"}",
        "{\"kty\":1}",
        "{" POINT ",\"use\":\"enc\"}",
        "{" POINT ",\"use\":null}",
        "{" POINT ",\"alg\":\"HS256\"}",
        "{" POINT ",\"alg\":\"RS256\"}",
        "{" POINT ",\"kid\":7}",
        "{\"kty\":\"EC\"," X "," Y "}",
        "{\"kty\":\"EC\",\"crv\":\"P-384\"," X "," Y "}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," Y "}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":7}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":\"\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":\"AQAB\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":\"=\"}",
        /* not on the curve */
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X
        ",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\"," X
        ",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
        "{\"kty\":\"OKP\",\"crv\":\"X25519\"," X "}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct jwk jwk = {0};
        assert_int_equal(read_key(&jwk, texts[i]), JWK_LEFT_OUT);
        assert_null(jwk.key);
    }
    struct jwk jwk = {0};
    assert_int_equal(read_key(&jwk, "{" POINT ",\"use\":\"sig\",\"alg\":\"ES256\"}"), JWK_READ);
    jwk_clear(&jwk);
}

/* So many bytes of modulus, the first being 0x80 so that all bits count. */
static enum jwk_reading read_rsa(size_t modulus_bytes, const char *exponent)
{
    uint8_t modulus[1100] = {0x80};
    char number[1500], text[2000];
    struct jwk jwk = {0};
    modulus[modulus_bytes - 1] |= 1;
    *base64url_encode(modulus, modulus_bytes, number) = '\0';
    (void)snprintf(text, sizeof text, "{\"kty\":\"RSA\",\"n\":\"%s\",%s}", number, exponent);
    enum jwk_reading reading = read_key(&jwk, text);
    jwk_clear(&jwk);
    return reading;
}

static void rsa_keys_are_neither_weak_nor_huge(void **state)
{
    (void)state;
    assert_int_equal(read_rsa(256, "\"e\":\"AQAB\""), JWK_READ);
    assert_int_equal(read_rsa(1024, "\"e\":\"AQAB\""), JWK_READ);
    assert_int_equal(read_rsa(255, "\"e\":\"AQAB\""), JWK_LEFT_OUT);
    assert_int_equal(read_rsa(1025, "\"e\":\"AQAB\""), JWK_LEFT_OUT);
    assert_int_equal(read_rsa(256, "\"e\":\"AQ\""), JWK_LEFT_OUT); /* 1 */
    assert_int_equal(read_rsa(256, "\"e\":\"Aw\""), JWK_LEFT_OUT); /* 3 */
    assert_int_equal(read_rsa(256, "\"e\":\"AAAB\""), JWK_LEFT_OUT);
    assert_int_equal(read_rsa(256, "\"e\":\"\""), JWK_LEFT_OUT);
    assert_int_equal(read_rsa(256, "\"f\":\"AQAB\""), JWK_LEFT_OUT);
    struct jwk jwk = {0};
    assert_int_equal(read_key(&jwk, "{\"kty\":\"RSA\",\"e\":\"AQAB\"}"), JWK_LEFT_OUT);
}

static void an_id_is_any_text_up_to_a_length(void **state)
{
    (void)state;
    struct jwk jwk = {0};
    char text[1024], id[JWK_ID_BYTES + 2];
    assert_int_equal(read_key(&jwk, "{" POINT ",\"kid\":\"a\\u0000\\u00e4\"}"), JWK_READ);
    assert_true(jwk.has_id);
    assert_true(bytes_equal(bytes_of(jwk.id, jwk.id_length), BYTES("a\0\xc3\xa4")));
    jwk_clear(&jwk);
    memset(id, 'a', sizeof id);
    for (int length = JWK_ID_BYTES; length <= JWK_ID_BYTES + 1; length++) {
        (void)snprintf(text, sizeof text, "{" POINT ",\"kid\":\"%.*s\"}", length, id);
        assert_int_equal(read_key(&jwk, text), length == JWK_ID_BYTES ? JWK_READ : JWK_LEFT_OUT);
        jwk_clear(&jwk);
    }
}

static void what_is_malformed_is_not_merely_left_out(void **state)
{
    (void)state;
    struct jwk jwk = {0};
    assert_int_equal(read_key(&jwk, "{" POINT), JWK_MALFORMED);
    assert_int_equal(read_key(&jwk, "{" POINT ",\"kty\":\"EC\"}"), JWK_MALFORMED);
    assert_null(jwk.key);
}

static void each_algorithm_is_read_by_its_name(void **state)
{
    (void)state;
    enum jwt_algorithm read;
    for (unsigned i = 0; i < JWT_ALGORITHM_COUNT; i++) {
        assert_true(jwt_algorithm_read(bytes_from_cstr(jwt_algorithm_names[i]), &read));
        assert_int_equal(read, i);
    }
    static const char *const others[] = {"none", "None", "", "HS256", "RS512", "rs256", "PS256"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(jwt_algorithm_read(bytes_from_cstr(others[i]), &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_signatures_are_right),
        cmocka_unit_test(a_signature_of_another_length_is_wrong),
        cmocka_unit_test(a_signature_of_zeros_is_wrong),
        cmocka_unit_test(what_is_for_something_else_is_left_out),
        cmocka_unit_test(rsa_keys_are_neither_weak_nor_huge),
        cmocka_unit_test(an_id_is_any_text_up_to_a_length),
        cmocka_unit_test(what_is_malformed_is_not_merely_left_out),
        cmocka_unit_test(each_algorithm_is_read_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
