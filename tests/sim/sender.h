/* SPDX-License-Identifier: Apache-2.0
 *
 * sender - a client's bytes on their way out: at once or in pieces with pauses, and a body that
 * waits for 100 Continue only when its head was answered so, or in vain for a second
 * (RFC 9110 section 10.1.1).
 *
 * Memory   the caller embeds the struct; sender_clear() stops it.
 * Threads  the world's.
 */
#ifndef TESTS_SIM_SENDER_H
#define TESTS_SIM_SENDER_H

#include "base/buffer.h"
#include "base/random.h"
#include "loop/stream.h"
#include "loop/timer.h"

struct sender {
    struct loop *loop;
    struct random *random;
    struct stream *stream; /* NULL: not connected */
    struct buffer ready;   /* may go */
    struct buffer waiting; /* goes after 100 Continue */
    size_t piece_bytes;    /* the most in one write; 0: all */
    bool waited_in_vain;   /* for 100 Continue, since it was last cut */
    uint64_t sent_ns;      /* when the last byte went */
    struct timer pause, patience;
};

void sender_init(struct sender *sender, struct loop *loop, struct random *random);
/* What it holds goes in so many pieces; 0: at once. */
void sender_cut(struct sender *sender, unsigned pieces);
/* What is ready goes out from now on. */
void sender_connect(struct sender *sender, struct stream *stream);
void sender_flush(struct sender *sender);
/* 100 Continue came. */
void sender_continue(struct sender *sender);
bool sender_is_done(const struct sender *sender);
/* Forgets the stream and what was not sent. */
void sender_clear(struct sender *sender);

#endif
