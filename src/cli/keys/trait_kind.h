/* SPDX-License-Identifier: Apache-2.0
 *
 * trait_kind - how each kind of trait is read from text and written as JSON.
 *
 * Memory, threads, errors: as trait.h.
 */
#ifndef CLI_KEYS_TRAIT_KIND_H
#define CLI_KEYS_TRAIT_KIND_H

#include "cli/keys/trait.h"

struct trait_kind_row {
    /* One value; of a list one item, which is added. */
    const char *(*read)(const struct trait *trait, struct sheet *sheet, struct bytes text);
    void (*print)(const struct trait *trait, const struct store_key *key, struct printer *out);
    const char *wrong_kind; /* of a JSON value: "is no number" */
    const char *remedy;
    bool is_list;   /* items with commas between */
    bool may_be_no; /* "none", null */
};

extern const struct trait_kind_row trait_kinds[];
extern const char trait_no_memory[];

const char *trait_read_label(const struct trait *trait, struct sheet *sheet, struct bytes name,
                             struct bytes value);

#endif
