/* SPDX-License-Identifier: Apache-2.0
 *
 * edge_shared - what is opened once, before any worker: listening sockets, certificates, the table
 * of cores. An address in use or a certificate that does not fit its key is told at once.
 *
 * Threads  the main loop's, before workers start and after they have ended; the sockets are given
 *          up when all workers stand.
 * Errors   -errno with a sentence in ret_why.
 */
#ifndef EDGE_EDGE_SHARED_H
#define EDGE_EDGE_SHARED_H

#include "base/buffer.h"
#include "edge/worker.h"

int edge_shared_open(struct edge_shared *shared, struct loop *loop, struct buffer *ret_why);
/* Lets go of the sockets: each is closed when the last worker that listens on it has stopped. No
 * worker opens behind this. */
void edge_shared_stop_listening(struct edge_shared *shared);
/* Takes zeroed and half-opened ones. */
void edge_shared_close(struct edge_shared *shared);

#endif
