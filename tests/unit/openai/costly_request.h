/* SPDX-License-Identifier: Apache-2.0
 *
 * costly_request - ordinary requests, and what somebody would send who wants their reading to cost
 * much; of any size. For test_request_cost.c, which counts, and bench/openai, which measures.
 */
#ifndef TESTS_UNIT_OPENAI_COSTLY_REQUEST_H
#define TESTS_UNIT_OPENAI_COSTLY_REQUEST_H

#include "base/buffer.h"
#include "openai/route.h"

struct costly_request {
    const char *name;
    enum openai_route route;
    const char *start, *piece, *end; /* the piece as often as it takes */
};

extern const struct costly_request costly_requests[];
extern const size_t costly_request_count;

/* 0 or -ENOMEM. */
int costly_request_write(struct buffer *out, const struct costly_request *request, size_t size);

#endif
