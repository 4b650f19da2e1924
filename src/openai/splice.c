/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/splice.h"

#include <assert.h>

/* They are few, and mostly in order already. */
static void put_in_order(struct splice_edit *edits, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct splice_edit edit = edits[i];
        size_t place = i;
        for (; place > 0 && edits[place - 1].old_bytes.at > edit.old_bytes.at; place--)
            edits[place] = edits[place - 1];
        edits[place] = edit;
    }
}

size_t splice_parts(struct bytes original, struct splice_edit *edits, size_t edit_count,
                    struct bytes *ret_parts)
{
    const char *at = original.at, *end = original.at + original.length;
    size_t count = 0;

    put_in_order(edits, edit_count);
    for (size_t i = 0; i < edit_count; i++) {
        struct bytes old_bytes = edits[i].old_bytes;
        assert(old_bytes.at >= at && old_bytes.at + old_bytes.length <= end);
        if (old_bytes.at > at)
            ret_parts[count++] = bytes_of(at, (size_t)(old_bytes.at - at));
        if (edits[i].new_bytes.length > 0)
            ret_parts[count++] = edits[i].new_bytes;
        at = old_bytes.at + old_bytes.length;
    }
    if (end > at)
        ret_parts[count++] = bytes_of(at, (size_t)(end - at));
    return count;
}
