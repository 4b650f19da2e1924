/* SPDX-License-Identifier: Apache-2.0
 *
 * terminal - where standard output goes: whether a person looks at it, how large the window is, and
 * writing to it without ever waiting for who reads it.
 *
 * What cannot be taken at once waits in a queue and follows when there is room.
 *
 * Memory   the terminal is the caller's until terminal_close().
 * Threads  its loop. The real body only.
 * Errors   terminal_open(): -errno. terminal_write(): -ENOBUFS: TERMINAL_QUEUE_BYTES wait already,
 *          and nothing of this was taken; -EPIPE, -ENOSPC ...: nobody will read anything any more.
 */
#ifndef LOOP_TERMINAL_H
#define LOOP_TERMINAL_H

#include "base/bytes.h"
#include "loop/loop.h"

#define TERMINAL_QUEUE_BYTES ((size_t)256 * 1024)

struct terminal;

struct terminal_size {
    unsigned columns, rows; /* 80 and 24 where the terminal does not tell */
};

struct terminal_events {
    void (*on_resize)(void *user);
    void (*on_broken)(void *user, int error); /* nobody reads any more; at most once */
};

int terminal_open(struct terminal **ret_terminal, struct loop *loop,
                  const struct terminal_events *events, void *user);
/* Not a file, not a pipe. */
bool terminal_is_seen(const struct terminal *terminal);
struct terminal_size terminal_size(const struct terminal *terminal);
int terminal_write(struct terminal *terminal, struct bytes text);
/* Whether everything written so far went out. */
bool terminal_is_idle(const struct terminal *terminal);
/* Waits until it has: for the end, when nothing else is left to do. */
int terminal_finish(struct terminal *terminal);
/* NULL is fine. What still waits is dropped. */
void terminal_close(struct terminal *terminal);

#endif
