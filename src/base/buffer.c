/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 256

void buffer_init(struct buffer *buffer, size_t limit, struct memory_budget *budget)
{
    *buffer = (struct buffer){.limit = limit, .budget = budget};
}

static void compact(struct buffer *buffer)
{
    if (buffer->start == 0)
        return;
    memmove(buffer->data, buffer->data + buffer->start, buffer->length);
    buffer->start = 0;
}

static int grow(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;

    size_t more = capacity - buffer->capacity;
    if (!memory_budget_take(buffer->budget, more))
        return -ENOMEM;
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        memory_budget_give(buffer->budget, more);
        return -ENOMEM;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

/* Makes data + start + length the place of `size` free bytes. Moving costs at most three bytes for
 * each one consumed before, so a buffer that is filled and drained for hours stays linear. */
static int make_room(struct buffer *buffer, size_t size)
{
    size_t used = buffer->start + buffer->length;
    if (size <= buffer->capacity - used)
        return 0;
    bool much_is_consumed = buffer->start >= buffer->capacity / 4;
    if (much_is_consumed)
        compact(buffer);
    used = buffer->start + buffer->length;
    if (size <= buffer->capacity - used)
        return 0;
    return size > SIZE_MAX - used ? -ENOMEM : grow(buffer, used + size);
}

int buffer_reserve(struct buffer *buffer, size_t size, char **ret_at)
{
    if (buffer->limit != 0 && size > buffer->limit - buffer->length)
        return -ENOBUFS;
    int r = make_room(buffer, size);
    if (r < 0)
        return r;
    *ret_at = buffer->data ? buffer->data + buffer->start + buffer->length : NULL;
    return 0;
}

void buffer_commit(struct buffer *buffer, size_t size)
{
    assert(size <= buffer->capacity - buffer->start - buffer->length);
    buffer->length += size;
}

int buffer_append(struct buffer *buffer, struct bytes view)
{
    if (view.length == 0)
        return 0;
    char *at;
    int r = buffer_reserve(buffer, view.length, &at);
    if (r < 0)
        return r;
    assert(at); /* room for more than nothing is somewhere */
    memcpy(at, view.at, view.length);
    buffer_commit(buffer, view.length);
    return 0;
}

__attribute__((format(printf, 2, 0))) static int
append_formatted(struct buffer *buffer, const char *format, va_list arguments, size_t length)
{
    /* vsnprintf() ends with a 0 byte, which needs a place but not the limit's leave. */
    if (buffer->limit != 0 && length > buffer->limit - buffer->length)
        return -ENOBUFS;
    int r = make_room(buffer, length + 1);
    if (r < 0)
        return r;
    char *at = buffer->data + buffer->start + buffer->length;
    vsnprintf(at, length + 1, format, arguments);
    buffer_commit(buffer, length);
    return 0;
}

int buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    int r = length < 0 ? -ENOBUFS : append_formatted(buffer, format, again, (size_t)length);
    va_end(again);
    va_end(arguments);
    return r;
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    assert(size <= buffer->length);
    buffer->length -= size;
    buffer->start = buffer->length == 0 ? 0 : buffer->start + size;
}

void buffer_truncate(struct buffer *buffer, size_t length)
{
    assert(length <= buffer->length);
    buffer->length = length;
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->data);
    memory_budget_give(buffer->budget, buffer->capacity);
    buffer_init(buffer, buffer->limit, buffer->budget);
}
