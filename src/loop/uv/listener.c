/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/listener.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/timer.h"
#include "loop/uv/body.h"
#include "loop/uv/raw_stream.h"
#include "loop/uv/socket.h"

/* As many connections are taken in one turn; the others stay in the backlog, where another worker
 * may find them. */
#define ACCEPT_BATCH 4
/* A loop that is awake beats one that has to wake up, and would take a whole burst for itself. One
 * that holds so many more streams than another lets that one go first, for a moment only: it may
 * be stuck. */
#define ACCEPT_LEAD 4
#define ACCEPT_HESITATION_NS NS_PER_MS
#define ACCEPT_PAUSE_NS NS_PER_S /* when descriptors have run out */

struct listen_socket {
    atomic_uint reference_count;
    int fd;
    struct address address;
    struct stat file; /* of a unix socket, to know whether the file is still ours */

    pthread_mutex_t lock; /* guards what follows; never held across a callback */
    struct list takers;   /* the listeners that want to accept */
};

struct listener {
    struct list link; /* in the socket's takers */
    uv_poll_t poll;
    struct loop *loop;
    struct listen_socket *socket;
    const struct listener_events *events;
    void *user;
    struct timer resume; /* always started, so that starting it never fails */
    bool stands_back;    /* until resume: others go first, or there are no descriptors */
    bool is_wanted;
};

/* A socket file that nobody listens on any more. Connecting tells, but is refused by files of any
 * other kind as well. */
static bool unix_socket_is_stale(const struct socket_name *name, const char *path)
{
    struct stat file;
    int fd = -1;

    if (lstat(path, &file) < 0 || !S_ISSOCK(file.st_mode))
        return false;
    if (socket_open(&fd, ADDRESS_UNIX) < 0)
        return false;
    int r = connect(fd, (const struct sockaddr *)&name->storage, name->length);
    bool is_stale = r < 0 && errno == ECONNREFUSED;
    close(fd);
    return is_stale;
}

static int socket_bind(int fd, const struct address *address)
{
    struct socket_name name;
    socket_name_from_address(address, &name);
    const struct sockaddr *storage = (const struct sockaddr *)&name.storage;

    if (bind(fd, storage, name.length) == 0)
        return 0;
    if (errno != EADDRINUSE || address->family != ADDRESS_UNIX)
        return -errno;
    if (!unix_socket_is_stale(&name, address->path))
        return -EADDRINUSE;
    if (unlink(address->path) < 0 || bind(fd, storage, name.length) < 0)
        return -errno;
    return 0;
}

static int socket_listen(struct listen_socket *socket, const struct address *address, int backlog)
{
    int on = 1;

    int r = socket_open(&socket->fd, address->family);
    if (r < 0)
        return r;
    if (address->family != ADDRESS_UNIX)
        setsockopt(socket->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->family == ADDRESS_IPV6) /* "[::]" means IPv6, whatever the system's default is */
        setsockopt(socket->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    r = socket_bind(socket->fd, address);
    if (r < 0)
        return r;
    if (address->family == ADDRESS_UNIX && lstat(address->path, &socket->file) < 0)
        return -errno;
    if (listen(socket->fd, backlog) < 0)
        return -errno;
    return socket_endpoint(socket->fd, false, &socket->address);
}

static void listen_socket_free(struct listen_socket *socket)
{
    struct stat file;

    if (socket->fd >= 0)
        close(socket->fd);
    /* A successor may have replaced the file: then it is not ours to remove. */
    if (socket->address.family == ADDRESS_UNIX && lstat(socket->address.path, &file) == 0 &&
        file.st_ino == socket->file.st_ino && file.st_dev == socket->file.st_dev)
        unlink(socket->address.path);
    pthread_mutex_destroy(&socket->lock);
    free(socket);
}

int listen_socket_open(struct listen_socket **ret_socket, struct loop *loop,
                       const struct address *address, int backlog)
{
    (void)loop;
    struct listen_socket *socket = calloc(1, sizeof *socket);
    if (!socket)
        return -ENOMEM;
    socket->fd = -1;
    atomic_init(&socket->reference_count, 1);
    pthread_mutex_init(&socket->lock, NULL); /* fails for no default mutex */
    list_init(&socket->takers);

    int r = socket_listen(socket, address, backlog);
    if (r < 0) {
        listen_socket_free(socket);
        return r;
    }
    *ret_socket = socket;
    return 0;
}

void listen_socket_address(const struct listen_socket *socket, struct address *ret_address)
{
    *ret_address = socket->address;
}

void listen_socket_close(struct listen_socket *socket)
{
    if (socket && atomic_fetch_sub(&socket->reference_count, 1) == 1)
        listen_socket_free(socket);
}

static unsigned stream_count(const struct listener *listener)
{
    /* A hint: another loop's count may be a moment old. */
    return atomic_load_explicit(&body_of(listener->loop)->accepted_streams, memory_order_relaxed);
}

static bool listener_leads(struct listener *listener)
{
    struct listen_socket *socket = listener->socket;
    unsigned least = UINT_MAX;

    pthread_mutex_lock(&socket->lock);
    LIST_EACH(link, &socket->takers)
    {
        unsigned count = stream_count(CONTAINER_OF(link, struct listener, link));
        least = count < least ? count : least;
    }
    pthread_mutex_unlock(&socket->lock);
    return stream_count(listener) > least + ACCEPT_LEAD;
}

static void listener_ready(uv_poll_t *poll, int status, int events);

static void listener_watch(struct listener *listener)
{
    if (!listener->is_wanted || listener->stands_back)
        uv_poll_stop(&listener->poll);
    else if (!uv_is_active((uv_handle_t *)&listener->poll))
        uv_poll_start(&listener->poll, UV_READABLE, listener_ready);
    body_stir(listener->loop);
}

static void listener_stand_back(struct listener *listener, uint64_t duration_ns)
{
    listener->stands_back = true;
    listener_watch(listener);
    timer_start(&listener->resume, loop_now_ns(listener->loop) + duration_ns);
}

/* Whoever takes nothing lets nobody wait for him. */
void listener_want_accept(struct listener *listener, bool wanted)
{
    struct listen_socket *socket = listener->socket;

    pthread_mutex_lock(&socket->lock);
    list_remove(&listener->link);
    if (wanted)
        list_push_back(&socket->takers, &listener->link);
    pthread_mutex_unlock(&socket->lock);
    listener->is_wanted = wanted;
    listener_watch(listener);
}

/* 1: there may be more; 0: not now; -errno: trouble that lasts. */
static int listener_accept(struct listener *listener)
{
    int fd = accept4(listener->socket->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EAGAIN)
            return 0;
        /* accept(2): errors that belong to one connection, which is gone already. */
        if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO || errno == ENETDOWN ||
            errno == ENOPROTOOPT || errno == EHOSTDOWN || errno == ENONET ||
            errno == EHOSTUNREACH || errno == EOPNOTSUPP || errno == ENETUNREACH)
            return 1;
        return -errno;
    }

    struct stream *stream = NULL;
    int r = raw_stream_open(&stream, listener->loop, fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    listener->events->on_accept(listener->user, stream);
    return 1;
}

static void listener_accept_some(struct listener *listener)
{
    int r = 1;

    for (int i = 0; i < ACCEPT_BATCH && r > 0 && listener->is_wanted; i++) {
        r = listener_accept(listener);
        if (uv_is_closing((uv_handle_t *)&listener->poll))
            return;
    }
    if (r >= 0) {
        listener_watch(listener);
        return;
    }
    listener_stand_back(listener, ACCEPT_PAUSE_NS);
    if (listener->events->on_trouble)
        listener->events->on_trouble(listener->user, r);
}

static void listener_ready(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events; /* accepting tells what is the matter */
    struct listener *listener = poll->data;

    if (listener_leads(listener))
        listener_stand_back(listener, ACCEPT_HESITATION_NS);
    else
        listener_accept_some(listener);
}

/* Whether it paused or let others go first: what waits now is taken. */
static void listener_resumes(struct timer *resume)
{
    struct listener *listener = CONTAINER_OF(resume, struct listener, resume);
    timer_start(&listener->resume, LOOP_NEVER_NS);
    listener->stands_back = false;
    listener_accept_some(listener);
}

/* style: parameters, as its header says: what is opened, and who is told. */
int listener_open(struct listener **ret_listener, struct loop *loop, struct listen_socket *socket,
                  const struct stream_options *options, const struct listener_events *events,
                  void *user)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return -ENOMEM;
    listener->loop = loop;
    listener->socket = socket;
    listener->events = events;
    listener->user = user;
    listener->poll.data = listener;
    timer_init(&listener->resume, loop, listener_resumes);

    int r = timer_start(&listener->resume, LOOP_NEVER_NS);
    if (r == 0)
        r = uv_poll_init(&body_of(loop)->uv, &listener->poll, socket->fd);
    if (r < 0) {
        timer_stop(&listener->resume);
        free(listener);
        return r;
    }
    atomic_fetch_add(&socket->reference_count, 1);
    socket_tune(socket->fd, socket->address.family, options);
    listener_want_accept(listener, true);
    *ret_listener = listener;
    return 0;
}

static void listener_free(uv_handle_t *poll)
{
    free(poll->data);
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    listener_want_accept(listener, false);
    timer_stop(&listener->resume);
    uv_close((uv_handle_t *)&listener->poll, listener_free);
    listen_socket_close(listener->socket);
}
