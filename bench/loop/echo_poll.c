/* SPDX-License-Identifier: Apache-2.0
 *
 * echo_poll - sends back what comes, over the streams of loop/uv. Prints its port; ends when
 * killed. See compare.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loop/listener.h"

static void echo(void *user)
{
    struct stream *stream = user;
    char *scratch = loop_scratch(stream_loop(stream));

    ssize_t got = stream_read(stream, scratch, LOOP_SCRATCH_BYTES);
    if (got > 0) /* the client waits for each answer: an answer always fits */
        stream_write(stream, &(struct bytes){scratch, (size_t)got}, 1);
}

static void nothing(void *user)
{
    (void)user;
}

static void leave(void *user, int error)
{
    (void)error;
    stream_close(user);
}

static void welcome(void *user, struct stream *stream)
{
    static const struct stream_events events = {
        .on_readable = echo, .on_writable = nothing, .on_hangup = leave};
    (void)user;
    stream_bind(stream, &events, stream);
}

int main(void)
{
    static const struct listener_events events = {.on_accept = welcome};
    struct loop *loop = NULL;
    struct listen_socket *socket = NULL;
    struct listener *listener = NULL;
    struct address address;

    address_parse(BYTES("127.0.0.1:0"), &address);
    if (loop_open(&loop) < 0 || listen_socket_open(&socket, loop, &address, 4096) < 0 ||
        listener_open(&listener, loop, socket, NULL, &events, NULL) < 0)
        return EXIT_FAILURE;
    listen_socket_address(socket, &address);
    printf("%u\n", address.port);
    fflush(stdout);
    loop_run(loop);
}
