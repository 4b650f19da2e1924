/* SPDX-License-Identifier: Apache-2.0
 *
 * guess_guard - how many bad keys an address has sent of late, and what that costs it. The same
 * counts what is dear and anybody can ask for: verifying a token. (Two guards, one for each.)
 *
 * Each address may fail `burst` times at once and `per_minute` in the long run (GCRA). Beyond that
 * its refusals are delayed until they fit, at most `delay_most_ms` and `parked_most` of them at a
 * time; beyond that they are refused at once and the connection is closed. Only failures are noted,
 * so good keys of the same address are never slowed.
 *
 * Units    monotonic nanoseconds, passed in.
 * Memory   fixed when opened. When the table is full the address longest at rest is forgotten:
 *          memory stays bounded, and who comes with that many addresses cannot be held by any.
 * Threads  one at a time; whoever shares a guard locks it.
 * Errors   -ENOMEM, -EINVAL from guess_guard_open(); the rest are verdicts.
 */
#ifndef KEYS_GUESS_GUARD_H
#define KEYS_GUESS_GUARD_H

#include "base/bytes.h"

#define GUESS_GUARD_MOST 1000000

struct guess_guard_options {
    size_t addresses;           /* how many are remembered; rounded up to a power of two */
    uint32_t per_minute, burst; /* 1 to GUESS_GUARD_MOST */
    uint32_t delay_most_ms;
    uint32_t parked_most;
    uint64_t seed; /* random and secret */
};

enum guess_verdict {
    GUESS_PASS,   /* answer now */
    GUESS_DELAY,  /* answer after *ret_delay_ms, then guess_guard_unpark() */
    GUESS_REFUSE, /* answer now and close */
};

struct guess_guard;

int guess_guard_open(struct guess_guard **ret_guard, const struct guess_guard_options *options);
void guess_guard_close(struct guess_guard *guard);
/* One failure more. The address is 4 bytes, or 16, of which the first 8 (a site's /64) count, or
 * any others (a unix socket's path). */
enum guess_verdict guess_guard_note(struct guess_guard *guard, struct bytes address,
                                    uint64_t now_ns, uint32_t *ret_delay_ms);
/* Once for each GUESS_DELAY, when its answer has left or its client is gone. */
void guess_guard_unpark(struct guess_guard *guard);

#endif
