/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/uv/socket.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* A silent peer is asked three times before it counts as gone; without a time-out of the stream's
 * own that takes two minutes. */
#define KEEPALIVE_PROBES 3
#define KEEPALIVE_DEFAULT_MS 120000

static void name_ipv4(const struct address *address, struct socket_name *ret_name)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    memcpy(&name.sin_addr, address->ip, sizeof name.sin_addr);
    memcpy(&ret_name->storage, &name, sizeof name);
    ret_name->length = sizeof name;
}

static void name_ipv6(const struct address *address, struct socket_name *ret_name)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_port = htons(address->port),
                                .sin6_scope_id = address->scope};
    memcpy(&name.sin6_addr, address->ip, sizeof name.sin6_addr);
    memcpy(&ret_name->storage, &name, sizeof name);
    ret_name->length = sizeof name;
}

static void name_unix(const struct address *address, struct socket_name *ret_name)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    static_assert(sizeof name.sun_path >= sizeof address->path, "every path fits");
    memcpy(name.sun_path, address->path, sizeof address->path);
    memcpy(&ret_name->storage, &name, sizeof name);
    ret_name->length = sizeof name;
}

void socket_name_from_address(const struct address *address, struct socket_name *ret_name)
{
    *ret_name = (struct socket_name){0};
    switch (address->family) {
    case ADDRESS_NONE:
        break;
    case ADDRESS_IPV4:
        name_ipv4(address, ret_name);
        break;
    case ADDRESS_IPV6:
        name_ipv6(address, ret_name);
        break;
    case ADDRESS_UNIX:
        name_unix(address, ret_name);
        break;
    }
}

static void address_from_ipv4(const struct socket_name *from, struct address *address)
{
    struct sockaddr_in name;
    memcpy(&name, &from->storage, sizeof name);
    address->family = ADDRESS_IPV4;
    address->port = ntohs(name.sin_port);
    memcpy(address->ip, &name.sin_addr, sizeof name.sin_addr);
}

static void address_from_ipv6(const struct socket_name *from, struct address *address)
{
    struct sockaddr_in6 name;
    memcpy(&name, &from->storage, sizeof name);
    address->family = ADDRESS_IPV6;
    address->port = ntohs(name.sin6_port);
    address->scope = name.sin6_scope_id;
    memcpy(address->ip, &name.sin6_addr, sizeof name.sin6_addr);
}

/* The client of a unix socket has no path. */
static void address_from_unix(const struct socket_name *from, struct address *address)
{
    struct sockaddr_un name;
    memcpy(&name, &from->storage, sizeof name);
    address->family = ADDRESS_UNIX;
    if (from->length > offsetof(struct sockaddr_un, sun_path))
        memcpy(address->path, name.sun_path, sizeof address->path - 1);
}

void socket_name_to_address(const struct socket_name *name, struct address *ret_address)
{
    *ret_address = (struct address){0};
    if (name->storage.ss_family == AF_INET)
        address_from_ipv4(name, ret_address);
    else if (name->storage.ss_family == AF_INET6)
        address_from_ipv6(name, ret_address);
    else if (name->storage.ss_family == AF_UNIX)
        address_from_unix(name, ret_address);
}

int socket_open(int *ret_fd, enum address_family family)
{
    static const int domains[] = {[ADDRESS_NONE] = AF_UNSPEC,
                                  [ADDRESS_IPV4] = AF_INET,
                                  [ADDRESS_IPV6] = AF_INET6,
                                  [ADDRESS_UNIX] = AF_UNIX};

    int fd = socket(domains[family], SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static void set_option(int fd, int level, int name, int value)
{
    /* Best effort: a system without the option has streams all the same. */
    setsockopt(fd, level, name, &value, sizeof value);
}

void socket_tune(int fd, enum address_family family, const struct stream_options *options)
{
    if (family == ADDRESS_UNIX)
        return; /* the kernel knows at once when such a peer is gone */

    uint32_t timeout_ms = options ? options->user_timeout_ms : 0;
    uint32_t silent_ms = timeout_ms ? timeout_ms : KEEPALIVE_DEFAULT_MS;
    int probe_s = (int)(silent_ms / 1000 / KEEPALIVE_PROBES);

    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, probe_s > 0 ? probe_s : 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, probe_s > 0 ? probe_s : 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES - 1);
    if (timeout_ms)
        set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)timeout_ms);
}

int socket_endpoint(int fd, bool peer, struct address *ret_address)
{
    struct socket_name name = {.length = sizeof name.storage};
    struct sockaddr *storage = (struct sockaddr *)&name.storage;

    int r = peer ? getpeername(fd, storage, &name.length) : getsockname(fd, storage, &name.length);
    if (r < 0)
        return -errno;
    socket_name_to_address(&name, ret_address);
    return 0;
}

int socket_take_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

void socket_will_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}
