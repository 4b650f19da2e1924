/* SPDX-License-Identifier: Apache-2.0
 *
 * traffic - the demonstration's clients: they come one after the other, about so many a
 * second, and what they see is counted.
 *
 * A request is done with when its client has its answer and the edge has said, by its log line,
 * which core gave it; then it is counted and told. At most DEMO_VISITS_MOST are under way: further
 * clients do not come.
 *
 * Memory   the traffic is the caller's until demo_traffic_close(); statistics and address outlive
 *          it.
 * Threads  its loop.
 * Errors   demo_traffic_open(): -errno. A client that finds no memory does not come.
 */
#ifndef CLI_DEMO_TRAFFIC_H
#define CLI_DEMO_TRAFFIC_H

#include "cli/demo/log.h"
#include "cli/demo/visit.h"

#define DEMO_VISITS_MOST 512

struct demo_traffic;

struct demo_traffic_options {
    struct loop *loop;
    const struct address *edge;
    const char *const *core_names; /* DEMO_CORES of them, as they stand in the edge's log */
    uint64_t seed;
    struct demo_statistics *statistics;
    void (*on_done)(void *user, const struct demo_visit *visit);
    void *user;
};

int demo_traffic_open(struct demo_traffic **ret_traffic,
                      const struct demo_traffic_options *options);
/* 0: nobody comes any more. */
void demo_traffic_set_rate(struct demo_traffic *traffic, unsigned per_s);
/* What the edge says of a request; whether it is one of ours. */
bool demo_traffic_note(struct demo_traffic *traffic, const struct demo_log_line *line);
/* Clients that wait for their answer. */
size_t demo_traffic_waiting(const struct demo_traffic *traffic);
/* Counts those whose line has not come yet; the edge says nothing any more. */
void demo_traffic_settle(struct demo_traffic *traffic);
/* Whoever still waits leaves, uncounted. NULL is fine. */
void demo_traffic_close(struct demo_traffic *traffic);

#endif
