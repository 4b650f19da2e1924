/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_oracle - how llhttp alone, in its strict mode, reads the first request of some bytes: a
 * second opinion on what our strict layer accepts.
 *
 * Memory   the caller's struct; http1_oracle_clear() gives back what it grew.
 */
#ifndef TESTS_FUZZ_HTTP1_ORACLE_H
#define TESTS_FUZZ_HTTP1_ORACLE_H

#include "base/buffer.h"

struct http1_oracle {
    bool is_complete;
    size_t consumed; /* bytes up to the end of the request, if complete */
    struct buffer method, target, body;
    struct buffer fields; /* "name:value\n" of each, values without blanks around them */
    size_t name_start;
    bool is_in_trailers;
};

void http1_oracle_read(struct http1_oracle *oracle, struct bytes input);
void http1_oracle_clear(struct http1_oracle *oracle);

#endif
