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
    uint64_t wanted; /* by this request; by its prompt alone if it never passes */
    /* The prompt alone is more than the limit: it never passes, and there is no wait. */
    bool is_never;
    /* Exact for rates and budgets: a millisecond earlier it would be refused as well, then it will
     * pass unless others come first. Nobody knows when a request in progress ends: for concurrency
     * it is a guess from how long they took lately. */
    uint64_t retry_after_ms;
};

/* Status 429 with the type that it implies, and this code: rate_limit_exceeded, or for budgets
 * insufficient_quota. */
const char *limit_refusal_code(const struct limit_refusal *refusal);
/* Else `x-should-retry: false` and no wait: it never passes, or not for longer than clients wait.
 */
bool limit_refusal_is_worth_retrying(const struct limit_refusal *refusal);

struct limit_names {
    struct bytes key, tenant; /* as operators call them; longer than 64 bytes: cut */
};

#define LIMIT_WORDS_BYTES 512
/* Which limit, whose, how much, and when it frees: one or two sentences. Not yet escaped for JSON.
 */
struct bytes limit_refusal_words(const struct limit_refusal *refusal,
                                 const struct limit_names *names,
                                 char ret_words[LIMIT_WORDS_BYTES]);

#define LIMIT_RESET_BYTES 32
/* For x-ratelimit-reset-*, as the API writes durations: "17ms", "7.66s", "6m0s", "1h0m2s". */
struct bytes limit_reset_write(uint64_t reset_ms, char ret_text[LIMIT_RESET_BYTES]);

#endif
