/* SPDX-License-Identifier: Apache-2.0
 *
 * gate - who asks? A worker's side of it: takes the credential out of a request's head, finds its
 * key, or verifies its token, and slows down those who guess.
 *
 *   NEW -+-> KNOWN
 *        +-> UNVERIFIED -+-> KNOWN     too many tokens of its address are being verified: in a
 * while
 *        +---------------+-> REFUSED   at once, or in a while: its address has guessed too often
 *
 * Who is told to come LATER, or to wait for public keys, asks again and goes on from there.
 *
 * Memory   the visitor is embedded in what asks; a key found is held until gate_forget().
 * Threads  its worker's loop; each worker counts guesses for itself.
 * Errors   gate_open(): -errno. The rest are verdicts.
 */
#ifndef EDGE_ACCESS_GATE_H
#define EDGE_ACCESS_GATE_H

#include "config/edge_config.h"
#include "edge/ledger/seat.h"
#include "http/exchange.h"
#include "keys/credential.h"
#include "keys/key.h"
#include "openai/error.h"

struct gate;
struct guess_guard;

enum gate_verdict {
    GATE_KNOWN, /* visitor->key says who */
    GATE_LATER, /* ask again at visitor->due_ns */
    GATE_WAIT,  /* ask again when visitor->wait was told, or at patient_until_ns, if that is set */
    GATE_REFUSED, /* with visitor->refusal */
};

enum visitor_state { VISITOR_NEW, VISITOR_UNVERIFIED, VISITOR_REFUSED, VISITOR_KNOWN };

struct visitor {
    enum visitor_state state;
    const struct key *key;           /* held; NULL: nobody is known, or `auth: open` */
    struct key_limits tenant_limits; /* of all its tenant's keys together */
    const struct openai_error *refusal;
    const char *why;     /* what the log learns and the client does not; NULL: nothing */
    bool must_close;     /* refused: and its connection ends */
    bool has_asked_jwks; /* once is enough */
    uint64_t due_ns;
    uint64_t patient_until_ns;        /* until then it waits for keys to be read */
    uint64_t asked_ns, asked_wall_ms; /* when it was last asked for */
    struct bytes token;               /* of the head; never logged, never passed on */
    uint8_t digest[KEY_DIGEST_BYTES]; /* the token's */
    struct guess_guard *parked_in;    /* NULL: its answer does not wait */
    struct seat_wait wait;            /* on_told is the exchange's */
};

/* With `auth: open` there is nobody to ask: *ret_gate is NULL. */
int gate_open(struct gate **ret_gate, struct seat *seat, struct loop *loop,
              const struct edge_config *config);
/* Takes NULL. */
void gate_close(struct gate *gate);

enum gate_verdict gate_ask(struct gate *gate, struct visitor *visitor, struct http_exchange *http);
/* Whatever state it is in, a zeroed one included. */
void gate_forget(struct visitor *visitor);

#endif
