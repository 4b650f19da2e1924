/* SPDX-License-Identifier: Apache-2.0
 *
 * load - one run of the load generator: what its clients share.
 *
 * Memory   main.c makes and frees it.
 * Threads  one loop.
 */
#ifndef BENCH_LOAD_LOAD_H
#define BENCH_LOAD_LOAD_H

#include "bench/load/expected.h"
#include "bench/load/histogram.h"
#include "loop/loop.h"
#include "loop/tls.h"

struct load {
    const struct settings *settings;
    struct loop *loop;
    struct tls_context *tls;
    struct expected expected[EXPECTED_VARIANTS];
    uint64_t begin_ns, end_ns; /* no request begins after end_ns */

    struct histogram latency; /* to the last byte of plain answers, to the first of streams */
    uint64_t answers, events, body_bytes;
    uint64_t errors; /* connections that failed, answers that were wrong */
    uint64_t living; /* clients; the run ends with the last */
};

/* Monotonic nanoseconds of this very moment; loop_now_ns() stands still within a turn, which is
 * too coarse for latencies. */
uint64_t load_clock_ns(void);

#endif
