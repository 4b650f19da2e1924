/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory_budget.h"

#include <assert.h>

/* Relaxed everywhere: the number guards no other memory, only itself. */

void memory_budget_init(struct memory_budget *budget, uint64_t limit_bytes)
{
    budget->limit_bytes = limit_bytes;
    atomic_init(&budget->used_bytes, 0);
}

/* Adds first and looks afterwards: one atomic where there is room, which is nearly always. A
 * refusal is seen by others for a moment as memory in use, and may refuse them too: at the limit
 * that is no worse than coming a moment earlier. */
bool memory_budget_take(struct memory_budget *budget, size_t bytes)
{
    if (!budget)
        return true;

    uint64_t before = atomic_fetch_add_explicit(&budget->used_bytes, bytes, memory_order_relaxed);
    if (budget->limit_bytes == 0)
        return true;
    if (before <= budget->limit_bytes && bytes <= budget->limit_bytes - before)
        return true;

    atomic_fetch_sub_explicit(&budget->used_bytes, bytes, memory_order_relaxed);
    return false;
}

void memory_budget_give(struct memory_budget *budget, size_t bytes)
{
    if (!budget)
        return;
    uint64_t before = atomic_fetch_sub_explicit(&budget->used_bytes, bytes, memory_order_relaxed);
    assert(before >= bytes);
    (void)before;
}

uint64_t memory_budget_used(const struct memory_budget *budget)
{
    return atomic_load_explicit(&budget->used_bytes, memory_order_relaxed);
}
