/* SPDX-License-Identifier: Apache-2.0
 *
 * answer_scan - watches an answer go by, in whatever pieces it comes, without changing it: has the
 * stream said [DONE], did the engine send an error in-band, how many events, what usage.
 *
 * A stream is whole when "data: [DONE]" has come on a line of its own, or an event whose name says
 * that it is the last: Anthropic's message_stop, and what ends a response. A plain answer is whole
 * by its framing; its usage is read at the end by the caller if it wants it.
 *
 * Memory   the caller embeds the struct; at most ANSWER_SCAN_KEEP bytes of a cut line are kept
 *          inside it, so that long lines cost nothing: what decides stands in those.
 * Threads  belongs to its owner.
 * Errors   none; odd bytes are counted as they are.
 */
#ifndef OPENAI_ANSWER_SCAN_H
#define OPENAI_ANSWER_SCAN_H

#include "base/bytes.h"

#define ANSWER_SCAN_KEEP 32

/* What the name of an event says of the stream. */
enum answer_event { EVENT_GOES_ON, EVENT_IS_LAST, EVENT_IS_ERROR };

struct answer_scan {
    uint64_t events; /* data lines that are not [DONE] */
    bool is_done;    /* [DONE] has come, or the last event */
    bool has_error;  /* a data line whose object begins with an "error" that is not null, or an
                        event of that name */
    enum answer_event event; /* the one that is being read */
    uint64_t fed_bytes;
    uint64_t boundary_bytes;  /* where, counted from the start, the last complete event ends: just
                                 behind its empty line */
    uint64_t error_end_bytes; /* where the first error's event ends, and with it the answer; 0:
                                 there was none */
    char line[ANSWER_SCAN_KEEP];
    uint8_t line_length; /* of what is kept */
    bool line_is_longer; /* than what is kept */
    bool last_was_cr;    /* a newline that follows belongs to it */
};

void answer_scan_init(struct answer_scan *scan);
void answer_scan_feed(struct answer_scan *scan, struct bytes bytes);

#endif
