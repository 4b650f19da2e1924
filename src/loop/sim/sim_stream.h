/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_stream - what a process holds of a simulated socket: a raw stream. Only files of loop/sim
 * include it.
 *
 * Memory   the process's; the socket outlives it until what was written has arrived.
 */
#ifndef LOOP_SIM_SIM_STREAM_H
#define LOOP_SIM_SIM_STREAM_H

#include "loop/sim/connection.h"
#include "loop/stream.h"

/* What there is to report, in the order of reporting; what broke goes before all. */
enum stream_report {
    REPORT_BROKEN = 1,
    REPORT_CONNECTED = 2,
    REPORT_READABLE = 4,
    REPORT_SPURIOUS = 8, /* on_readable() for nothing */
    REPORT_END = 16,
    REPORT_WRITABLE = 32,
};

/* The owner hears of it in the loop's next turn. */
void sim_stream_tell(struct sim_stream *stream, enum stream_report report);
/* For a socket out of a backlog. */
int sim_stream_accept(struct stream **ret_stream, struct loop *loop, struct socket *socket);
/* Its process is dead: it reaches nothing. */
void sim_stream_orphan(struct sim_stream *stream);

#endif
