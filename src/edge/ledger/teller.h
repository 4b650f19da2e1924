/* SPDX-License-Identifier: Apache-2.0
 *
 * teller - decides what is done next on the store, one errand after the other:
 *
 *   DRAW   whenever something is to be drawn; first of all, since somebody may wait for it
 *   LOAD   when the edge starts and every keys.poll, which costs nothing unless something changed
 *   WRITE  once a second, if something was noted
 *   END    once, at a clean stop
 *
 * What fails is tried again, after a pause that doubles from RETRY_FIRST to RETRY_MOST. The log
 * says so once, and once when it works again.
 *
 * Memory   embedded in the ledger.
 * Threads  the main loop's.
 * Errors   teller_open(): -ENOMEM.
 */
#ifndef EDGE_LEDGER_TELLER_H
#define EDGE_LEDGER_TELLER_H

#include "base/log.h"
#include "config/edge_config.h"
#include "edge/ledger/draws.h"
#include "edge/ledger/errand.h"
#include "edge/ledger/usage_table.h"
#include "loop/timer.h"

struct teller_work {
    uint64_t due_ns;
    unsigned failures; /* in a row */
};

struct teller_events {
    /* New keys; the receiver's. */
    void (*on_keys)(void *user, struct key_table *keys);
    /* LOAD failed. */
    void (*on_unread)(void *user);
    void (*on_drawn)(void *user, enum told told);
    /* Exchanges an empty table for what the next seat has noted; false: there is none. */
    bool (*next_usage)(void *user, size_t seat, struct usage_table *table);
    void (*on_ended)(void *user);
    void *user;
};

struct teller {
    struct loop *loop; /* NULL: not open */
    struct log *log;
    const struct edge_config *config;
    struct limiter *limiter;
    struct teller_events events;

    struct errand *errand; /* NULL: there is no store */
    bool is_away;
    char *path;
    struct timer timer;
    struct teller_work works[ERRAND_KINDS];
    struct key_table *keys; /* as last read; with a hold */
    uint64_t seed;
    uint64_t keys_unread, keys_lost; /* as the log has said */
    struct draws draws;

    struct usage_table usage, spare; /* to be written; for exchanging */
    struct store_usage *usage_rows;  /* of the errand under way */
    struct store_budget *budgets;    /* what END writes */
    size_t budget_count, budget_room;

    enum { TELLER_WORKS, TELLER_ENDS, TELLER_ENDED } state;
    uint64_t until_ns;
};

struct teller_options {
    const struct edge_config *config;
    const char *vfs;
    struct log *log;
    struct limiter *limiter;
    size_t seats;
    struct teller_events events;
    void (*on_alert)(struct draws *draws, const struct limit_notice *notice);
};

/* Without config->data_dir there is no store: what is wanted is drawn at once. */
int teller_open(struct teller *teller, struct loop *loop, const struct teller_options *options);
/* Takes zeroed ones. Behind on_ended(), before the first turn, or where the node is dead. */
void teller_close(struct teller *teller);
/* Something may be to be drawn. */
void teller_hurry(struct teller *teller);
/* Writes what is left; on_ended() comes from a later turn. From until_ns on nothing is tried
 * again. */
void teller_end(struct teller *teller, uint64_t until_ns);
bool teller_has_store(const struct teller *teller);
/* Rows that a seat's table has room for; 0: nobody writes them. */
size_t teller_usage_most(const struct teller *teller);

#endif
