/* SPDX-License-Identifier: Apache-2.0
 *
 * model_list - the answer of GET /v1/models: read an engine's, write the union of several.
 *
 * Memory   an entry's raw and id_raw are views of the answer it was read from, id lies in the arena
 *          if it had escapes; a list's entries lie in the arena.
 * Threads  any.
 * Errors   -EINVAL: this is no list of models; -E2BIG: more than MODEL_LIST_LIMIT; -ENOMEM;
 *          -ENOBUFS from the buffer.
 */
#ifndef OPENAI_MODEL_LIST_H
#define OPENAI_MODEL_LIST_H

#include "base/arena.h"
#include "base/buffer.h"

#define MODEL_LIST_LIMIT 4096

struct model_entry {
    struct bytes id;     /* decoded, never empty */
    struct bytes raw;    /* its object as the engine wrote it; at == NULL: we know but the name */
    struct bytes id_raw; /* the id inside `raw`, with its quotes */
    struct bytes name;   /* what it is called here; at == NULL: as the engine calls it */
    size_t rank;         /* model_list_make_unique()'s own */
};

struct model_list {
    struct model_entry *at;
    size_t count;
};

/* {"data":[{"id":"..."},...]}; what else is in it is not looked at. */
int model_list_read(struct model_list *ret_list, struct bytes answer, struct arena *arena);

/* The name that clients see. */
struct bytes model_entry_name(const struct model_entry *entry);
/* Its object, with its id replaced where it has another name here. */
int model_entry_write(struct buffer *out, const struct model_entry *entry);

/* Orders the entries by name and drops all but the first of each name. */
void model_list_make_unique(struct model_list *list);
/* NULL: none has this name. The list must have been made unique. */
const struct model_entry *model_list_find(const struct model_list *list, struct bytes name);
/* {"object":"list","data":[...]} */
int model_list_write(struct buffer *out, const struct model_list *list);

/* A sentence for 404 model_not_found: which name it was and what may be used, shortened where that
 * is long. at == NULL: out of memory. The list must have been made unique. */
struct bytes model_list_tell_missing(const struct model_list *list, struct bytes name,
                                     struct arena *arena);

#endif
