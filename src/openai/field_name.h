/* SPDX-License-Identifier: Apache-2.0
 *
 * field_name - which field a key means, also to readers that are more lenient than JSON: they
 * ignore case, and Unicode's folding turns U+017F into s and U+212A into k. An engine must not see
 * a field where we saw none.
 *
 * Threads  any.
 */
#ifndef OPENAI_FIELD_NAME_H
#define OPENAI_FIELD_NAME_H

#include "openai/request_rules.h"

struct field_match {
    const struct field_rule *field;
    unsigned index;   /* in its shape, over all groups */
    bool is_misspelt; /* only lenient readers take the key for this field */
};

/* False: the key is no field of the shape. */
bool field_find(const struct shape_rule *shape, struct json_text key,
                struct field_match *ret_match);

#define FIELD_NAME_BYTES 256 /* no way to write a name that we know is longer */

/* The name that lenient readers see; false: it is longer than any that we know. */
bool field_name_fold(struct json_text key, char ret_room[FIELD_NAME_BYTES], struct bytes *ret_name);

#endif
