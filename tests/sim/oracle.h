/* SPDX-License-Identifier: Apache-2.0
 *
 * oracle - what must hold of an edge as a whole, at any time or at the end of its life:
 *
 *   - every request writes one line to the log, and no question two;
 *   - retries stay within the budget;
 *   - where the network is sound: engines work only for clients that wait, but for a tenth of a
 *     second, and memory is bounded by what the clients ask.
 *
 * Units    monotonic nanoseconds and bytes, passed in.
 * Memory   the caller embeds the struct.
 * Threads  the world's.
 * Errors   violations, as sentences.
 */
#ifndef TESTS_SIM_ORACLE_H
#define TESTS_SIM_ORACLE_H

#include "edge/edge.h"

#define ORACLE_SECONDS 20
#define ORACLE_CLIENTS 32
#define ORACLE_QUESTIONS 256

struct oracle {
    void (*on_violation)(void *user, struct bytes why);
    void *user;
    unsigned retry_percent, retry_burst; /* of all workers */

    uint64_t lines;
    unsigned char lines_of[ORACLE_CLIENTS][ORACLE_QUESTIONS];

    uint64_t second; /* of the newest counts */
    struct oracle_counts {
        uint64_t calls, retries;
    } now, at[ORACLE_SECONDS]; /* when each second began */
    struct oracle_excess {
        const char *what;
        uint64_t since_ns; /* 0: there is none */
    } work, memory;
    uint64_t now_ns;
};

/* A world at one moment. */
struct oracle_view {
    uint64_t now_ns;
    struct edge_counts edge;
    uint64_t running; /* requests in the engines */
    uint64_t waiting; /* clients that wait for an answer */
    uint64_t memory_limit_bytes;
};

void oracle_init(struct oracle *oracle, void (*on_violation)(void *user, struct bytes why),
                 void *user);
void oracle_note_line(struct oracle *oracle, struct bytes line);
void oracle_look(struct oracle *oracle, const struct oracle_view *view, bool network_is_sound);
/* When nothing is under way any more. */
void oracle_conclude(struct oracle *oracle, const struct oracle_view *view);
/* How many lines tell of this question. */
unsigned oracle_lines_of(const struct oracle *oracle, unsigned client, unsigned question);

#endif
