/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger_body - what the ledger consists of. Only files of this folder include it.
 */
#ifndef EDGE_LEDGER_LEDGER_BODY_H
#define EDGE_LEDGER_LEDGER_BODY_H

#include <stdatomic.h>

#include "edge/ledger/alert.h"
#include "edge/ledger/jwks_source.h"
#include "edge/ledger/ledger.h"
#include "edge/ledger/seat_body.h"
#include "edge/ledger/teller.h"

struct ledger {
    struct loop *loop;
    const struct edge_config *config;
    struct log log;
    struct block_pool blocks;
    struct limiter *limiter; /* NULL: auth: open, and there is nothing else */
    struct mailbox *inbox;   /* calls of the seats */
    struct seat *seats;
    size_t seat_count;
    _Atomic size_t seats_taken; /* by whichever worker comes first */

    struct teller teller;
    struct jwks_source jwks;
    struct alert_desk alerts;
    struct access access;   /* as the seats were told last */
    struct jwks *read_jwks; /* the last good set; shown when the store has been read, too */

    void (*on_stopped)(void *user);
    void *user;
    bool has_ended; /* the teller */
    struct task stopped_task;
};

/* The next seat that nobody has taken. Any thread. */
struct seat *ledger_take_seat(struct ledger *ledger);

#endif
