/* SPDX-License-Identifier: Apache-2.0
 *
 * jwks_source - where the public keys of tokens come from: a file, read in the job lane, or a page.
 * They are read when the edge starts, every jwt.jwks_refresh from then on, and earlier for a token
 * whose key id is unknown, though not within jwt.jwks_recheck of the last reading. After a failure
 * the last good set stays, and the next reading comes sooner.
 *
 * Memory   embedded in the ledger.
 * Threads  the main loop's; while a file is read, `file` is the lane's.
 * Errors   jwks_source_open(): -ENOMEM, or -errno with a sentence in ret_why. A reading that fails
 *          is an outcome, logged when it is the first in a row.
 */
#ifndef EDGE_LEDGER_JWKS_SOURCE_H
#define EDGE_LEDGER_JWKS_SOURCE_H

#include "config/edge_config.h"
#include "edge/ledger/fetch.h"
#include "keys/jwks.h"
#include "loop/job.h"

struct jwks_file {
    struct job job;
    struct loop *loop;
    const char *path;
    struct buffer text;
    struct jwks *jwks; /* out; NULL: `why` says it */
    char why[JWKS_WHY_BYTES];
};

struct jwks_source {
    struct loop *loop; /* NULL: no tokens are taken */
    struct log *log;
    const struct edge_config *config;
    struct fetch fetch; /* of jwt.jwks_url */
    struct jwks_file file;
    struct http_field accept;
    struct timer timer;
    bool is_reading;
    bool has_ended; /* jwks_source_end() came: nothing begins any more */
    unsigned failures;
    uint64_t ended_ns; /* the last reading; 0: there was none */
    /* A reading has ended: with a set, which is the receiver's, or NULL. */
    void (*on_read)(struct jwks_source *source, struct jwks *jwks);
};

struct jwks_source_options {
    const struct edge_config *config;
    struct log *log;
    struct block_pool *blocks;
    struct memory_budget *budget;
    void (*on_read)(struct jwks_source *source, struct jwks *jwks);
};

/* The first reading begins in the next turn. */
int jwks_source_open(struct jwks_source *source, struct loop *loop,
                     const struct jwks_source_options *options, struct buffer *ret_why);
/* Takes zeroed ones, and none that reads a file, unless its node is dead. */
void jwks_source_close(struct jwks_source *source);
/* No reading begins any more. While `is_reading` a file is still being read, and on_read() comes.
 */
void jwks_source_end(struct jwks_source *source);
/* Reads now, unless the last reading ended a moment ago. True: on_read() comes. */
bool jwks_source_renew(struct jwks_source *source);
/* Before that a renewal reads nothing. */
uint64_t jwks_source_due_ns(const struct jwks_source *source);

#endif
