/* SPDX-License-Identifier: Apache-2.0
 *
 * errand - a piece of the ledger's work on the store, done in the job lane. There is one errand at
 * a time; what it needs is filled in before it leaves, what it brings is taken when it is back.
 *
 * Units    days since 1970, UTC.
 * Memory   the teller's. It is closed when it is not on its way, or when its node is dead.
 * Threads  the functions and on_back(): the main loop's. On its way the struct is the lane's.
 * Errors   errand_open(): NULL; errand_send(): as job_submit(); else a result with a sentence.
 */
#ifndef EDGE_LEDGER_ERRAND_H
#define EDGE_LEDGER_ERRAND_H

#include "keys/key_table.h"
#include "limit/limiter.h"
#include "loop/job.h"
#include "store/store_budget.h"
#include "store/store_key.h"
#include "store/store_usage.h"

#define ERRAND_WHY_BYTES 512

enum errand_kind {
    ERRAND_LOAD,  /* opens the store if it is not open, and reads what has changed */
    ERRAND_DRAW,  /* makes `budgets` and `told` durable */
    ERRAND_WRITE, /* adds `usage`, and drops what is over */
    ERRAND_END,   /* adds `usage`; what `budgets` did not use is drawn no more; closes the store */
};
#define ERRAND_KINDS 4

enum errand_result { ERRAND_DONE, ERRAND_FAILED };

/* What is known of keys and tenants, and what LOAD makes of it. */
struct errand_keys {
    struct key_table *known; /* in; NULL: nothing yet */
    uint64_t seed;           /* in: for a table that begins anew */
    uint64_t most;           /* in */
    struct key_table *fresh; /* out: the receiver's; NULL: nothing has changed */
    uint64_t unread;         /* out: keys beyond `most` */
    uint64_t lost;           /* out: keys that were added once and are there no more */
};

/* What is to be written; the arrays are lent. */
struct errand_rows {
    const struct store_usage *usage;
    size_t usage_count;
    const struct store_budget *budgets;
    size_t budget_count;
    const struct store_budget *told; /* thresholds that somebody was told of */
    size_t told_count;
};

struct errand_options {
    struct loop *loop;
    const char *path, *vfs;  /* of the store; vfs: NULL: the system's. Both outlive the errand */
    struct limiter *limiter; /* LOAD tells it, once, what was drawn before this process began */
    void (*on_back)(void *user);
    void *user;
};

struct errand {
    struct job job;
    struct errand_options options;
    enum errand_kind kind;
    uint32_t day, month_day; /* in: today, and the first of its month */
    bool is_last;            /* in: END closes the store also if it cannot write */
    struct errand_keys keys;
    struct errand_rows rows;
    enum errand_result result;
    char why[ERRAND_WHY_BYTES]; /* with FAILED */

    /* Kept between errands. */
    struct store *store; /* NULL: not open */
    bool has_budgets;
    bool has_version;
    uint64_t version, change; /* of the file, as last read */
    uint32_t forgotten_day;   /* what was over by then is dropped */
};

struct errand *errand_open(const struct errand_options *options);
/* Takes NULL. */
void errand_close(struct errand *errand);
int errand_send(struct errand *errand, enum errand_kind kind);

#endif
