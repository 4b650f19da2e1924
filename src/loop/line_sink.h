/* SPDX-License-Identifier: Apache-2.0
 *
 * line_sink - log lines to standard error, whole, and without ever waiting for who reads it.
 *
 * What cannot be taken at once is dropped and counted; behind the first line that passes again,
 * one tells how many were lost. A pipe or terminal is opened a second time for this, so that the
 * process's own standard error, which others share, keeps blocking.
 *
 * Memory   the sink is the caller's; it outlives every log that writes to it.
 * Threads  line_sink_write(): any. The real body only.
 * Errors   line_sink_open(): -ENOMEM.
 */
#ifndef LOOP_LINE_SINK_H
#define LOOP_LINE_SINK_H

#include "base/bytes.h"

/* Lines up to this long arrive whole or not at all, also in a pipe: PIPE_BUF. */
#define LINE_SINK_LINE_BYTES 4096

struct line_sink;

int line_sink_open(struct line_sink **ret_sink);
/* A log_sink_fn (base/log.h). The line ends with its newline. */
void line_sink_write(void *sink, struct bytes line);
/* NULL is fine. */
void line_sink_close(struct line_sink *sink);

#endif
