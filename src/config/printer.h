/* SPDX-License-Identifier: Apache-2.0
 *
 * printer - appends text to a buffer and remembers the first failure, so that a page is written
 * top down and checked once.
 *
 * Memory   the caller's buffer.
 * Threads  belongs to its owner.
 * Errors   status: 0, or what buffer_append() said; after it nothing more is written.
 */
#ifndef CONFIG_PRINTER_H
#define CONFIG_PRINTER_H

#include "base/buffer.h"

struct printer {
    struct buffer *out;
    int status;
};

#define PRINT(printer, ...)                                                                        \
    ((void)((printer)->status < 0 ||                                                               \
            ((printer)->status = buffer_append_format((printer)->out, __VA_ARGS__)) < 0))

static inline void print_bytes(struct printer *printer, struct bytes view)
{
    if (printer->status == 0)
        printer->status = buffer_append(printer->out, view);
}

#endif
