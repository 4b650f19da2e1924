/* SPDX-License-Identifier: Apache-2.0
 *
 * secret - bytes that must not be printed. The type has no printer: the logger and the JSON writer
 * do not take it, and only the two functions that need the bytes (to send, to compare) reveal them.
 *
 * Memory   owns a copy, wiped by secret_clear().
 * Threads  read-only after secret_set().
 * Errors   secret_set(): -ENOMEM.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/bytes.h"

struct secret {
    char *hidden;
    size_t hidden_length;
};

int secret_set(struct secret *secret, struct bytes value);
bool secret_is_set(const struct secret *secret);
/* In time that depends on the lengths only. */
bool secret_equals(const struct secret *secret, struct bytes guess);
/* For the one place that puts it on the wire. */
struct bytes secret_reveal(const struct secret *secret);
void secret_clear(struct secret *secret);

#endif
