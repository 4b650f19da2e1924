/* SPDX-License-Identifier: Apache-2.0
 *
 * id - names for requests: a prefix and 128 random bits in hexadecimal, such as
 * "req_0123456789abcdef0123456789abcdef"; and what may be taken over from a client.
 *
 * Memory   the caller's array.
 * Threads  any.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/bytes.h"
#include "base/random.h"

#define ID_TEXT_BYTES 48

struct id {
    char text[ID_TEXT_BYTES]; /* ends with a 0 byte */
};

/* prefix: at most 15 bytes, such as "req_". */
void id_generate(struct id *ret_id, const char *prefix, struct random *random);
/* 1 to 128 bytes of letters, digits and "-_.:" : safe in a header, a log line and a shell. */
bool id_is_acceptable(struct bytes view);

#endif
