/* SPDX-License-Identifier: Apache-2.0
 *
 * request_check - walks over a request once, holds it against the rules of its route, and reports
 * the fields whose value somebody wants to know.
 *
 * Memory   only sentences are made, in the arena. It recurses as deep as the rules are nested, not
 *          as the request is. Threads  belongs to its owner.
 * Errors   -EINVAL with *error filled; -ENOMEM; what the callback returns.
 */
#ifndef OPENAI_REQUEST_CHECK_H
#define OPENAI_REQUEST_CHECK_H

#include "openai/request_rules.h"

/* A field that is sound. */
struct request_finding {
    enum request_fact fact;
    struct bytes key_raw; /* with its quotes */
    struct bytes raw;     /* the whole value, arrays and objects to their end */
    enum json_kind kind;
    struct json_text text; /* of a string */
    bool is_filled;        /* neither null nor an empty string or array */
};

typedef int request_found_fn(void *user, const struct request_finding *finding);

struct request_check {
    struct json_reader reader;
    struct arena *arena;
    struct openai_error *error;
    request_found_fn *found; /* for each field with a fact, as it is passed */
    void *user;
    /* What the values weighed that have been passed. */
    uint64_t text_bytes, tokens, attachments, prompts;
};

int request_check_run(struct request_check *check, struct bytes body,
                      const struct shape_rule *shape);
/* A sentence without a place in the request; -EINVAL, or -ENOMEM if it could not be made. */
int request_refuse(struct openai_error *error, const char *code, const char *param,
                   struct bytes message);

#endif
