/* SPDX-License-Identifier: Apache-2.0
 *
 * socket - the system's sockets behind streams, listeners and look-ups.
 *
 * Threads  any.
 * Errors   -errno.
 */
#ifndef LOOP_UV_SOCKET_H
#define LOOP_UV_SOCKET_H

#include <sys/socket.h>

#include "loop/address.h"
#include "loop/stream.h"

struct socket_name {
    struct sockaddr_storage storage;
    socklen_t length;
};

void socket_name_from_address(const struct address *address, struct socket_name *ret_name);
/* ADDRESS_NONE for a family that is none of ours. */
void socket_name_to_address(const struct socket_name *name, struct address *ret_address);

/* Non-blocking and closed on exec. */
int socket_open(int *ret_fd, enum address_family family);
/* No delay, keep-alive and the time-out; sockets accepted from a tuned one are tuned alike. */
void socket_tune(int fd, enum address_family family, const struct stream_options *options);
/* Where the socket is (`peer` false), or where its peer is. */
int socket_endpoint(int fd, bool peer, struct address *ret_address);
/* 0, or the error that waits on the socket, as -errno; asking takes it away. */
int socket_take_error(int fd);
/* close() will send RST and drop what is unsent. */
void socket_will_reset(int fd);

#endif
