/* SPDX-License-Identifier: Apache-2.0
 *
 * site - what the demonstration shows: an edge and DEMO_CORES simulated cores in this process,
 * on loopback ports, started as the program starts them. A core can be killed, as if its machine
 * had lost its power, and started again.
 *
 * Memory   the site is the caller's until demo_site_close().
 * Threads  its loop.
 * Errors   -errno; demo_site_open() says why.
 */
#ifndef CLI_DEMO_SITE_H
#define CLI_DEMO_SITE_H

#include "base/buffer.h"
#include "cli/demo/statistics.h"
#include "loop/address.h"
#include "loop/loop.h"

struct demo_site;

struct demo_site_options {
    const char *listen; /* the edge's address; port 0: a free one */
    uint64_t seed;
    void (*on_line)(void *user, struct bytes line); /* the edge's log */
    void (*on_ready)(void *user);
    void (*on_stopped)(void *user); /* after demo_site_drain() */
    void *user;
};

extern const char *const demo_core_names[DEMO_CORES];

int demo_site_open(struct demo_site **ret_site, struct loop *loop,
                   const struct demo_site_options *options, struct buffer *ret_why);
const struct address *demo_site_edge_address(const struct demo_site *site);

/* Its listener and its connections are gone. */
void demo_site_kill(struct demo_site *site, size_t core);
/* At the same address; -EADDRINUSE: somebody has taken it meanwhile. */
int demo_site_revive(struct demo_site *site, size_t core);

/* What is known of a core, on either side. */
struct demo_core_facts {
    struct address address;
    bool is_up;         /* in fact */
    bool is_avoided;    /* by the edge: it failed, and nothing has worked since */
    uint32_t in_flight; /* requests that the edge has there */
    uint64_t tokens_per_s, tokens, cancelled; /* generated; requests it was told to forget */
};
/* Reads the cores' counters; to be called several times a second. */
void demo_site_look(struct demo_site *site);
void demo_site_core(const struct demo_site *site, size_t core, struct demo_core_facts *ret_facts);

/* The edge refuses new requests and lets open ones end; a second call ends them now. */
void demo_site_drain(struct demo_site *site);
/* NULL is fine. */
void demo_site_close(struct demo_site *site);

#endif
