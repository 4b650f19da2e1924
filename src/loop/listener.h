/* SPDX-License-Identifier: Apache-2.0
 *
 * listener - accepts streams at an address.
 *
 * The socket is opened once, before workers start, so that an address in use is told at once; each
 * worker's loop then listens on that same socket. A stuck worker or a closing one loses nobody:
 * what waits in the backlog belongs to all.
 *
 * Without file descriptors (EMFILE, ENFILE) accepting pauses for a while and is told as a warning;
 * it never spins.
 *
 * Memory   listen_socket is reference-counted by its listeners; listener is the caller's until
 *          listener_close().
 * Threads  listen_socket: any; listener: its loop's.
 * Errors   -EADDRINUSE, -EACCES, -EADDRNOTAVAIL ... from opening.
 */
#ifndef LOOP_LISTENER_H
#define LOOP_LISTENER_H

#include "loop/address.h"
#include "loop/loop.h"
#include "loop/stream.h"

struct listen_socket;
struct listener;

struct listener_events {
    /* The stream is yours: bind it or close it. */
    void (*on_accept)(void *user, struct stream *stream);
    /* Accepting failed with -errno and is tried again later; once per pause. May be NULL. */
    void (*on_trouble)(void *user, int error);
};

/* Port 0 picks a free one; listen_socket_address() tells. A stale unix socket file that nobody
 * listens on is replaced. */
int listen_socket_open(struct listen_socket **ret_socket, struct loop *loop,
                       const struct address *address, int backlog);
void listen_socket_address(const struct listen_socket *socket, struct address *ret_address);
void listen_socket_close(struct listen_socket *socket);

int listener_open(struct listener **ret_listener, struct loop *loop, struct listen_socket *socket,
                  const struct stream_options *options, const struct listener_events *events,
                  void *user);
/* Accepting is wanted from the start. While it is not, no on_accept() comes and new connections
 * wait in the backlog. */
void listener_want_accept(struct listener *listener, bool wanted);
void listener_close(struct listener *listener);

#endif
