/* SPDX-License-Identifier: Apache-2.0
 *
 * writer - writes JSON and other text into a buffer; the first failure sticks, so that whoever
 * writes many small pieces asks once, at the end.
 *
 * Memory   a value on the stack; appends to the caller's buffer.
 * Threads  belongs to its owner.
 * Errors   `error` is 0, -ENOBUFS or -ENOMEM; behind the first one nothing more is written.
 */
#ifndef SIM_WRITER_H
#define SIM_WRITER_H

#include <yyjson.h>

#include "base/buffer.h"

struct writer {
    struct buffer *out;
    int error;
};

static inline struct writer writer_to(struct buffer *out)
{
    return (struct writer){.out = out};
}

void writer_raw(struct writer *writer, struct bytes text);
/* Here, so that the lengths of literals cost nothing. */
static inline void writer_text(struct writer *writer, const char *text)
{
    writer_raw(writer, bytes_from_cstr(text));
}
void writer_number(struct writer *writer, uint64_t number);
/* A JSON string with its quotes; writer_string_text() takes a C string. */
void writer_string(struct writer *writer, struct bytes text);
void writer_string_text(struct writer *writer, const char *text);
/* A JSON string without its quotes: a piece of one. */
void writer_escaped(struct writer *writer, struct bytes text);
/* Any JSON value. */
void writer_value(struct writer *writer, yyjson_val *value);
/* Numbers and names of ours, at most WRITER_FORMAT_BYTES with the 0 byte; no text from outside. */
#define WRITER_FORMAT_BYTES 256
void writer_format(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
