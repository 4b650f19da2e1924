/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/model_list.h"

#include <errno.h>
#include <stdio.h>

#include "tests/test.h"

struct desk {
    struct block_pool pool;
    struct arena arena;
    struct model_list list;
    struct buffer out;
};

static int set_up(void **state)
{
    static struct desk desk;
    desk = (struct desk){0};
    block_pool_init(&desk.pool, 4096, 1, NULL);
    arena_init(&desk.arena, &desk.pool);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    buffer_clear(&desk->out);
    arena_clear(&desk->arena);
    block_pool_clear(&desk->pool);
    return 0;
}

static int read_list(struct desk *desk, const char *text)
{
    return model_list_read(&desk->list, bytes_from_cstr(text), &desk->arena);
}

static void expect_written(struct desk *desk, const char *wanted)
{
    assert_int_equal(model_list_write(&desk->out, &desk->list), 0);
    assert_true(bytes_equal(buffer_bytes(&desk->out), bytes_from_cstr(wanted)));
}

static void entries_are_told_as_their_engine_wrote_them(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_list(desk,
                               "{\"object\":\"list\",\"data\":[ {\"id\" : \"b\", \"x\":[1,{}]},"
                               "{\"created\":1.50,\"id\":\"a\\u002fb\"}]}"),
                     0);
    assert_int_equal(desk->list.count, 2);
    assert_true(bytes_equal(desk->list.at[1].id, BYTES("a/b")));
    expect_written(desk, "{\"object\":\"list\",\"data\":[{\"id\" : \"b\", \"x\":[1,{}]},"
                         "{\"created\":1.50,\"id\":\"a\\u002fb\"}]}\n");
}

static void what_is_no_entry_is_left_out(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_list(desk, "{\"data\":[1,null,{},{\"id\":7},{\"id\":\"\"},{\"id\":\"a\"},"
                                     "[{\"id\":\"b\"}]]}"),
                     0);
    assert_int_equal(desk->list.count, 1);
    assert_true(bytes_equal(desk->list.at[0].id, BYTES("a")));
}

static void what_is_no_list_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"data\"",
        "{\"data\":{}}",
        "{\"data\":[{\"id\":\"a\"}",
        "nope",
        "{\"data\":[]} x",
        "{\"data\":[{\"id\":\"a\",}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(read_list(*state, texts[i]), -EINVAL);
    assert_int_equal(read_list(*state, "{\"data\":[]}"), 0);
}

static void too_many_are_refused(void **state)
{
    struct desk *desk = *state;
    struct buffer text = {0};
    assert_int_equal(buffer_append(&text, BYTES("{\"data\":[0")), 0);
    for (int i = 0; i < MODEL_LIST_LIMIT; i++)
        assert_int_equal(buffer_append(&text, BYTES(",0")), 0);
    assert_int_equal(buffer_append(&text, BYTES("]}")), 0);
    assert_int_equal(model_list_read(&desk->list, buffer_bytes(&text), &desk->arena), -E2BIG);
    buffer_clear(&text);
}

static void an_entry_may_have_another_name_here(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_list(desk, "{\"data\":[{\"object\":\"model\",\"id\":\"own\",\"x\":1}]}"),
                     0);
    desk->list.at[0].name = BYTES("fa\"st");
    expect_written(desk, "{\"object\":\"list\",\"data\":[{\"object\":\"model\",\"id\":\"fa\\\"st\","
                         "\"x\":1}]}\n");
}

static void of_a_name_alone_an_entry_is_made(void **state)
{
    struct desk *desk = *state;
    struct model_entry entry = {.id = BYTES("own"), .name = BYTES("fast")};
    desk->list = (struct model_list){&entry, 1};
    expect_written(desk, "{\"object\":\"list\",\"data\":[{\"id\":\"fast\",\"object\":\"model\","
                         "\"created\":0,\"owned_by\":\"isthmus\"}]}\n");
}

static void of_one_name_the_first_entry_stays(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_list(desk, "{\"data\":[{\"id\":\"c\",\"n\":1},{\"id\":\"a\"},"
                                     "{\"id\":\"c\",\"n\":2},{\"id\":\"ab\"},{\"id\":\"c\"}]}"),
                     0);
    model_list_make_unique(&desk->list);
    expect_written(desk, "{\"object\":\"list\",\"data\":[{\"id\":\"a\"},{\"id\":\"ab\"},"
                         "{\"id\":\"c\",\"n\":1}]}\n");
    assert_ptr_equal(model_list_find(&desk->list, BYTES("ab")), &desk->list.at[1]);
    assert_ptr_equal(model_list_find(&desk->list, BYTES("c")), &desk->list.at[2]);
    assert_null(model_list_find(&desk->list, BYTES("")));
    assert_null(model_list_find(&desk->list, BYTES("abc")));
}

static void expect_told(struct desk *desk, const char *name, const char *wanted)
{
    struct bytes text = model_list_tell_missing(&desk->list, bytes_from_cstr(name), &desk->arena);
    assert_true(bytes_equal(text, bytes_from_cstr(wanted)));
}

static void a_missing_model_is_told_with_what_there_is(void **state)
{
    struct desk *desk = *state;
    expect_told(desk, "x", "The model \"x\" does not exist: no core has any model now.");
    assert_int_equal(read_list(desk, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"), 0);
    expect_told(desk, "x", "The model \"x\" does not exist. You may use \"a\", \"b\".");
}

static void a_long_list_and_long_names_are_told_shortly(void **state)
{
    struct desk *desk = *state;
    struct model_entry entries[100] = {0};
    char name[1001];
    memset(name, 'x', sizeof name - 1);
    name[1000] = 0;
    name[199] = '\xc3';
    name[200] = '\xa4';
    for (int i = 0; i < 100; i++)
        entries[i].id = bytes_from_cstr(name);
    desk->list = (struct model_list){entries, 100};
    struct bytes text = model_list_tell_missing(&desk->list, bytes_from_cstr(name), &desk->arena);
    assert_in_range(text.length, 20 * 199, 22 * 210);
    assert_true(bytes_are_utf8(text));
    assert_true(bytes_end_with(text, BYTES(" and 80 more, which GET /v1/models lists.")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_are_told_as_their_engine_wrote_them),
        TEST(what_is_no_entry_is_left_out),
        TEST(what_is_no_list_is_refused),
        TEST(too_many_are_refused),
        TEST(an_entry_may_have_another_name_here),
        TEST(of_a_name_alone_an_entry_is_made),
        TEST(of_one_name_the_first_entry_stays),
        TEST(a_missing_model_is_told_with_what_there_is),
        TEST(a_long_list_and_long_names_are_told_shortly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
