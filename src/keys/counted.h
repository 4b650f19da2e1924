/* SPDX-License-Identifier: Apache-2.0
 *
 * counted - what several holders share: one block of memory, given back with its last hold.
 *
 * Memory   stands first in the block, which came from one malloc().
 * Threads  any.
 */
#ifndef KEYS_COUNTED_H
#define KEYS_COUNTED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct counted {
    _Atomic unsigned holds;
};

static inline void counted_init(struct counted *counted)
{
    atomic_init(&counted->holds, 1);
}

static inline void counted_hold(struct counted *counted)
{
    /* relaxed: whoever can hold it has it from somebody whose hold goes on */
    atomic_fetch_add_explicit(&counted->holds, 1, memory_order_relaxed);
}

/* Whether that was the last hold: what the block refers to has to go as well, then the block. */
static inline bool counted_drop(struct counted *counted)
{
    return atomic_fetch_sub_explicit(&counted->holds, 1, memory_order_acq_rel) == 1;
}

/* For blocks that refer to nothing. */
static inline void counted_release(struct counted *counted)
{
    if (counted_drop(counted))
        free(counted);
}

/* Nobody else has it, so it may be changed. */
static inline bool counted_is_mine(struct counted *counted)
{
    return atomic_load_explicit(&counted->holds, memory_order_acquire) == 1;
}

#endif
