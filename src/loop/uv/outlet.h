/* SPDX-License-Identifier: Apache-2.0
 *
 * outlet - one of the process's own output streams, written without ever waiting for who reads it.
 *
 * A pipe or terminal is opened a second time for this, so that the stream itself, which others
 * share, keeps blocking. A regular file never makes its writer wait, and opened twice would have
 * two ends to write at: it is taken as it is.
 *
 * Memory   the caller embeds the struct.
 * Threads  belongs to its owner. Only files of loop/uv include it.
 * Errors   outlet_put(): -EAGAIN: nothing went, later; -EPIPE, -ENOSPC ...: it is broken.
 */
#ifndef LOOP_UV_OUTLET_H
#define LOOP_UV_OUTLET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/bytes.h"

struct outlet {
    int stream; /* STDOUT_FILENO, STDERR_FILENO */
    int fd;     /* what is written to */
    bool is_socket, is_own;
};

void outlet_open(struct outlet *outlet, int stream);
/* How many bytes went, perhaps not all. */
ssize_t outlet_put(const struct outlet *outlet, struct bytes view);
/* Waits until all went: for the end, when nothing else is left to do. */
int outlet_put_whole(const struct outlet *outlet, struct bytes view);
void outlet_close(struct outlet *outlet);

#endif
