/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/splice.h"

#include "base/buffer.h"
#include "tests/test.h"

static struct splice_edit edit_of(struct bytes original, size_t at, size_t length, const char *text)
{
    return (struct splice_edit){bytes_of(original.at + at, length), bytes_from_cstr(text)};
}

static void assert_spliced(struct bytes original, struct splice_edit *edits, size_t edit_count,
                           const char *expected)
{
    struct bytes parts[SPLICE_PARTS(4)];
    struct buffer joined = {0};
    size_t count = splice_parts(original, edits, edit_count, parts);
    assert_true(count <= SPLICE_PARTS(edit_count));
    for (size_t i = 0; i < count; i++) {
        assert_true(parts[i].length > 0);
        assert_int_equal(buffer_append(&joined, parts[i]), 0);
    }
    assert_true(bytes_equal(buffer_bytes(&joined), bytes_from_cstr(expected)));
    buffer_clear(&joined);
}

static void without_edits_the_original_is_the_one_part(void **state)
{
    (void)state;
    struct bytes original = BYTES("abc"), part;
    assert_int_equal(splice_parts(original, NULL, 0, &part), 1);
    assert_ptr_equal(part.at, original.at);
    assert_int_equal(part.length, 3);
    assert_int_equal(splice_parts(BYTES(""), NULL, 0, &part), 0);
}

static void what_is_replaced_is_replaced_and_the_rest_is_not_copied(void **state)
{
    (void)state;
    struct bytes original = BYTES("abcdef"), parts[SPLICE_PARTS(1)];
    struct splice_edit edit = edit_of(original, 2, 2, "XYZ");
    assert_spliced(original, &edit, 1, "abXYZef");
    assert_int_equal(splice_parts(original, &edit, 1, parts), 3);
    assert_ptr_equal(parts[0].at, original.at);
    assert_ptr_equal(parts[1].at, edit.new_bytes.at);
    assert_ptr_equal(parts[2].at, original.at + 4);
}

static void edits_may_come_in_any_order_and_stand_at_the_ends(void **state)
{
    (void)state;
    struct bytes original = BYTES("abcdef");
    struct splice_edit edits[] = {
        edit_of(original, 5, 1, "3"),
        edit_of(original, 0, 1, "1"),
        edit_of(original, 2, 1, ""),
    };
    assert_spliced(original, edits, 3, "1bde3");
    struct splice_edit all = edit_of(original, 0, 6, "");
    assert_spliced(original, &all, 1, "");
}

static void what_is_put_at_one_place_keeps_its_order(void **state)
{
    (void)state;
    struct bytes original = BYTES("ab");
    struct splice_edit edits[] = {
        edit_of(original, 2, 0, "4"),
        edit_of(original, 1, 0, "1"),
        edit_of(original, 1, 0, "2"),
        edit_of(original, 1, 0, "3"),
    };
    assert_spliced(original, edits, 4, "a123b4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_edits_the_original_is_the_one_part),
        cmocka_unit_test(what_is_replaced_is_replaced_and_the_rest_is_not_copied),
        cmocka_unit_test(edits_may_come_in_any_order_and_stand_at_the_ends),
        cmocka_unit_test(what_is_put_at_one_place_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
