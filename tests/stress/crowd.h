/* SPDX-License-Identifier: Apache-2.0
 *
 * crowd - some clients on a loop of their own who ask an edge questions and judge its answers.
 *
 * Memory   the caller embeds the struct; crowd_clear() when the side loop has ended.
 * Threads  as side_loop; the two numbers may be read by anybody.
 * Errors   what is wrong with an answer is a line in `complaints`.
 */
#ifndef TESTS_STRESS_CROWD_H
#define TESTS_STRESS_CROWD_H

#include "tests/sim/client.h"
#include "tests/stress/side_loop.h"

#define CROWD_CLIENTS 8

struct crowd_plan {
    struct address edge;
    unsigned questions; /* of each client */
    unsigned large_tokens;
    bool expects_answers; /* else an answer may be a refusal, an error or an end */
};

struct crowd {
    struct side_loop side;
    struct crowd_plan plan;
    struct client clients[CROWD_CLIENTS];
    struct buffer complaints;
    atomic_uint outcomes[OUTCOMES];
    atomic_uint finished; /* clients that have asked all */
};

void crowd_start(struct crowd *crowd, struct loop *parent, const struct crowd_plan *plan);
void crowd_clear(struct crowd *crowd);

#endif
