/* SPDX-License-Identifier: Apache-2.0
 *
 * alert - tells somebody that 50, 80 or 100 % of a budget is used: a line in the log, and a POST to
 * budgets.webhook if there is one, signed as Standard Webhooks has it (standardwebhooks.com):
 *
 *   webhook-id: bud_5f1c...-month-20454-80   the same each time this is told
 *   webhook-timestamp: 1767225600
 *   webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))
 *
 * One post at a time, each tried ALERT_TRIES times with growing pauses unless it is refused (4xx).
 * When ALERT_MOST wait, further ones are in the log only. Told is told: what was delivered, or
 * given up, is kept in the store, so that it is not told again in that period. What was on its way
 * when the process was killed is told again, with the same id.
 *
 * Units    nano-USD; days since 1970.
 * Memory   embedded in the ledger.
 * Threads  the main loop's.
 * Errors   alert_desk_open(): -ENOMEM, or -errno with a sentence in ret_why.
 */
#ifndef EDGE_LEDGER_ALERT_H
#define EDGE_LEDGER_ALERT_H

#include "base/random.h"
#include "config/edge_config.h"
#include "edge/ledger/fetch.h"
#include "limit/limiter.h"

#define ALERT_MOST 256
#define ALERT_TRIES 6
#define ALERT_NAME_BYTES 256 /* of a key or a tenant, with its end */

struct alert {
    struct limit_notice notice;
    uint64_t wall_ms; /* when it was seen */
    /* As of then; "": a token's subject, of whom only the account is known. */
    char key[ALERT_NAME_BYTES], tenant[ALERT_NAME_BYTES];
};

struct alert_desk {
    struct loop *loop;
    struct log *log;
    const struct edge_config *config;
    /* Somebody was told, or never will be. */
    void (*on_told)(struct alert_desk *desk, const struct limit_notice *notice);

    struct fetch fetch;    /* of budgets.webhook */
    struct alert *waiting; /* a ring of ALERT_MOST */
    size_t first, count;
    unsigned tries;     /* of the first */
    struct timer timer; /* until it is tried again */
    /* What is being posted. */
    struct buffer body, id, timestamp, signature;
    struct http_field fields[4];
    struct bytes part;
};

struct alert_desk_options {
    const struct edge_config *config;
    struct log *log;
    struct block_pool *blocks;
    struct memory_budget *budget;
    void (*on_told)(struct alert_desk *desk, const struct limit_notice *notice);
};

int alert_desk_open(struct alert_desk *desk, struct loop *loop,
                    const struct alert_desk_options *options, struct buffer *ret_why);
/* Takes zeroed ones. What waits is forgotten. */
void alert_desk_close(struct alert_desk *desk);
/* on_told() comes from inside, or from a later turn. */
void alert_desk_take(struct alert_desk *desk, const struct alert *alert);

#endif
