/* SPDX-License-Identifier: Apache-2.0
 *
 * trait - one thing that can be said of a key: the row of the table that flags, JSON lines, help
 * and reports are made from.
 *
 * Memory   a static table; what is read goes into the sheet.
 * Threads  any.
 * Errors   readers: NULL, or what is wrong, to be read behind the value: "is no number".
 */
#ifndef CLI_KEYS_TRAIT_H
#define CLI_KEYS_TRAIT_H

#include "cli/keys/sheet.h"
#include "config/printer.h"
#include "openai/json_reader.h"

enum trait_kind {
    TRAIT_NAME,    /* struct bytes: of a key, of a tenant */
    TRAIT_SECRET,  /* the sheet's secret */
    TRAIT_DIGEST,  /* SHA-256, as 64 hexadecimal digits */
    TRAIT_HINT,    /* struct bytes: what may be shown of a secret */
    TRAIT_COUNT,   /* uint64_t, 0: none */
    TRAIT_USD,     /* uint64_t nano-USD, 0: none */
    TRAIT_MODELS,  /* struct bytes: items with commas between */
    TRAIT_ROUTES,  /* the same */
    TRAIT_REGIONS, /* the same */
    TRAIT_CLASS,   /* struct bytes: a service class's name */
    TRAIT_TIME,    /* uint64_t: an instant, 0: none */
    TRAIT_LABELS,  /* struct bytes: name=value with commas between */
};

/* Where a trait can be said. */
enum trait_use {
    TRAIT_FLAG = 1,   /* `add` and `set` */
    TRAIT_LINE = 2,   /* `import`, `export` */
    TRAIT_TENANT = 4, /* and also of a tenant */
};

struct trait {
    const char *name; /* the JSON member; as a flag with dashes */
    const char *flag; /* where that is another word */
    enum trait_kind kind;
    unsigned uses; /* of enum trait_use */
    size_t offset; /* into struct store_key */
    uint64_t most; /* of a number */
    const char *value, *help;
};

extern const struct trait traits[];
extern const size_t trait_count;

/* NULL: there is none of that name. */
const struct trait *trait_find(struct bytes name);
bool trait_is_given(const struct sheet *sheet, const char *name);
const char *trait_remedy(const struct trait *trait);
bool trait_is_list(const struct trait *trait);

/* Of a flag: "none", or one value, or of lists several with commas between. */
const char *trait_read(const struct trait *trait, struct sheet *sheet, struct bytes text);
/* The value that was just read, and what is inside of it: null, a number, a string, a list of
 * strings, and for labels an object. A fault of the JSON is the reader's to tell. */
const char *trait_read_json(const struct trait *trait, struct sheet *sheet,
                            struct json_reader *reader, const struct json_value *value);
/* The value as JSON that trait_read_json() takes. */
void trait_print_json(const struct trait *trait, const struct store_key *key, struct printer *out);

#endif
