/* SPDX-License-Identifier: Apache-2.0
 *
 * stream - a byte stream to a peer: TCP, a unix socket, or TLS over either (tls.h).
 *
 * Pull, not push: events say that something can be done, stream_read() and stream_write() do it.
 * An owner that does not read is not called again until it wants to (stream_want_read()), and the
 * peer feels it: that is back-pressure. Events may be spurious: -EAGAIN is always possible.
 *
 * Half-close: a peer that has finished sending (FIN) is reported by on_hangup(user, 0), whether or
 * not anybody reads; what it sent before can still be read, then stream_read() gives 0, and one may
 * still write. A broken connection is on_hangup(user, -errno); unread bytes may be lost. Each of
 * the two comes at most once.
 *
 * Memory   the stream is the caller's until stream_close() or stream_reset(); after either no
 *          event comes and the pointer is gone.
 * Threads  belongs to its loop.
 * Errors   -EAGAIN: later; -ECONNRESET, -EPIPE, -ETIMEDOUT ...: the connection is broken;
 *          -EPROTO: TLS went wrong (stream_error_text() says how).
 */
#ifndef LOOP_STREAM_H
#define LOOP_STREAM_H

#include <sys/types.h>

#include "base/bytes.h"
#include "loop/address.h"
#include "loop/loop.h"

struct stream;

struct stream_events {
    /* Connected (TLS: hands shaken), or failed with -errno and only stream_close() is left.
     * Plain accepted streams are connected from the start and do not call this. */
    void (*on_connected)(void *user, int error);
    void (*on_readable)(void *user);
    void (*on_writable)(void *user); /* once, after a write that took less than all */
    void (*on_hangup)(void *user, int error);
};

struct stream_options {
    uint32_t user_timeout_ms; /* unacknowledged data older than this breaks the connection; 0: the
                                 system's default */
};

/* Returns before the connection stands; on_connected() follows. What fails at once (no route, no
 * file descriptor, no such unix socket) may be returned instead. Deadlines are the caller's. */
int stream_connect(struct stream **ret_stream, struct loop *loop, const struct address *address,
                   const struct stream_options *options, const struct stream_events *events,
                   void *user);
/* Hands the stream to another owner on the same loop; its events go there from now on. Reports
 * that came before and were not repeated (a FIN, a break) are repeated to the new owner in a later
 * turn. */
void stream_bind(struct stream *stream, const struct stream_events *events, void *user);

/* Reading is wanted from the start. While it is, on_readable() comes every turn in which bytes or
 * the end are there to read. */
void stream_want_read(struct stream *stream, bool wanted);
/* > 0: bytes read; 0: the peer has finished, and on_readable() will not come again; -EAGAIN:
 * nothing now. Give it loop_scratch(). */
ssize_t stream_read(struct stream *stream, char *ret_bytes, size_t size);
/* How many bytes of all parts together were taken, from the first on, perhaps none; less than all:
 * on_writable() will come once. At most STREAM_PARTS parts are looked at. */
#define STREAM_PARTS 64
ssize_t stream_write(struct stream *stream, const struct bytes *parts, size_t part_count);
/* Sends FIN (TLS: close_notify) behind what was written; reading goes on. */
int stream_finish(struct stream *stream);

/* What was written is still sent; the peer sees FIN, or RST if it sent what was never read. */
void stream_close(struct stream *stream);
/* The peer sees RST, unsent bytes are dropped. */
void stream_reset(struct stream *stream);

struct loop *stream_loop(const struct stream *stream);
int stream_peer(const struct stream *stream, struct address *ret_address);
int stream_local(const struct stream *stream, struct address *ret_address);
/* Why the last -EPROTO; never NULL. */
const char *stream_error_text(const struct stream *stream);

#endif
