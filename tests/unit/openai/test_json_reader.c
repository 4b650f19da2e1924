/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/json_reader.h"

#include "tests/test.h"

static enum json_fault fault_of(struct bytes text)
{
    struct json_reader reader;
    struct json_value value;
    json_reader_init(&reader, text);
    if (json_read_value(&reader, &value) && json_skip(&reader, &value))
        json_finish(&reader);
    return reader.fault;
}

static void assert_faults(const char *text, enum json_fault fault)
{
    enum json_fault found = fault_of(bytes_from_cstr(text));
    if (found != fault)
        print_error("%s\n  %s\n", text, json_fault_texts[found]);
    assert_int_equal(found, fault);
}

static void each_fault_is_told_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_fault fault;
    } rows[] = {
        {"{\"a\":[1,-0.5e+3,\"\\u00e4\",true,false,null,{}]}", JSON_SOUND},
        {" [ ] ", JSON_SOUND},
        {"", JSON_ENDS_EARLY},
        {"[", JSON_ENDS_EARLY},
        {"[1", JSON_ENDS_EARLY},
        {"\"a", JSON_ENDS_EARLY},
        {"{\"a\"", JSON_ENDS_EARLY},
        {"[1,]", JSON_NO_VALUE},
        {"[nul]", JSON_NO_VALUE},
        {"[+1]", JSON_NO_VALUE},
        {"{\"a\":}", JSON_NO_VALUE},
        {"{\"a\":1,}", JSON_NO_KEY},
        {"{1:1}", JSON_NO_KEY},
        {"{\"a\",1}", JSON_NO_COLON},
        {"[1 2]", JSON_NO_COMMA},
        {"[1}", JSON_NO_COMMA},
        {"[01]", JSON_BAD_NUMBER},
        {"[-]", JSON_BAD_NUMBER},
        {"[1.]", JSON_BAD_NUMBER},
        {"[1e]", JSON_BAD_NUMBER},
        {"[\"\\x\"]", JSON_BAD_ESCAPE},
        {"[\"\\u12g4\"]", JSON_BAD_ESCAPE},
        {"[\"\\u12\"]", JSON_BAD_ESCAPE},
        {"[\"\\ud800\"]", JSON_LONE_SURROGATE},
        {"[\"\\ud800\\u0041\"]", JSON_LONE_SURROGATE},
        {"[\"\\udc00\"]", JSON_LONE_SURROGATE},
        {"[\"\n\"]", JSON_CONTROL_CHARACTER},
        {"[\"\x7f\"]", JSON_SOUND},
        {"[\"\xff\"]", JSON_NOT_UTF8},
        {"[\"\xc0\x80\"]", JSON_NOT_UTF8},
        {"[\"\xe0\x80\x80\"]", JSON_NOT_UTF8},
        {"[\"\xed\xa0\x80\"]", JSON_NOT_UTF8},
        {"[\"\xf0\x80\x80\x80\"]", JSON_NOT_UTF8},
        {"[\"\xf4\x90\x80\x80\"]", JSON_NOT_UTF8},
        {"[\"\xf5\x80\x80\x80\"]", JSON_NOT_UTF8},
        {"[\"\xe2\x82\"]", JSON_NOT_UTF8},
        {"[\"\xc2\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]", JSON_SOUND},
        {"[] []", JSON_GOES_ON},
        {"1 x", JSON_GOES_ON},
        {"\xef\xbb\xbf[]", JSON_NO_VALUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_faults(rows[i].text, rows[i].fault);
    assert_int_equal(fault_of(BYTES("[]\0")), JSON_GOES_ON);
    assert_int_equal(fault_of((struct bytes){0}), JSON_ENDS_EARLY);
}

/* Every place of a string within the eight bytes that are looked at together. */
static void an_odd_byte_is_seen_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t at = 0; at < 24; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            char text[26];
            memset(text, 'x', sizeof text);
            text[0] = text[25] = '"';
            text[1 + at] = (char)byte;
            bool is_sound = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            assert_int_equal(fault_of(bytes_of(text, sizeof text)) == JSON_SOUND, is_sound);
        }
    }
}

static void depth_is_that_of_what_is_open(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_LIMIT + 2];
    for (size_t depth = 1; depth <= JSON_DEPTH_LIMIT + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(fault_of(bytes_of(text, 2 * depth)),
                         depth <= JSON_DEPTH_LIMIT ? JSON_SOUND : JSON_TOO_DEEP);
    }
}

static void values_and_keys_are_views_of_the_text(void **state)
{
    (void)state;
    struct bytes text = BYTES("{ \"a\\n\" : [ 12 , \"b\" ] , \"c\" : { \"d\" : 0 } }");
    struct json_reader reader;
    struct json_value value;
    struct json_text key;
    json_reader_init(&reader, text);
    assert_true(json_read_value(&reader, &value));
    assert_int_equal(value.kind, JSON_OBJECT);

    assert_true(json_next_member(&reader, &key));
    assert_true(key.has_escapes);
    assert_true(bytes_equal(key.raw, BYTES("a\\n")));
    assert_true(json_read_value(&reader, &value));
    assert_true(json_next_element(&reader));
    assert_true(json_read_value(&reader, &value));
    assert_int_equal(value.kind, JSON_NUMBER);
    assert_true(bytes_equal(value.raw, BYTES("12")));
    assert_true(json_next_element(&reader));
    assert_true(json_read_value(&reader, &value));
    assert_true(bytes_equal(value.raw, BYTES("\"b\"")));
    assert_true(bytes_equal(value.text.raw, BYTES("b")));
    assert_false(json_next_element(&reader));

    assert_true(json_next_member(&reader, &key));
    assert_false(key.has_escapes);
    assert_ptr_equal(key.raw.at, text.at + text.length - sizeof "c\" : { \"d\" : 0 } }" + 1);
    assert_true(json_read_value(&reader, &value));
    assert_true(json_skip(&reader, &value));
    assert_false(json_next_member(&reader, &key));
    assert_true(json_finish(&reader));
    assert_int_equal(reader.depth, 0);
}

static void after_a_fault_nothing_goes_on(void **state)
{
    (void)state;
    struct json_reader reader;
    struct json_value value;
    struct json_text key;
    json_reader_init(&reader, BYTES("[x]"));
    assert_true(json_read_value(&reader, &value));
    assert_true(json_next_element(&reader));
    assert_false(json_read_value(&reader, &value));
    assert_int_equal(reader.at - reader.start, 1);
    assert_false(json_read_value(&reader, &value));
    assert_false(json_next_element(&reader));
    assert_false(json_next_member(&reader, &key));
    assert_false(json_skip(&reader, &value));
    assert_false(json_finish(&reader));
    assert_int_equal(reader.fault, JSON_NO_VALUE);
}

static void assert_decoded(const char *raw, struct bytes expected)
{
    struct json_text text = {.raw = bytes_from_cstr(raw), .has_escapes = true};
    char room[64];
    size_t length = json_text_decode(text, room);
    assert_true(length <= text.raw.length);
    assert_true(bytes_equal(bytes_of(room, length), expected));
}

static void escapes_are_decoded_to_utf8(void **state)
{
    (void)state;
    assert_decoded("", BYTES(""));
    assert_decoded("plain", BYTES("plain"));
    assert_decoded("\\\"\\\\\\/\\b\\f\\n\\r\\t", BYTES("\"\\/\b\f\n\r\t"));
    assert_decoded("a\\u0000b", BYTES("a\0b"));
    assert_decoded("\\u007F\\u0080\\u07ff\\u0800\\uFFFF",
                   BYTES("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"));
    assert_decoded("\\ud83d\\ude00!", BYTES("\xf0\x9f\x98\x80!"));
    assert_decoded("\\ud800\\udc00\\uDBFF\\uDFFF", BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_told_by_its_name),
        cmocka_unit_test(an_odd_byte_is_seen_wherever_it_stands),
        cmocka_unit_test(depth_is_that_of_what_is_open),
        cmocka_unit_test(values_and_keys_are_views_of_the_text),
        cmocka_unit_test(after_a_fault_nothing_goes_on),
        cmocka_unit_test(escapes_are_decoded_to_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
