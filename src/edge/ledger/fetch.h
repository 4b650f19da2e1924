/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch - a request of the edge's own to a page that its configuration names: one at a time, with
 * an end to how long it takes and how much comes. Nothing leads it elsewhere: it follows no
 * redirection.
 *
 * Units    milliseconds, bytes.
 * Memory   embedded. What is sent belongs to the caller until on_end().
 * Threads  one loop.
 * Errors   fetch_open(): -ENOMEM, or -errno with a sentence in ret_why; fetch_start(): as
 *          http_request_start(); all else is an outcome.
 */
#ifndef EDGE_LEDGER_FETCH_H
#define EDGE_LEDGER_FETCH_H

#include "base/buffer.h"
#include "config/access_config.h"
#include "http/client.h"
#include "loop/timer.h"

struct fetch;

struct fetch_options {
    const struct web_url *url; /* outlives the fetch */
    const char *ca_file;       /* NULL: the system's roots */
    uint64_t resolve_refresh_ms, connect_timeout_ms;
    uint64_t total_ms;
    size_t answer_limit;
    struct block_pool *blocks;
    struct memory_budget *budget;
    /* status 0: no answer came; why NULL: the answer is whole. It is forgotten behind this. */
    void (*on_end)(struct fetch *fetch, unsigned status, const char *why);
};

struct fetch {
    struct fetch_options options;
    struct loop *loop;
    struct tls_context *tls;
    struct http_origin *origin;
    struct buffer authority;      /* the Host field */
    struct timer timer;           /* the end of its time */
    struct http_request *request; /* NULL: none is under way */
    struct http_outgoing outgoing;
    unsigned status;
    int error; /* why not all of the answer was taken */
    struct buffer answer;
};

int fetch_open(struct fetch *fetch, struct loop *loop, const struct fetch_options *options,
               struct buffer *ret_why);
/* Takes zeroed ones. No on_end() comes any more. */
void fetch_close(struct fetch *fetch);
bool fetch_is_under_way(const struct fetch *fetch);
/* Method, fields and body of `what` are read; it knows the rest. */
int fetch_start(struct fetch *fetch, const struct http_outgoing *what);

#endif
