/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/secret_key.h"

#include "tests/test.h"

static void assert_digest(struct secret_hasher *hasher, struct bytes secret, const char *hex)
{
    uint8_t digest[KEY_DIGEST_BYTES];
    char text[SECRET_KEY_HEX_CHARACTERS + 1];
    assert_int_equal(secret_key_digest(hasher, secret, digest), 0);
    secret_key_write_digest(digest, text);
    assert_string_equal(text, hex);
}

/* FIPS 180-4's example, and the empty text. */
static void a_digest_is_sha256_however_often_it_is_asked(void **state)
{
    (void)state;
    struct secret_hasher *hasher;
    assert_int_equal(secret_hasher_open(&hasher), 0);
    for (int i = 0; i < 3; i++) {
        assert_digest(hasher, BYTES("abc"),
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_digest(hasher, (struct bytes){0},
                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
    secret_hasher_close(hasher);
    secret_hasher_close(NULL);
}

/* Python: base64.urlsafe_b64encode(bytes(255 - i for i in range(32))) */
static void a_secret_is_its_256_bits_in_base64url(void **state)
{
    (void)state;
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES];
    char text[SECRET_KEY_CHARACTERS + 1];
    for (size_t i = 0; i < sizeof entropy; i++)
        entropy[i] = (uint8_t)(255 - i);
    secret_key_write(entropy, text);
    assert_string_equal(text, "ist___79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA");
    assert_int_equal(strlen(text), SECRET_KEY_CHARACTERS);
}

static void each_bit_of_the_entropy_makes_another_secret(void **state)
{
    (void)state;
    uint8_t entropy[SECRET_KEY_ENTROPY_BYTES] = {0};
    char base[SECRET_KEY_CHARACTERS + 1], text[SECRET_KEY_CHARACTERS + 1];
    secret_key_write(entropy, base);
    for (unsigned bit = 0; bit < 8 * SECRET_KEY_ENTROPY_BYTES; bit++) {
        entropy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        secret_key_write(entropy, text);
        assert_string_not_equal(text, base);
        entropy[bit / 8] = 0;
    }
}

static void a_hint_shows_the_first_characters_of_our_own_secrets_only(void **state)
{
    (void)state;
    const struct {
        const char *secret, *hint;
    } rows[] = {
        {"ist_AbCdEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcde", "ist_AbCd..."},
        {"ist_AbCd", "..."},
        {"ist_AbCdEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdef", "..."},
        {"sk-ant-EFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdef", "..."},
        {"", "..."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char hint[SECRET_KEY_HINT_CHARACTERS + 1];
        secret_key_hint(bytes_from_cstr(rows[i].secret), hint);
        assert_string_equal(hint, rows[i].hint);
    }
}

static void digests_are_equal_in_all_bits_or_not_at_all(void **state)
{
    (void)state;
    uint8_t a[KEY_DIGEST_BYTES] = {0}, b[KEY_DIGEST_BYTES] = {0};
    assert_true(secret_key_digests_equal(a, b));
    for (unsigned bit = 0; bit < 8 * KEY_DIGEST_BYTES; bit++) {
        b[bit / 8] = (uint8_t)(1 << bit % 8);
        assert_false(secret_key_digests_equal(a, b));
        b[bit / 8] = 0;
    }
}

static void a_digest_is_read_from_64_digits_of_either_case(void **state)
{
    (void)state;
    uint8_t digest[KEY_DIGEST_BYTES];
    char text[SECRET_KEY_HEX_CHARACTERS + 1];
    struct bytes mixed = BYTES("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015Ad");
    assert_true(secret_key_read_digest(mixed, digest));
    secret_key_write_digest(digest, text);
    assert_true(bytes_equal_nocase(bytes_from_cstr(text), mixed));
}

static void what_is_no_digest_leaves_all_as_it_was(void **state)
{
    (void)state;
    char hex[SECRET_KEY_HEX_CHARACTERS + 2];
    uint8_t digest[KEY_DIGEST_BYTES] = {7};
    memset(hex, 'a', sizeof hex);
    assert_false(secret_key_read_digest(bytes_of(hex, SECRET_KEY_HEX_CHARACTERS + 1), digest));
    assert_false(secret_key_read_digest(bytes_of(hex, SECRET_KEY_HEX_CHARACTERS - 1), digest));
    for (size_t i = 0; i < SECRET_KEY_HEX_CHARACTERS; i++)
        for (const char *wrong = "g`@G/: \xe1"; *wrong; wrong++) {
            hex[i] = *wrong;
            assert_false(secret_key_read_digest(bytes_of(hex, SECRET_KEY_HEX_CHARACTERS), digest));
            hex[i] = 'a';
        }
    assert_int_equal(digest[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_sha256_however_often_it_is_asked),
        cmocka_unit_test(a_secret_is_its_256_bits_in_base64url),
        cmocka_unit_test(each_bit_of_the_entropy_makes_another_secret),
        cmocka_unit_test(a_hint_shows_the_first_characters_of_our_own_secrets_only),
        cmocka_unit_test(digests_are_equal_in_all_bits_or_not_at_all),
        cmocka_unit_test(a_digest_is_read_from_64_digits_of_either_case),
        cmocka_unit_test(what_is_no_digest_leaves_all_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
