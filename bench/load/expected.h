/* SPDX-License-Identifier: Apache-2.0
 *
 * expected - a request, and every byte of the body that answers it by the engine's token law. Only
 * the digits of id and created are free. Several variants of one length, so that an answer that
 * belongs to another connection is found out.
 *
 * Units    bytes.
 * Memory   expected_clear() frees.
 * Errors   -ENOMEM.
 */
#ifndef BENCH_LOAD_EXPECTED_H
#define BENCH_LOAD_EXPECTED_H

#include "base/buffer.h"
#include "bench/load/settings.h"

#define EXPECTED_VARIANTS 16
/* Of a body, that is kept to compare with. Longer ones are checked so far. */
#define EXPECTED_BYTES (4 << 20)

struct expected {
    struct buffer request; /* head and body */
    struct buffer body;    /* EXPECTED_FREE: any digit will do */
    bool is_whole;         /* body is all that comes */
};

#define EXPECTED_FREE '\1'

int expected_make(struct expected *ret_expected, const struct settings *settings, unsigned variant);
/* Whether these bytes may stand at that offset of the body. */
bool expected_matches(const struct expected *expected, uint64_t offset, struct bytes bytes);
void expected_clear(struct expected *expected);

#endif
