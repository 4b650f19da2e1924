/* SPDX-License-Identifier: Apache-2.0
 *
 * model_watch - reads one core's list of models: when the worker starts, every
 * timeouts.models_refresh from then on, and when asked. After a failure it tries again sooner, and
 * then ever later up to the usual time.
 *
 * Memory   embedded in the catalogue. A reading holds memory only while it lasts.
 * Threads  its worker's loop.
 * Errors   model_watch_open(): -ENOMEM. A reading that fails is an outcome.
 */
#ifndef EDGE_MODELS_MODEL_WATCH_H
#define EDGE_MODELS_MODEL_WATCH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "http/client.h"
#include "loop/timer.h"

struct worker;

enum model_reading {
    READING_ANSWERED, /* what came is in `answer` */
    READING_REFUSED,  /* the core works, and has no list to show */
    READING_FAILED,   /* nobody knows */
};

struct model_watch {
    struct worker *worker;
    size_t core;
    /* A reading has ended; `answer` is forgotten behind it. */
    void (*on_read)(struct model_watch *watch, enum model_reading reading);

    struct timer timer;           /* the next reading, or the end of this one's time */
    struct http_request *request; /* NULL: none is under way */
    struct arena memory;          /* the request's */
    struct http_field key;
    bool is_fresh; /* on a new connection: the kept one was stale */
    unsigned status;
    int error; /* why not all of the answer was taken: -ENOBUFS: limits.model_list, -ENOMEM; 0 */
    struct buffer answer;

    uint64_t ended_ns; /* the last reading; 0: there was none */
    unsigned failures; /* in a row */
};

/* The first reading begins in the next turn. */
int model_watch_open(struct model_watch *watch, struct worker *worker, size_t core);
/* Reads now, unless the last reading ended at this time or later. True: a reading is under way. */
bool model_watch_renew(struct model_watch *watch, uint64_t not_before_ns);
/* Takes zeroed ones. */
void model_watch_close(struct model_watch *watch);

#endif
