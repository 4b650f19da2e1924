/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_stream - a stream over a socket of ours. Only files of loop/uv include it.
 *
 * Memory   200 bytes a stream, of which libuv has 160.
 */
#ifndef LOOP_UV_RAW_STREAM_H
#define LOOP_UV_RAW_STREAM_H

#include "loop/stream.h"

/* A connected socket, just accepted: the stream owns it from then on; bind it in this turn.
 * -ENOMEM or what epoll says; the socket is still the caller's then. */
int raw_stream_open(struct stream **ret_stream, struct loop *loop, int fd);

#endif
