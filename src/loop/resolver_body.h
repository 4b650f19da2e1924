/* SPDX-License-Identifier: Apache-2.0
 *
 * resolver_body - one look-up of one name, by the body; resolver.c decides when. Only files of
 * this room include it.
 *
 * Memory   the look-up is the body's: it is gone when on_answer() has been called, or cancelled.
 * Threads  the loop's own.
 * Errors   -errno at once, or through on_answer(): -ENOENT (no such name), -EAGAIN, -EIO.
 */
#ifndef LOOP_RESOLVER_BODY_H
#define LOOP_RESOLVER_BODY_H

#include "loop/resolver.h"

struct lookup;

struct lookup_answer {
    int error;
    struct address addresses[RESOLVER_ADDRESSES]; /* ports are left 0 */
    size_t count;
};

/* on_answer() comes in a later turn, and the answer lives as long as that call. */
int lookup_start(struct lookup **ret_lookup, struct loop *loop, const char *host,
                 void (*on_answer)(void *user, const struct lookup_answer *answer), void *user);
/* on_answer() does not come. */
void lookup_cancel(struct lookup *lookup);

#endif
