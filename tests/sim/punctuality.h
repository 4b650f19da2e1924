/* SPDX-License-Identifier: Apache-2.0
 *
 * punctuality - did an answer come in time, and was its line kept warm? Only what the edge answers
 * for is measured: where the network is sound, and the client reads as fast as it can.
 *
 * Units    monotonic nanoseconds, passed in; milliseconds in names.
 * Memory   values.
 */
#ifndef TESTS_SIM_PUNCTUALITY_H
#define TESTS_SIM_PUNCTUALITY_H

#include "judge.h"

/* The timeouts of every edge in a world. */
#define WORLD_TOTAL_MS 20000
#define WORLD_FIRST_BYTE_MS 6000
#define WORLD_TOKEN_IDLE_MS 3000
#define WORLD_PING_MS 1000
#define WORLD_WRITE_MS 10000
#define WORLD_DRAIN_MS 5000

struct punctuality {
    bool network_is_sound; /* all time is spent by the edge and its engines */
    bool engines_are_fast; /* they answer at once, fail, or are seen to fail */
    bool events_are_small; /* each fits the window: none goes out in parts */
};

/* When things happened to the answer that is read now. */
struct answer_times {
    uint64_t began_ns;   /* asked, and all before it answered */
    uint64_t heard_ns;   /* the last byte of any kind */
    uint64_t payload_ns; /* the last data of a stream; 0: none yet */
    uint64_t silence_ns; /* the longest time without a byte, once all was sent */
    bool is_read_slowly, was_sent_slowly;
};

/* Some bytes came; `sent_ns`: when the last of the question had gone. */
void answer_times_note(struct answer_times *times, struct bytes bytes, uint64_t sent_ns,
                       uint64_t now_ns);
/* The answer ended, in whatever way but by its client; NULL, or what came too late. */
const char *answer_is_late(const struct answer_times *times, const struct punctuality *world,
                           const struct question *question, uint64_t now_ns);

#endif
