/* SPDX-License-Identifier: Apache-2.0
 *
 * draft - what the file and the command line say, option by option, before it is given its type:
 * texts with the place they come from.
 *
 *   file -> draft_take_file() --.
 *                               +--> struct draft --> draft_write() --> struct edge_config
 *   arguments -> draft_take_arguments()                 (types, ranges, defaults)
 *
 * Memory   everything lives in `memory`, as long as the draft.
 * Threads  belongs to its owner.
 * Errors   into `report`; taking goes on, so that all mistakes are told at once.
 */
#ifndef CONFIG_DRAFT_H
#define CONFIG_DRAFT_H

#include "config/document.h"
#include "config/edge_config.h"
#include "config/edge_options.h"
#include "config/load.h"
#include "config/substitute.h"

/* One text somebody wrote. */
struct setting {
    struct setting *next;
    struct place place;
    struct bytes text;    /* with the environment filled in; at == NULL: that failed */
    struct bytes written; /* as it stands in the source: what messages repeat */
};

/* All that was said of one option; of a list several settings, of a map its entries. */
struct assignment {
    struct setting *first, *last;
    struct entry_draft *entries, *last_entry;
    size_t entry_count;
    struct place place; /* PLACE_NONE: nothing was said */
};

/* One entry of a map. */
struct entry_draft {
    struct entry_draft *next;
    struct bytes name;
    struct place place;
    struct assignment given[]; /* by the rows of the map's options */
};

/* An option, where what is said of it goes, and what messages call it. */
struct slot {
    const struct option *option;
    struct assignment *assignment;
    struct bytes path;
};

struct draft {
    const struct config_table *table;
    const struct config_input *input;
    struct memory memory;
    struct report report;
    struct assignment given[OPTION_LIMIT]; /* by the rows of the table */
};

/* draft.c */
struct assignment *draft_assignment(struct draft *draft, const struct option *option);
/* What the file says has the environment filled in. */
void draft_say(struct draft *draft, const struct slot *slot, const struct place *place,
               struct bytes text);
/* NULL: refused and reported. */
struct entry_draft *draft_add_entry(struct draft *draft, const struct slot *map,
                                    const struct place *place, struct bytes name);
/* Of an option nobody knows: `name` is its path without that of the table. */
void draft_refuse_unknown(struct draft *draft, const struct option *table,
                          const struct place *place, struct bytes path, struct bytes name);
void draft_refuse_shape(struct draft *draft, const struct document_node *node, struct bytes path,
                        const char *wanted, const char *remedy);

/* Any option's value; an entry of a map. draft_value.c */
void draft_take(struct draft *draft, const struct slot *slot, const struct document_node *node);
void draft_take_entry(struct draft *draft, const struct slot *map,
                      const struct document_node *node);

void draft_take_file(struct draft *draft);      /* draft_file.c */
void draft_take_arguments(struct draft *draft); /* draft_arguments.c */
/* Fills the table's target, whose texts are taken from `memory`. draft_write.c */
void draft_write(struct draft *draft, struct memory *memory, void *target);
/* What follows from what was written: the parts of urls, the cores behind names.
 * draft_resolve.c */
void draft_resolve(struct draft *draft, struct memory *memory, struct edge_config *config);
/* What no single option can tell: which options need, or exclude, each other. draft_check.c */
void draft_check(struct draft *draft, const struct edge_config *config);
/* Of those, who may ask and what it costs. draft_check_access.c */
void draft_check_access(struct draft *draft, const struct edge_config *config);

/* Where an option is told, by its name. */
const struct assignment *draft_given(struct draft *draft, const char *name);
struct draft_pair {
    const char *told, *needed; /* the names of options */
};
/* `needed` must be told where `told` is. */
void draft_check_pair(struct draft *draft, struct draft_pair pair, bool is_told, bool is_needed);

#endif
