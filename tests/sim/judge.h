/* SPDX-License-Identifier: Apache-2.0
 *
 * judge - is this answer the right one to that request? Knows the law by which the simulated engine
 * makes its tokens, and what a stream may look like.
 *
 * Errors   a violation is a sentence in ret_why.
 */
#ifndef TESTS_SIM_JUDGE_H
#define TESTS_SIM_JUDGE_H

#include "question.h"
#include "reply.h"

enum outcome {
    GOT_ANSWER,      /* whole and right */
    GOT_REFUSAL,     /* an error status with the API's error object */
    GOT_ERROR_EVENT, /* a right beginning, then an error event, no [DONE] */
    GOT_BROKEN,      /* the connection ended before the answer did, visibly */
    GOT_NOTHING,     /* the connection never stood, or ended before a byte */
    TURNED_AWAY,     /* an answer before it said that the connection ends */
    LEFT,            /* the client went away by itself */
    OVERDUE,         /* nothing ended it in time */
    OUTCOMES
};

extern const char *const outcome_names[OUTCOMES];

/* No more bytes will come: the reply is complete, or the connection ended. False: a violation. */
bool judge(const struct question *question, const struct reply *reply, enum outcome *ret_outcome,
           struct buffer *ret_why);

#endif
