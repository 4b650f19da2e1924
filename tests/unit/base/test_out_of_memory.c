/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/heap.h"
#include "base/secret.h"
#include "tests/test.h"

/* The linker sends every allocation of the room through these. */
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *piece, size_t size);
void *__real_reallocarray(void *piece, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *piece, size_t size);
void *__wrap_reallocarray(void *piece, size_t count, size_t size);

static bool memory_is_out;

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return memory_is_out ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_malloc(size_t size)
{
    return memory_is_out ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return memory_is_out ? NULL : __real_realloc(piece, size);
}

void *__wrap_reallocarray(void *piece, size_t count, size_t size)
{
    return memory_is_out ? NULL : __real_reallocarray(piece, count, size);
}

static int memory_comes_back(void **state)
{
    (void)state;
    memory_is_out = false;
    return 0;
}

static void an_arena_refuses_and_charges_nothing(void **state)
{
    (void)state;
    struct memory_budget budget;
    struct block_pool pool;
    struct arena arena;
    memory_budget_init(&budget, 0);
    block_pool_init(&pool, 256, 4, &budget);
    arena_init(&arena, &pool);

    memory_is_out = true;
    assert_null(arena_alloc(&arena, 10));
    assert_null(arena_alloc(&arena, 10000));
    assert_null(arena_zalloc(&arena, 10));
    assert_null(arena_copy(&arena, BYTES("abc")).at);
    assert_null(arena_format(&arena, "%d", 1).at);
    assert_int_equal(memory_budget_used(&budget), 0);

    memory_is_out = false;
    assert_non_null(arena_alloc(&arena, 10));
    arena_clear(&arena);
    block_pool_clear(&pool);
}

static void a_buffer_keeps_what_it_held(void **state)
{
    (void)state;
    static const char many[1000];
    struct memory_budget budget;
    struct buffer buffer;
    memory_budget_init(&budget, 0);
    buffer_init(&buffer, 0, &budget);
    buffer_append(&buffer, BYTES("abc"));
    uint64_t used = memory_budget_used(&budget);

    memory_is_out = true;
    assert_int_equal(buffer_append(&buffer, bytes_of(many, sizeof many)), -ENOMEM);
    assert_int_equal(buffer_append_format(&buffer, "%1000d", 1), -ENOMEM);
    assert_true(bytes_equal(buffer_bytes(&buffer), BYTES("abc")));
    assert_int_equal(memory_budget_used(&budget), used);
    buffer_clear(&buffer);
}

static void a_heap_keeps_its_entries(void **state)
{
    (void)state;
    struct heap heap;
    struct heap_entry entries[17] = {0};
    heap_init(&heap);
    for (uint64_t i = 0; i < 16; i++)
        assert_int_equal(heap_insert(&heap, &entries[i], i), 0);

    memory_is_out = true;
    assert_int_equal(heap_insert(&heap, &entries[16], 0), -ENOMEM);
    assert_false(heap_contains(&entries[16]));
    assert_ptr_equal(heap_least(&heap), &entries[0]);
    heap_clear(&heap);
}

static void a_secret_keeps_its_old_value(void **state)
{
    (void)state;
    struct secret secret = {0};
    secret_set(&secret, BYTES("old"));
    memory_is_out = true;
    assert_int_equal(secret_set(&secret, BYTES("new")), -ENOMEM);
    assert_true(secret_equals(&secret, BYTES("old")));
    secret_clear(&secret);
}

#define TEST(name) cmocka_unit_test_teardown(name, memory_comes_back)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_arena_refuses_and_charges_nothing),
        TEST(a_buffer_keeps_what_it_held),
        TEST(a_heap_keeps_its_entries),
        TEST(a_secret_keeps_its_old_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
