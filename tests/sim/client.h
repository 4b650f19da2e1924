/* SPDX-License-Identifier: Apache-2.0
 *
 * client - somebody who asks an edge questions, one after the other over kept connections, in a
 * simulated world; sometimes slow to read, sometimes leaving in the middle. Judges every answer.
 *
 * Memory   the caller embeds the struct; client_clear() when it is idle.
 * Threads  the world's.
 */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include "base/random.h"
#include "judge.h"
#include "loop/stream.h"
#include "loop/timer.h"

struct client_plan {
    unsigned number; /* makes questions unlike any other client's */
    unsigned questions;
    bool is_steady;        /* reads at once and never leaves */
    bool only_answers;     /* asks what must be answered with 200 */
    unsigned asks_only;    /* 1 + the kind of every question; 0: drawn */
    uint64_t patience_ms;  /* how long an answer may take */
    unsigned thinks_ms;    /* up to so long between questions */
    unsigned large_tokens; /* of ASK_LARGE */
};

struct client {
    struct loop *loop;
    struct address edge;
    struct client_plan plan;
    struct random random;
    void (*on_outcome)(struct client *client, enum outcome outcome);
    void (*on_violation)(struct client *client, struct bytes why);
    void *user;

    struct stream *stream;
    bool is_connected, is_asking, reads_slowly;
    unsigned asked;
    struct question question;
    struct reply reply;
    struct buffer unsent;
    struct timer next, overdue, leave, slow;
};

void client_start(struct client *client, struct loop *loop, const struct address *edge,
                  const struct client_plan *plan, uint64_t seed);
bool client_is_finished(const struct client *client);
void client_clear(struct client *client);

#endif
