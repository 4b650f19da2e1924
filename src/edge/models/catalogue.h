/* SPDX-License-Identifier: Apache-2.0
 *
 * catalogue - the models of all cores as one worker knows them: which cores have which, under what
 * name, and what GET /v1/models says. Names of the configuration (`models:`) stand before the
 * cores' own.
 *
 * A core whose list has not come yet may have any model, and so may one that has none to show.
 * Whoever would have to say "there is no such model" asks catalogue_renew() first.
 *
 * Memory   the worker's; lists are charged to memory.limit.
 * Threads  its worker's loop.
 * Errors   -ENOMEM.
 */
#ifndef EDGE_MODELS_CATALOGUE_H
#define EDGE_MODELS_CATALOGUE_H

#include "base/list.h"
#include "edge/models/model_watch.h"
#include "openai/model_list.h"
#include "route/model_table.h"

struct catalogue;

/* Where a request may go. */
struct placement {
    struct model_cores cores;
    const struct bytes *names_raw; /* by core: what it calls the model, as JSON; NULL: as asked */
};

/* Somebody who waits for lists. */
struct catalogue_wait {
    struct list link;
    void (*on_lists)(struct catalogue_wait *wait); /* once, when a reading has ended */
    uint64_t since_ns;                             /* 0: has not asked yet */
};

/* Which lists are read again if they are old, and waited for. */
enum catalogue_patience {
    FOR_FIRST_LISTS,       /* of cores that were never heard */
    FOR_CORES_THAT_ANSWER, /* these, and of those that answered the last time */
    FOR_ALL_CORES,
};

int catalogue_open(struct catalogue **ret_catalogue, struct worker *worker);
/* Takes NULL. Nobody waits any more. */
void catalogue_close(struct catalogue *catalogue);

/* Whether the edge reads lists at all: with timeouts.models_refresh 0 each core may have any. */
bool catalogue_reads_lists(const struct catalogue *catalogue);
struct placement catalogue_find(const struct catalogue *catalogue, struct bytes name);
/* All that may be asked for, each once. */
int catalogue_list(const struct catalogue *catalogue, struct arena *arena,
                   struct model_list *ret_list);

/* Reads lists that are older than timeouts.models_recheck, each at most once for each `wait`. True:
 * on_lists() comes. */
bool catalogue_renew(struct catalogue *catalogue, struct catalogue_wait *wait,
                     enum catalogue_patience patience);
/* A wait that is not under way is left alone. */
void catalogue_leave(struct catalogue_wait *wait);

#endif
