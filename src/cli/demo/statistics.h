/* SPDX-License-Identifier: Apache-2.0
 *
 * statistics - what the demonstration's clients have seen, counted: nothing that is shown
 * comes from anywhere else. Pure: the time is an argument.
 *
 * Units    monotonic nanoseconds.
 * Memory   the caller embeds the struct (zeroed: nothing happened yet). The newest
 *          DEMO_SAMPLES_MOST times to the first token are kept; older ones are forgotten.
 * Threads  belongs to its owner.
 * Errors   none.
 */
#ifndef CLI_DEMO_STATISTICS_H
#define CLI_DEMO_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#define DEMO_CORES 2
#define DEMO_SAMPLES_MOST 4096

/* How a request ended, as its client saw it. */
enum demo_outcome {
    DEMO_ANSWERED,   /* whole, with status 200 */
    DEMO_REFUSED,    /* 4xx: the mistake was the client's */
    DEMO_LEFT,       /* the client closed early, on purpose */
    DEMO_CUT_TOLD,   /* began, then an error event instead of [DONE] */
    DEMO_CUT_BROKEN, /* began, then the connection broke: no client takes that for an end */
    DEMO_CUT_SILENT, /* began, then ended as if it were whole: must never be */
    DEMO_FAILED,     /* 5xx or no answer: no core could take it */
    DEMO_OUTCOMES,
};

struct demo_result {
    enum demo_outcome outcome;
    int core;          /* that answered, from 0; -1: the edge itself */
    unsigned attempts; /* cores tried */
    uint64_t ttft_ns;  /* from the request to the first token; 0: none came */
};

/* Counts of the last two seconds, in slots of a quarter of one. */
#define DEMO_RATE_SLOTS 8
struct demo_rate {
    uint64_t slot; /* the present one's number, since the beginning of time */
    uint64_t counts[DEMO_RATE_SLOTS + 1];
};

void demo_rate_add(struct demo_rate *rate, uint64_t count, uint64_t now_ns);
/* Over the last whole slots. */
uint64_t demo_rate_per_s(const struct demo_rate *rate, uint64_t now_ns);

struct demo_statistics {
    uint64_t requests; /* sent */
    uint64_t ended[DEMO_OUTCOMES];
    uint64_t moved; /* answered, though the core that was tried first failed */
    uint64_t answered_by[DEMO_CORES];
    uint64_t tokens;
    struct demo_rate token_rate;
    uint64_t sample_count; /* ever; the newest stand in the ring below */
    struct {
        uint64_t at_ns, ttft_ns;
    } samples[DEMO_SAMPLES_MOST];
};

void demo_statistics_token(struct demo_statistics *statistics, uint64_t count, uint64_t now_ns);
void demo_statistics_end(struct demo_statistics *statistics, const struct demo_result *result,
                         uint64_t now_ns);
/* Requests that have not ended. */
uint64_t demo_statistics_open(const struct demo_statistics *statistics);

/* By nearest rank, of the samples since then; 0: there are none. */
struct demo_ttft {
    uint64_t p50_ns, p95_ns;
    size_t count;
};
struct demo_ttft demo_statistics_ttft(const struct demo_statistics *statistics, uint64_t since_ns);

#endif
