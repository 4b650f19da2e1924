/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger - the process-wide side of access, on the edge's main loop: who may ask (keys, tenants,
 * the public keys of tokens), what they have spent, and the store in which both are durable.
 *
 *   store  --load, poll-->  snapshot  --mailbox-->  seats, one a worker (seat.h)
 *   store  <--draws, usage--  ledger  <--mutex--  limiter, seats
 *
 * All work on the store is done in the loop's job lane; nothing here blocks a turn. What was known
 * stays in force while the store is gone; what was never known is UNAVAILABLE, never "nobody".
 * docs/adr/0008-access.md has the reasons.
 *
 * Memory   the ledger is the caller's; it outlives all seats.
 * Threads  all functions: the main loop's.
 * Errors   ledger_open(): -ENOMEM, or -errno with a sentence in ret_why. A store that does not open
 *          is no error here, but a state that the seats see, and a line in the log.
 */
#ifndef EDGE_LEDGER_LEDGER_H
#define EDGE_LEDGER_LEDGER_H

#include "base/buffer.h"
#include "base/log.h"
#include "config/edge_config.h"
#include "loop/loop.h"

struct ledger;

struct ledger_options {
    const struct edge_config *config; /* outlives the ledger */
    size_t seats;                     /* at most so many are opened */
    log_sink_fn *log_write;
    void *log_sink;
    struct memory_budget *memory;
    const char *store_vfs; /* SQLite's name of the disk; NULL: the system's */
};

/* With `auth: open` there is nothing to do: a ledger is made all the same, and its seats say so. */
int ledger_open(struct ledger **ret_ledger, struct loop *loop, const struct ledger_options *options,
                struct buffer *ret_why);

/* Behind the last worker: writes what is left to write, gives back what was drawn and not spent,
 * closes the store. on_stopped() comes from a later turn, when that is done; from until_ns on what
 * fails is not tried again. A disk that hangs holds it up. */
void ledger_stop(struct ledger *ledger, uint64_t until_ns, void (*on_stopped)(void *user),
                 void *user);
/* Takes NULL. Behind on_stopped(), before the loop's first turn, or where its node is dead. */
void ledger_close(struct ledger *ledger);

#endif
