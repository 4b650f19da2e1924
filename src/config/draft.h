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

/* All that was said of one option; of a list several settings. */
struct assignment {
    struct setting *first, *last;
    struct place place; /* PLACE_NONE: nothing was said */
};

struct core_draft {
    struct core_draft *next;
    struct bytes name;
    struct place place;
    struct assignment given[OPTION_LIMIT]; /* by the rows of core_options */
};

struct draft {
    const struct config_input *input;
    struct memory memory;
    struct report report;
    struct assignment given[OPTION_LIMIT]; /* by the rows of edge_options */
    struct core_draft *cores, *last_core;
    size_t core_count;
};

/* draft.c */
struct assignment *draft_assignment(struct draft *draft, const struct option *option);
void draft_say(struct draft *draft, struct assignment *assignment, const struct place *place,
               struct bytes text);
/* With the environment filled in; problems name the option by `path`. */
void draft_say_with_environment(struct draft *draft, struct assignment *assignment,
                                const struct place *place, struct bytes path, struct bytes text);
/* NULL: refused and reported. */
struct core_draft *draft_add_core(struct draft *draft, const struct place *place,
                                  struct bytes name);
struct assignment *core_draft_assignment(struct core_draft *core, const struct option *option);
/* Of an option nobody knows. */
void draft_refuse_unknown(struct draft *draft, const struct option *table,
                          const struct place *place, struct bytes path);

void draft_take_file(struct draft *draft);      /* draft_file.c */
void draft_take_arguments(struct draft *draft); /* draft_arguments.c */
/* Fills the configuration, whose texts are taken from `memory`. draft_write.c */
void draft_write(struct draft *draft, struct memory *memory, struct edge_config *config);
/* What no single option can tell: which options need, or exclude, each other. draft_check.c */
void draft_check(struct draft *draft, const struct edge_config *config);

#endif
