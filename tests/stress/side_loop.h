/* SPDX-License-Identifier: Apache-2.0
 *
 * side_loop - something that lives on a loop, and thread, of its own until it is told to end.
 *
 * Memory   the caller embeds the struct, and keeps it until it is over.
 * Threads  the functions: the parent loop's. open() and close() run on the loop
 *          itself; what they touch is theirs from the start until it is over.
 * Errors   a failure aborts.
 */
#ifndef TESTS_STRESS_SIDE_LOOP_H
#define TESTS_STRESS_SIDE_LOOP_H

#include <stdatomic.h>

#include "loop/mailbox.h"

struct side_loop {
    void (*open)(struct side_loop *side, struct loop *loop);
    void (*close)(struct side_loop *side);

    struct loop *loop;
    struct mailbox *orders;
    struct message stop;
    atomic_bool is_open;
    bool is_told, has_ended;
};

/* open() and close() are set; all else is zero. */
void side_loop_start(struct side_loop *side, struct loop *parent, const char *name);
/* Once it is open. It ends some time later; a second call is left alone. */
void side_loop_stop(struct side_loop *side);

/* Both are true of one that was never started, which may be stopped, too. */
bool side_loop_is_open(const struct side_loop *side);
bool side_loop_is_over(const struct side_loop *side);

#endif
