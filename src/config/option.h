/* SPDX-License-Identifier: Apache-2.0
 *
 * option - one row of an option table. The reader of files and of the command line, the range
 * checks, --help, docs/configuration.md and `isthmus check --dump` all read the table: an option
 * exists nowhere else.
 *
 * A name is the path in the file ("timeouts.total"); behind "--" on the command line dots, dashes
 * and underscores are alike ("--timeouts-total").
 *
 * Units    by kind: milliseconds, bytes, nano-USD, plain numbers.
 * Memory   static tables, ended by a row without a name.
 * Threads  any.
 */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include "config/units.h"

#define OPTION_LIMIT 128      /* rows in a table */
#define OPTION_NAME_BYTES 64  /* the 0 byte included */
#define OPTION_PATH_BYTES 512 /* with the names of entries; the 0 byte included */

enum option_kind {
    OPTION_BOOL,   /* bool */
    OPTION_NUMBER, /* uint64_t */
    OPTION_MS,     /* uint64_t */
    OPTION_BYTES,  /* uint64_t */
    OPTION_USD,    /* uint64_t: dollars are written, nano-USD are kept */
    OPTION_CHOICE, /* an enum that counts from 0 as `choices` does */
    OPTION_TEXT,   /* const char *; NULL: empty */
    OPTION_LIST,   /* const char ** and its size_t: one text or a list of them */
    OPTION_SECRET, /* struct secret */
    OPTION_MAP,    /* an array of structs and its size_t: entries by name, see struct option_map */
};

/* NULL: fine; otherwise what is wrong, to be read behind the value: "is no address". */
typedef const char *option_check_fn(struct bytes text);

struct option {
    const char *name;
    const char *flag; /* on the command line, where that is not the name */
    enum option_kind kind;
    bool may_hold_secret; /* messages do not repeat the value */
    size_t offset;
    size_t count_offset;  /* OPTION_LIST, OPTION_MAP */
    const char *fallback; /* as it would stand in the file; NULL: empty */
    uint64_t least, most; /* numbers: the value; text and secrets: its bytes; lists: items */
    const char *zero;     /* what 0 means, where it is allowed although below `least` */
    const char *const *choices;
    option_check_fn *check;
    const char *remedy; /* for what `check` refuses */
    const char *value;  /* its name in help, such as FILE; NULL: the kind's */
    const char *help;
    const struct option_map *map; /* OPTION_MAP */
};

/* An argument of the command line that stands for an entry of a map. */
struct option_entry {
    struct bytes name;
    struct bytes value;                /* of the short form; at == NULL: none */
    char made_name[OPTION_NAME_BYTES]; /* what `name` may point into */
};

/* NULL: fine; otherwise what is wrong. */
typedef const char *option_cut_fn(struct bytes argument, struct option_entry *ret_entry);

/* What stands below an OPTION_MAP: entries with names of the user's choice, each with the options
 * of one table. */
struct option_map {
    const struct option *options; /* offsets into the entry's struct ... */
    size_t entry_bytes;           /* ... of this size ... */
    size_t name_offset;           /* ... with its name here, a const char * */
    const char *noun;             /* "core" */
    option_check_fn *check_name;  /* "is no name for a core" */
    const char *name_remedy;
    const char *any_name;    /* the entry that a map without names is, or NULL */
    const char *short_name;  /* the option that is meant by an entry that is no map of options */
    const char *entry_shape; /* what an entry may be: "a url or a map" */
    const char *entry_remedy, *map_remedy;
    option_cut_fn *cut; /* for the command line, where `value` says what an argument looks like;
                           NULL: not there */
    const char *cut_remedy;
    const char *title, *note; /* of the table in docs/configuration.md */
};

/* The offset of a member, refused by the compiler unless the member has this type. */
#define OPTION_AT(type, config, member)                                                            \
    (offsetof(config, member) + 0 * sizeof(_Generic(((config *)0)->member, type : 0)))

/* A kind always goes with the type that is written for it. */
#define OPTION_IS(option_kind, type, config, member)                                               \
    .kind = (option_kind), .offset = OPTION_AT(type, config, member)
#define OPTION_IS_BOOL(config, member) OPTION_IS(OPTION_BOOL, bool, config, member)
#define OPTION_IS_NUMBER(config, member) OPTION_IS(OPTION_NUMBER, uint64_t, config, member)
#define OPTION_IS_MS(config, member) OPTION_IS(OPTION_MS, uint64_t, config, member)
#define OPTION_IS_BYTES(config, member) OPTION_IS(OPTION_BYTES, uint64_t, config, member)
#define OPTION_IS_USD(config, member) OPTION_IS(OPTION_USD, uint64_t, config, member)
#define OPTION_IS_TEXT(config, member) OPTION_IS(OPTION_TEXT, const char *, config, member)
#define OPTION_IS_SECRET(config, member) OPTION_IS(OPTION_SECRET, struct secret, config, member)
#define OPTION_IS_CHOICE(type, config, member) OPTION_IS(OPTION_CHOICE, type, config, member)
#define OPTION_IS_LIST(config, member, count)                                                      \
    OPTION_IS(OPTION_LIST, const char **, config, member),                                         \
        .count_offset = OPTION_AT(size_t, config, count)
#define OPTION_IS_MAP(type, config, member, count)                                                 \
    OPTION_IS(OPTION_MAP, type *, config, member), .count_offset = OPTION_AT(size_t, config, count)

/* NULL: no such option. */
const struct option *option_find(const struct option *table, struct bytes name);
const struct option *option_find_flag(const struct option *table, struct bytes flag);
/* Whether options lie below: "timeouts" is a section because of "timeouts.total". */
bool option_is_section(const struct option *table, struct bytes path);
/* "timeouts" of "timeouts.total"; empty for an option at the top. */
struct bytes option_section(const struct option *option);
/* "total" of "timeouts.total". */
const char *option_last_name(const struct option *option);
/* The option of an entry's short form, or NULL. */
const struct option *option_map_short(const struct option_map *map);
/* The option that was probably meant, or NULL. */
const struct option *option_nearest(const struct option *table, struct bytes name);

/* "timeouts" and "total" as "timeouts.total"; either may be empty. What is too long is cut: no
 * option's path is. */
struct option_path {
    char text[OPTION_PATH_BYTES];
};
struct option_path option_path_join(struct bytes parent, struct bytes name);

/* Numbers of the four kinds as text, and back. */
bool option_read_number(enum option_kind kind, struct bytes text, uint64_t *ret_number);
const char *option_format_number(enum option_kind kind, uint64_t number,
                                 char ret_text[UNITS_TEXT_BYTES]);
bool option_is_number(enum option_kind kind);

#endif
