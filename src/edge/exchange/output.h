/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange_output - putting bytes out to the client: the answer's head, the edge's own bytes, and
 * the engine's, in this order and each whole before the next.
 *
 * Errors   a verdict: OUTPUT_GONE when the client cannot be reached any more.
 */
#ifndef EDGE_EXCHANGE_OUTPUT_H
#define EDGE_EXCHANGE_OUTPUT_H

#include "edge/exchange/exchange.h"

enum output_verdict {
    OUTPUT_TAKEN,   /* everything offered was taken */
    OUTPUT_BLOCKED, /* the client is slow: wait for WAKE_ROOM */
    OUTPUT_GONE,
};

/* Hands the head of the engine's answer over, as this client may see it. */
enum output_verdict output_head_from_log(struct exchange *ex);
/* The head of an event stream that the engine has not answered yet. */
enum output_verdict output_head_for_ping(struct exchange *ex);
/* The head of an answer that is all `own`. */
enum output_verdict output_head_own(struct exchange *ex, unsigned status);

/* What is left of `own`; with own_ends nothing follows. */
enum output_verdict output_own(struct exchange *ex);
/* The log up to `until`; with `end` nothing follows. */
enum output_verdict output_log(struct exchange *ex, uint64_t until, bool end);

#endif
