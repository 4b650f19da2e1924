/* SPDX-License-Identifier: Apache-2.0
 *
 * seat_body - what a seat consists of, and the ledger's side of it. Only files of this folder
 * include it.
 *
 *   ledger -> seat   news: a newer access, draws and readings that have ended
 *   seat -> ledger   a call: somebody waits for a draw, or for public keys
 *
 * Each has one message, which is sent again when it was taken; what it tells is merged meanwhile.
 *
 * Threads  the first group of fields is the worker's, the second is guarded by the mutex, the
 *          third is read by both. Messages are sent under the mutex, so that nothing is sent to a
 *          seat that has left.
 */
#ifndef EDGE_LEDGER_SEAT_BODY_H
#define EDGE_LEDGER_SEAT_BODY_H

#include "base/mutex.h"
#include "edge/ledger/seat.h"
#include "edge/ledger/usage_table.h"
#include "loop/mailbox.h"

/* In the order in which they replace each other where nobody has heard of either. */
enum told { TOLD_NOTHING, TOLD_FAILED, TOLD_LOOK_AGAIN };

struct seat_news {
    struct access access; /* the sender's; seats take holds */
    uint64_t jwks_due_ns; /* before that public keys are not read again */
    enum told draws, jwks;
};

struct seat_call {
    bool wants_draw, wants_jwks;
};

struct seat {
    struct loop *loop; /* NULL: nobody is there */
    struct access access;
    uint64_t jwks_due_ns;
    struct list draw_waits, jwks_waits, access_waits;

    struct mutex mutex;
    struct mailbox *inbox; /* the worker's; NULL while nobody is there */
    struct message news_message, call_message;
    bool is_told, is_calling; /* the message is under way */
    bool has_news;
    struct seat_news news;
    struct seat_call call;
    struct usage_table usage;

    /* Not changed any more. */
    struct limiter *limiter;
    struct mailbox *ledger_inbox; /* for calls; NULL: nobody is to be called */
    bool notes_usage;
};

/* usage_most 0: what is noted is forgotten. */
struct seat_options {
    struct limiter *limiter;
    struct mailbox *ledger_inbox;
    size_t usage_most;
};

int seat_init(struct seat *seat, const struct seat_options *options);
/* Behind seat_close(). Takes zeroed ones. */
void seat_clear(struct seat *seat);
void seat_tell(struct seat *seat, const struct seat_news *news);
/* Behind a message in the ledger's inbox: whose, and what about. */
struct seat *seat_of_call(struct message *message);
struct seat_call seat_take_call(struct seat *seat);
/* Takes what was noted so far, and leaves a table without rows in its place. */
void seat_swap_usage(struct seat *seat, struct usage_table *empty);

#endif
