/* SPDX-License-Identifier: Apache-2.0
 *
 * memory_budget - how many bytes all buffers and answer logs of a process may hold.
 *
 * Units    bytes.
 * Memory   the caller embeds the struct; it outlives everything charged to it.
 * Threads  any: one atomic, shared by all loops.
 * Errors   none; a refusal is a verdict, and the caller says what it means (503, or the end of
 *          one exchange).
 */
#ifndef BASE_MEMORY_BUDGET_H
#define BASE_MEMORY_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_budget {
    uint64_t limit_bytes; /* 0: no limit */
    _Atomic uint64_t used_bytes;
};

void memory_budget_init(struct memory_budget *budget, uint64_t limit_bytes);
/* All of `bytes`, or false and nothing. A NULL budget grants everything. */
bool memory_budget_take(struct memory_budget *budget, size_t bytes);
void memory_budget_give(struct memory_budget *budget, size_t bytes);
uint64_t memory_budget_used(const struct memory_budget *budget);

#endif
