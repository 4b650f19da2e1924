/* SPDX-License-Identifier: Apache-2.0
 *
 * refusal - why a request may not pass now, in numbers and in words.
 *
 * Units    as limits.h; waits in milliseconds.
 * Memory   views point into the caller's array or into static text.
 * Threads  any.
 */
#ifndef LIMIT_REFUSAL_H
#define LIMIT_REFUSAL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "limit/limits.h"

/* If several limits refuse, the one that takes longest. */
struct limit_refusal {
    enum limit_kind kind;
    enum limit_owner owner;
    uint64_t limit;
    uint64_t used;   /* of the limit, now */
    uint64_t wanted; /* by this request */
    /* The request alone is more than the limit: it never passes, and there is no wait. */
    bool is_never;
    /* Exact for rates and budgets: a millisecond earlier it would be refused as well, then it will
     * pass unless others come first. Nobody knows when a request in progress ends: for concurrency
     * it is a guess from how long they took lately. */
    uint64_t retry_after_ms;
};

/* The status of all of them is 429. */
struct limit_error {
    const char *type, *code;
    /* `x-should-retry: false`: it never passes, or not within what clients wait for. */
    bool is_worth_retrying;
};

struct limit_error limit_refusal_error(const struct limit_refusal *refusal);

struct limit_names {
    struct bytes key, tenant; /* as operators call them; longer than 64 bytes: cut */
};

#define LIMIT_WORDS_BYTES 512
/* Which limit, whose, how much, and when it frees: one or two sentences. Not yet escaped for JSON.
 */
struct bytes limit_refusal_words(const struct limit_refusal *refusal,
                                 const struct limit_names *names,
                                 char ret_words[LIMIT_WORDS_BYTES]);

#endif
