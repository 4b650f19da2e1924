/* SPDX-License-Identifier: Apache-2.0
 *
 * splice - a body with a few places replaced, as parts that are sent one behind the other. What is
 * not replaced stays where it is: nothing is copied, nothing is re-made.
 *
 * Memory   the parts are views of the original and of the edits' bytes, which must outlive them.
 * Threads  any.
 * Errors   none.
 */
#ifndef OPENAI_SPLICE_H
#define OPENAI_SPLICE_H

#include "base/bytes.h"

struct splice_edit {
    struct bytes old_bytes; /* a view of the original; empty: something is put in front of it */
    struct bytes new_bytes; /* any bytes, also of the original */
};

/* So many parts may become of so many edits. */
#define SPLICE_PARTS(edit_count) (2 * (edit_count) + 1)

/* Returns how many parts there are; none is empty. Edits may not overlap, and are put in order;
 * those at one place keep the order they had. */
size_t splice_parts(struct bytes original, struct splice_edit *edits, size_t edit_count,
                    struct bytes *ret_parts);

#endif
