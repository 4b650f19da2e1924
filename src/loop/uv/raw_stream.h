/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_stream - a stream over a socket of ours, on the body's epoll. Only files of loop/uv include
 * it.
 *
 * The socket is handed to epoll once, edge-triggered: what epoll has told stays noted here until it
 * is used up, so that a request costs no change of interest and no second look by the kernel.
 *
 * Memory   80 bytes a stream.
 */
#ifndef LOOP_UV_RAW_STREAM_H
#define LOOP_UV_RAW_STREAM_H

#include "base/list.h"
#include "loop/stream.h"

/* A connected socket, just accepted: the stream owns it from then on; bind it in this turn.
 * -ENOMEM or what epoll says; the socket is still the caller's then. */
int raw_stream_open(struct stream **ret_stream, struct loop *loop, int fd);

/* For the body. Notes what epoll told of the stream that it was given as its data, perhaps nothing
 * new, and tells its owner. A closed stream is left alone. */
struct raw_stream;
void raw_stream_event(struct raw_stream *raw, uint32_t events);
struct raw_stream *raw_stream_of(struct list *eager_link);
/* Frees closed streams: no event of this turn is about them any more. */
void raw_stream_bury(struct list *closed);

#endif
