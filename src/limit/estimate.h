/* SPDX-License-Identifier: Apache-2.0
 *
 * estimate - how many tokens a request will take, before an engine has said so.
 *
 * The prompt: its bytes times the tokens per byte that this model's engines have counted lately.
 * The answer: what nine of ten answers of this tenant and model have kept within, else what those
 * of this model have, else a default; never more than max_tokens. Old answers fade.
 *
 * Units    bytes of text, tokens.
 * Memory   a table of fixed size. When it is full, of the few places where a pair may stand the one
 *          that was used least lately makes room: that pair is estimated by its model again.
 * Threads  any; a lock for a part of the table, held for some ten nanoseconds.
 * Errors   estimator_open(): -ENOMEM.
 */
#ifndef LIMIT_ESTIMATE_H
#define LIMIT_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct estimator;

struct estimator_options {
    size_t pairs;                   /* of tenant and model that are known at a time */
    uint64_t default_answer_tokens; /* where nothing was learned yet */
    uint64_t seed;                  /* random; for the table */
};

int estimator_open(struct estimator **ret_estimator, const struct estimator_options *options);
/* Takes NULL. */
void estimator_close(struct estimator *estimator);

/* What is estimated or was seen. */
struct estimate_subject {
    struct bytes model;
    uint64_t tenant; /* its account */
};

/* Rounded up; 1 at least if there is a byte. */
uint64_t estimate_prompt(struct estimator *estimator, struct bytes model, uint64_t bytes);
/* max_tokens: 0: the request names none. */
uint64_t estimate_answer(struct estimator *estimator, const struct estimate_subject *subject,
                         uint64_t max_tokens);

/* By an engine's `usage`: tell only whole prompts and whole answers. */
void estimate_learn_prompt(struct estimator *estimator, struct bytes model, uint64_t bytes,
                           uint64_t tokens);
void estimate_learn_answer(struct estimator *estimator, const struct estimate_subject *subject,
                           uint64_t tokens);

#endif
