/* SPDX-License-Identifier: Apache-2.0
 *
 * seat - a worker's place at the ledger: the snapshot it decides by, who waits for a draw or for
 * public keys, and the usage rows it has noted.
 *
 * Memory   the ledger's. The snapshot stays as it is until the worker's next turn; an exchange that
 *          needs a table for longer takes a reference of its own.
 * Threads  every function: its worker's loop.
 * Errors   seat_open(): -ENOMEM.
 */
#ifndef EDGE_LEDGER_SEAT_H
#define EDGE_LEDGER_SEAT_H

#include "base/list.h"
#include "edge/ledger/access.h"
#include "loop/loop.h"
#include "store/store_usage.h"

struct ledger;
struct limiter;
struct seat;

/* Takes the next free seat. */
int seat_open(struct seat **ret_seat, struct ledger *ledger, struct loop *loop);
/* Nobody waits any more. What was noted stays, for ledger_stop(). Takes NULL. */
void seat_close(struct seat *seat);

const struct access *seat_access(const struct seat *seat);
/* One for all workers; NULL with `auth: open`. */
struct limiter *seat_limiter(const struct seat *seat);

enum wait_outcome {
    WAIT_LOOK_AGAIN, /* something was drawn, or read: ask again */
    WAIT_FAILED,     /* the store, or the source of public keys, did not answer */
};

/* Somebody who waits. It has its own deadline, and leaves when that has come. */
struct seat_wait {
    struct list link;
    void (*on_told)(struct seat_wait *wait, enum wait_outcome outcome); /* once */
};

/* Behind a reserve that wants a draw. */
void seat_wait_draw(struct seat *seat, struct seat_wait *wait);
/* Behind a token whose key id is unknown: the public keys are read again, unless they were
 * within jwt.jwks_recheck: false, and nobody is told anything. */
bool seat_wait_jwks(struct seat *seat, struct seat_wait *wait);
/* Behind an access that is ACCESS_LOADING: told when there is another one. */
void seat_wait_access(struct seat *seat, struct seat_wait *wait);
/* A wait that is not under way is left alone. */
void seat_leave(struct seat_wait *wait);

/* What one exchange used; `day` is the ledger's to say. This is reporting, not accounting: rows are
 * merged and written once a second, and a process that is killed loses the last ones. When too many
 * different ones wait (limits.usage_rows), models of a key are merged under "*"; what finds no
 * place even so is dropped, counted, and told in the log. */
void seat_note_usage(struct seat *seat, const struct store_usage *usage);

#endif
