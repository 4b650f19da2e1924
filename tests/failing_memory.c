/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/failing_memory.h"

#include <stddef.h>

#include "base/block_pool.h"

/* The linker sends every allocation of the program through these. */
void *__real_block_pool_take(struct block_pool *pool);
void *__wrap_block_pool_take(struct block_pool *pool);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__real_reallocarray(void *piece, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void *__wrap_reallocarray(void *piece, size_t count, size_t size);

static unsigned countdown; /* to the allocation that fails; 0: none does */
static unsigned spare_depth;
static bool has_failed;

void failing_memory_set(unsigned nth)
{
    countdown = nth;
    has_failed = false;
}

bool failing_memory_has_failed(void)
{
    return has_failed;
}

void failing_memory_spare(bool spared)
{
    if (spared)
        spare_depth++;
    else
        spare_depth--;
}

static bool memory_is_out(void)
{
    if (spare_depth > 0 || countdown == 0 || --countdown > 0)
        return false;
    has_failed = true;
    return true;
}

/* Blocks come from spans, so that malloc is asked seldom; each block may be refused all the same.
 */
void *__wrap_block_pool_take(struct block_pool *pool)
{
    return memory_is_out() ? NULL : __real_block_pool_take(pool);
}

void *__wrap_malloc(size_t size)
{
    return memory_is_out() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_out() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    return memory_is_out() ? NULL : __real_realloc(piece, size);
}

void *__wrap_reallocarray(void *piece, size_t count, size_t size)
{
    return memory_is_out() ? NULL : __real_reallocarray(piece, count, size);
}
