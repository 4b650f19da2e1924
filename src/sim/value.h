/* SPDX-License-Identifier: Apache-2.0
 *
 * value - what yyjson's values say, in our own views.
 *
 * Memory   views into the value's document.
 * Errors   none: a value of another kind, or none at all, is empty text.
 */
#ifndef SIM_VALUE_H
#define SIM_VALUE_H

#include <yyjson.h>

#include "base/bytes.h"

/* A string; at == NULL: it is none. */
static inline struct bytes value_text(yyjson_val *value)
{
    return bytes_of(yyjson_get_str(value), yyjson_get_len(value) * yyjson_is_str(value));
}

static inline bool value_is(yyjson_val *value, const char *word)
{
    return yyjson_is_str(value) && bytes_equal(value_text(value), bytes_from_cstr(word));
}

#endif
