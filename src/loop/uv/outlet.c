/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/uv/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void outlet_open(struct outlet *outlet, int stream)
{
    struct stat facts;
    char path[32];
    *outlet = (struct outlet){.stream = stream, .fd = stream};
    if (fstat(stream, &facts) < 0)
        return;
    outlet->is_socket = S_ISSOCK(facts.st_mode);
    if (!S_ISFIFO(facts.st_mode) && !S_ISCHR(facts.st_mode))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", stream);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    outlet->fd = fd;
    outlet->is_own = true;
}

ssize_t outlet_put(const struct outlet *outlet, struct bytes view)
{
    ssize_t went;
    do
        went = outlet->is_socket
                   ? send(outlet->fd, view.at, view.length, MSG_DONTWAIT | MSG_NOSIGNAL)
                   : write(outlet->fd, view.at, view.length);
    while (went < 0 && errno == EINTR);
    return went < 0 ? -errno : went;
}

int outlet_put_whole(const struct outlet *outlet, struct bytes view)
{
    while (view.length > 0) {
        ssize_t went = outlet_put(outlet, view);
        if (went == -EAGAIN)
            poll(&(struct pollfd){.fd = outlet->fd, .events = POLLOUT}, 1, -1);
        else if (went < 0)
            return (int)went;
        else
            view = bytes_after(view, (size_t)went);
    }
    return 0;
}

void outlet_close(struct outlet *outlet)
{
    if (outlet->is_own)
        close(outlet->fd);
    outlet->is_own = false;
}
