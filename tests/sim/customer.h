/* SPDX-License-Identifier: Apache-2.0
 *
 * customer - who asks, in a world whose edge wants keys: the key, what it may do, and what is left
 * of its money.
 *
 * Units    tokens; each costs the same, in a prompt and in an answer.
 * Memory   values.
 */
#ifndef TESTS_SIM_CUSTOMER_H
#define TESTS_SIM_CUSTOMER_H

#include "base/buffer.h"
#include "base/random.h"

enum customer_kind {
    CUSTOMER_RICH,     /* no limit of any kind */
    CUSTOMER_POOR,     /* a budget of its own */
    CUSTOMER_SHARING,  /* the budget of its tenant, with all others of this kind */
    CUSTOMER_BUSY,     /* one request at a time, and some each minute */
    CUSTOMER_NARROW,   /* chats, and the model "sim" alone */
    CUSTOMER_LEAVING,  /* its key is revoked in the middle */
    CUSTOMER_STRANGER, /* a key that nobody made */
    CUSTOMER_KINDS
};

struct purse {
    uint64_t tokens;    /* that its budget buys */
    bool cuts;          /* an answer that exceeds it ends with an error */
    uint64_t spent;     /* of these, as the edge's log says */
    uint64_t owner;     /* its key's or tenant's id in the store */
    uint64_t drawn;     /* as the store says */
    uint64_t behind_ns; /* since when more is spent than drawn; 0: it is not */
};

struct customer {
    enum customer_kind kind;
    char name[24], secret[64];
    unsigned field;      /* in which of the three the key is sent */
    struct purse *purse; /* NULL: no budget */
    bool may_be_revoked; /* the revocation has begun */
    bool is_revoked;     /* the edge has had the time to hear of it */
    uint64_t spent;      /* tokens, as the edge's log says */
    uint64_t answers;    /* of these, of answers */
    uint64_t received;   /* tokens of answers that came whole */
    uint64_t in_part;    /* tokens of answers that did not, had they come */
};

/* What a customer asks. */
struct customer_wish {
    const char *path, *model;
    bool is_generated;    /* an engine makes tokens, or counts those of a prompt */
    bool is_hardly_asked; /* one at a time, and seldom: nobody is too busy for it */
    uint64_t most_tokens; /* that it can be thought to need */
};

/* Statuses of a refusal; 0: none. */
struct permission {
    unsigned must; /* it has to be refused, if nothing else is wrong with it */
    unsigned may;  /* it may be refused */
    bool may_be_cut;
};

/* Takes NULL: the edge is open. */
struct permission customer_permit(const struct customer *customer,
                                  const struct customer_wish *wish);
/* The key as a line of a request's head; nothing for NULL. */
int customer_write_key(const struct customer *customer, struct buffer *out);

#endif
