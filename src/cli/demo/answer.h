/* SPDX-License-Identifier: Apache-2.0
 *
 * answer - an answer as a client reads it: how many tokens it has, and whether it is whole.
 *
 * Memory   the caller embeds the struct, zeroed.
 * Threads  belongs to its owner.
 * Errors   none: what is no JSON says nothing.
 */
#ifndef CLI_DEMO_ANSWER_H
#define CLI_DEMO_ANSWER_H

#include "base/bytes.h"

struct demo_answer {
    uint64_t tokens; /* one an event that brings text, corrected by what the engine says at last */
    bool is_done;    /* data: [DONE] has come */
    bool has_error;  /* an error came in place of the rest */
};

/* The data of one event of a stream. Returns how many tokens it brought. */
uint64_t demo_answer_read_event(struct demo_answer *answer, struct bytes data);
/* The same for the body of a plain answer. */
uint64_t demo_answer_read_body(struct demo_answer *answer, struct bytes body);

#endif
