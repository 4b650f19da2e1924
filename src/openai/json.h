/* SPDX-License-Identifier: Apache-2.0
 *
 * json - writing JSON strings.
 *
 * Threads  any.
 * Errors   0, -ENOBUFS, -ENOMEM from the buffer.
 */
#ifndef OPENAI_JSON_H
#define OPENAI_JSON_H

#include "base/buffer.h"

/* Appends the string with its quotes; invalid UTF-8 becomes U+FFFD. */
int json_write_string(struct buffer *out, struct bytes text);

#endif
