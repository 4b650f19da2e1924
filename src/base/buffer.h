/* SPDX-License-Identifier: Apache-2.0
 *
 * buffer - bytes that grow at the end and are consumed at the front, up to a limit.
 *
 * Units    bytes.
 * Memory   the caller embeds the struct (zeroed: empty, holds no memory); storage comes from
 *          malloc and is charged to the budget if there is one.
 * Threads  belongs to its owner.
 * Errors   -ENOBUFS when the limit would be passed, -ENOMEM when memory or the budget refuses;
 *          after either the buffer is as it was.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/memory_budget.h"

struct buffer {
    char *data;
    size_t start;  /* bytes consumed at the front */
    size_t length; /* bytes held, from data + start */
    size_t capacity;
    size_t limit; /* 0: none */
    struct memory_budget *budget;
};

void buffer_init(struct buffer *buffer, size_t limit, struct memory_budget *budget);
int buffer_append(struct buffer *buffer, struct bytes view);
int buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for `size` more bytes at *ret_at; buffer_commit() says how many were written. */
int buffer_reserve(struct buffer *buffer, size_t size, char **ret_at);
void buffer_commit(struct buffer *buffer, size_t size);
void buffer_consume(struct buffer *buffer, size_t size);
/* Forgets all but the first `length` bytes held, to take back what was half written. */
void buffer_truncate(struct buffer *buffer, size_t length);
/* Gives the storage back; limit and budget stay. */
void buffer_clear(struct buffer *buffer);

static inline struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->data ? buffer->data + buffer->start : "", buffer->length);
}

#endif
