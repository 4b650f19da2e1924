/* SPDX-License-Identifier: Apache-2.0
 *
 * core_table - the GPU cores as an edge sees them, and which one takes the next call.
 *
 * Choice: among cores that are healthy, allowed and not tried yet by this call, the one with the
 * fewest calls in flight; ties by a seeded draw. A core is ejected after three failures in a row,
 * for 1 s, doubling to 30 s while probes (the first call after the ejection) fail. While a probe is
 * out others keep away for a second; any call that worked makes the core healthy again. When every
 * core is ejected the one whose ejection ends first is tried anyway: a guess beats a certain error.
 *
 * Units    monotonic nanoseconds, passed in.
 * Memory   the caller owns the table; names are views that outlive it.
 * Threads  any: all state is atomic, each count approximate for others and exact once quiet.
 * Errors   core_table_init(): -ENOMEM. No verdict fails: -1 means no core is left.
 */
#ifndef ROUTE_CORE_TABLE_H
#define ROUTE_CORE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"

#define CORE_TABLE_LIMIT 64

struct core_state {
    const char *name;
    _Atomic uint32_t in_flight;
    _Atomic uint32_t failures;         /* in a row */
    _Atomic uint32_t ejections;        /* in a row; sets the next one's length */
    _Atomic uint64_t ejected_until_ns; /* 0: not ejected */
    _Atomic uint64_t probed_until_ns;  /* 0: no probe is out */
};

struct core_table {
    struct core_state *cores;
    size_t count;
};

enum core_outcome {
    CORE_WORKED,  /* an answer that is the engine's own, whatever its status */
    CORE_FAILED,  /* no connection, no answer, rubbish, cut, stalled */
    CORE_NEUTRAL, /* cancelled by us, refused for load: says nothing of its health */
};

int core_table_init(struct core_table *table, const char *const *names, size_t count);
void core_table_clear(struct core_table *table);
/* All cores, as bits. */
static inline uint64_t core_table_all(const struct core_table *table)
{
    return table->count < CORE_TABLE_LIMIT ? (UINT64_C(1) << table->count) - 1 : UINT64_MAX;
}
/* `tried`: bit i set: not core i. The core is counted in flight until core_table_end(). -1: none.
 */
int core_table_choose(struct core_table *table, uint64_t tried, uint64_t now_ns,
                      struct random *random);
/* Takes a call that ended on this core off its count; true when this outcome ejected it. */
bool core_table_end(struct core_table *table, int core, enum core_outcome outcome, uint64_t now_ns);
bool core_is_ejected(const struct core_state *core, uint64_t now_ns);

#endif
