/* SPDX-License-Identifier: Apache-2.0 */
#include "base/list.h"

#include "tests/test.h"

struct item {
    int number;
    struct list link;
};

static void keeps_the_order_and_finds_the_owner(void **state)
{
    (void)state;
    struct list head;
    struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    list_init(&head);
    list_push_back(&head, &items[1].link);
    list_push_back(&head, &items[2].link);
    list_push_front(&head, &items[0].link);

    int expected = 1;
    LIST_EACH(link, &head)
    assert_int_equal(CONTAINER_OF(link, struct item, link)->number, expected++);
    assert_int_equal(expected, 4);
}

static void a_link_may_be_removed_while_walking(void **state)
{
    (void)state;
    struct list head;
    struct item items[5] = {0};
    list_init(&head);
    for (int i = 0; i < 5; i++)
        list_push_back(&head, &items[i].link);

    LIST_EACH_SAFE(link, &head)
    list_remove(link);
    assert_true(list_is_empty(&head));
    assert_false(list_is_linked(&items[0].link));
}

static void removing_twice_does_nothing(void **state)
{
    (void)state;
    struct list head;
    struct item a = {0}, b = {0};
    list_init(&head);
    list_push_back(&head, &a.link);
    list_push_back(&head, &b.link);
    list_remove(&a.link);
    list_remove(&a.link);
    assert_ptr_equal(list_pop_front(&head), &b.link);
    assert_null(list_pop_front(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_and_finds_the_owner),
        cmocka_unit_test(a_link_may_be_removed_while_walking),
        cmocka_unit_test(removing_twice_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
