/* SPDX-License-Identifier: Apache-2.0
 *
 * meter - what the answer of one attempt costs, read from the engine's bytes as they go by, and
 * what the edge asked the engine to tell although the client did not: that is taken out again.
 *
 * Memory   in the call's arena, some of it only where something is taken out.
 * Threads  the call's loop.
 * Errors   -ENOMEM from meter_begin(); those of the sink, which ends the feeding.
 */
#ifndef EDGE_CALL_METER_H
#define EDGE_CALL_METER_H

#include "base/arena.h"
#include "openai/usage_strip.h"

struct meter {
    struct usage_scan scan;    /* where nothing is taken out */
    struct usage_strip *strip; /* NULL: never needed so far */
    bool is_stripping;
};

/* NULL: out of memory. */
struct meter *meter_new(struct arena *arena);
/* With the head of an answer, again for each attempt. */
int meter_begin(struct meter *meter, struct arena *arena, bool is_event_stream, bool must_strip);
int meter_feed(struct meter *meter, struct bytes bytes, usage_strip_sink *sink, void *user);
/* The answer has ended by its framing. */
int meter_end(struct meter *meter, usage_strip_sink *sink, void *user);
struct usage_tokens meter_tokens(const struct meter *meter);

#endif
