/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/base64url.h"

#include "tests/test.h"

static void assert_pair(const char *bytes, size_t count, const char *text)
{
    char written[64];
    uint8_t read[64];
    size_t read_count = 99;
    *base64url_encode((const uint8_t *)bytes, count, written) = '\0';
    assert_string_equal(written, text);
    assert_int_equal(strlen(text), BASE64URL_CHARACTERS(count));
    assert_true(base64url_decode(bytes_from_cstr(text), read, &read_count));
    assert_int_equal(read_count, count);
    assert_memory_equal(read, bytes, count);
    assert_true(count <= BASE64URL_BYTES(strlen(text)));
}

/* RFC 4648 section 10, without the padding. */
static void writes_and_reads_the_published_examples(void **state)
{
    (void)state;
    assert_pair("", 0, "");
    assert_pair("f", 1, "Zg");
    assert_pair("fo", 2, "Zm8");
    assert_pair("foo", 3, "Zm9v");
    assert_pair("foob", 4, "Zm9vYg");
    assert_pair("fooba", 5, "Zm9vYmE");
    assert_pair("foobar", 6, "Zm9vYmFy");
    assert_pair("\xfb\xef\xff", 3, "--__");
    assert_pair("\x00\x10\x83\x10\x51\x87\x20\x92\x8b", 9, "ABCDEFGHIJKL");
}

static void refuses_what_another_text_says_as_well(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "A",    "AAAAA",         /* six bits are no byte */
        "Zh",   "Zm9",   "Z_",   /* bits that stand for nothing */
        "Zg==", "Zg=",   "Zm8=", /* padding */
        "+/AA", "Zm 9v", "Zm\n8", ".Zm8", "@Zm8", "[Zm8", "`Zm8", "{Zm8", "\xc3\xa4",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t room[64];
        size_t count;
        assert_false(base64url_decode(bytes_from_cstr(texts[i]), room, &count));
    }
}

static void each_of_the_64_characters_comes_back(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 64; value++) {
        const uint8_t bytes[3] = {(uint8_t)(value << 2), 0, (uint8_t)value};
        char text[5] = {0};
        uint8_t read[8];
        size_t count;
        (void)base64url_encode(bytes, 3, text);
        assert_true(base64url_decode(bytes_of(text, 4), read, &count));
        assert_memory_equal(read, bytes, 3);
        assert_int_equal(text[0], text[3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads_the_published_examples),
        cmocka_unit_test(refuses_what_another_text_says_as_well),
        cmocka_unit_test(each_of_the_64_characters_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
