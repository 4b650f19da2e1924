/* SPDX-License-Identifier: Apache-2.0
 *
 * client - somebody who asks an edge questions over kept connections, one after the other or
 * several at once in a pipeline, in a simulated world; sometimes slow to read or to write,
 * sometimes leaving in the middle: by FIN, by RST, or by closing only its sending side. Judges
 * every answer, and whether it came in time.
 *
 * Memory   the caller embeds the struct; client_clear() when it is idle.
 * Threads  the world's.
 */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include "judge.h"
#include "punctuality.h"
#include "sender.h"

#define PIPELINE_LIMIT 3

struct client_plan {
    unsigned number; /* makes questions unlike any other client's */
    unsigned questions;
    bool is_steady;           /* one question at a time, read at once, and never left */
    uint64_t patience_ms;     /* how long an answer may take */
    unsigned thinks_ms;       /* up to so long between questions */
    struct punctuality world; /* what may be expected of the edge here */
    struct question_plan question;
};

struct client {
    struct loop *loop;
    struct address edge;
    struct client_plan plan;
    struct random random;
    /* The question is client->open[0]. */
    void (*on_outcome)(struct client *client, enum outcome outcome);
    void (*on_violation)(struct client *client, struct bytes why);
    void *user;

    struct stream *stream;
    struct sender sender;
    bool is_connected, reads_slowly;
    bool is_parting; /* has closed its sending side and waits for the end */
    unsigned asked;
    struct question open[PIPELINE_LIMIT]; /* the first is the one that is answered now */
    unsigned open_count;
    struct reply reply;
    struct answer_times times;
    struct timer next, overdue, leave, slow;
};

void client_start(struct client *client, struct loop *loop, const struct address *edge,
                  const struct client_plan *plan, uint64_t seed);
/* In on_outcome(): whether this is what becomes of the question when all goes well. */
bool client_is_answered(const struct client *client, enum outcome outcome);
/* In on_outcome(): whether no other will follow. */
bool client_is_at_last(const struct client *client);
bool client_is_finished(const struct client *client);
void client_clear(struct client *client);

#endif
