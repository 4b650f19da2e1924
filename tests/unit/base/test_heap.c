/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include "base/random.h"
#include "tests/test.h"

#define ENTRIES 500

static struct heap_entry *pop(struct heap *heap)
{
    struct heap_entry *least = heap_least(heap);
    heap_remove(heap, least);
    return least;
}

static void an_empty_heap_has_no_least(void **state)
{
    (void)state;
    struct heap heap;
    heap_init(&heap);
    assert_null(heap_least(&heap));
    heap_clear(&heap);
}

static void ties_leave_in_the_order_of_insertion(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry entries[ENTRIES] = {0};
    heap_init(&heap);
    for (size_t i = 0; i < ENTRIES; i++)
        assert_int_equal(heap_insert(&heap, &entries[i], i % 3), 0);

    for (size_t key = 0; key < 3; key++)
        for (size_t i = key; i < ENTRIES; i += 3)
            assert_ptr_equal(pop(&heap), &entries[i]);
    heap_clear(&heap);
}

static void removing_from_anywhere_keeps_the_order(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry entries[ENTRIES] = {0};
    struct random random;
    heap_init(&heap);
    random_init(&random, 7);

    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < ENTRIES; i++)
            if (!heap_contains(&entries[i]))
                heap_insert(&heap, &entries[i], random_below(&random, 100));
        for (size_t i = 0; i < ENTRIES / 2; i++)
            heap_remove(&heap, &entries[random_below(&random, ENTRIES)]);
        uint64_t before = 0;
        for (size_t i = heap.count / 2; i > 0; i--) {
            uint64_t key = pop(&heap)->key;
            assert_true(key >= before);
            before = key;
        }
    }
    heap_clear(&heap);
}

static void an_entry_knows_whether_it_is_in(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry a = {0}, b = {0};
    heap_init(&heap);
    assert_false(heap_contains(&a));
    heap_remove(&heap, &a);

    heap_insert(&heap, &a, 5);
    heap_insert(&heap, &b, UINT64_MAX);
    assert_true(heap_contains(&a));
    heap_remove(&heap, &a);
    assert_false(heap_contains(&a));
    heap_clear(&heap);
    assert_false(heap_contains(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_least),
        cmocka_unit_test(ties_leave_in_the_order_of_insertion),
        cmocka_unit_test(removing_from_anywhere_keeps_the_order),
        cmocka_unit_test(an_entry_knows_whether_it_is_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
