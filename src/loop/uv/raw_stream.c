/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/uv/raw_stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loop/stream_body.h"
#include "loop/uv/body.h"
#include "loop/uv/socket.h"

/* Parts that are no more than this together go out as one. */
#define RAW_JOINED_BYTES 4096

enum raw_phase {
    RAW_CONNECTING,
    RAW_OPEN,
    RAW_BROKEN, /* the owner knows */
    RAW_CLOSED, /* by its owner; only its memory is left */
};

struct raw_stream {
    struct stream stream;
    struct list link; /* in body->eager, or body->closed */
    int fd;
    int16_t error;          /* what broke the connection, as -errno; 0: nothing did */
    uint8_t phase;          /* enum raw_phase */
    bool may_read : 1;      /* there may be something to read: bytes, or the end */
    bool peer_is_done : 1;  /* it has sent FIN */
    bool room_is_asked : 1; /* epoll tells when there is room to write again */
    bool room_has_come : 1; /* and it did */
    bool read_is_wanted : 1;
    bool read_has_ended : 1;   /* 0 was read */
    bool write_is_blocked : 1; /* a write took less than all; on_writable() is owed */
    bool hangup_is_told : 1;
    bool was_accepted : 1;
};

static_assert(sizeof(struct raw_stream) <= 80, "an idle connection stays small");

static struct raw_stream *raw_of(const struct stream *stream)
{
    return (struct raw_stream *)(uintptr_t)stream;
}

struct raw_stream *raw_stream_of(struct list *eager_link)
{
    return CONTAINER_OF(eager_link, struct raw_stream, link);
}

/* Told in the next turn, whatever epoll says. */
static void raw_be_eager(struct raw_stream *raw)
{
    if (!list_is_linked(&raw->link))
        list_push_back(&body_of(raw->stream.loop)->eager, &raw->link);
}

static bool raw_has_news(const struct raw_stream *raw)
{
    if (raw->phase != RAW_OPEN)
        return false;
    return (raw->may_read && raw->read_is_wanted && !raw->read_has_ended) ||
           (raw->peer_is_done && !raw->hangup_is_told) || raw->error ||
           (raw->room_has_come && raw->write_is_blocked);
}

/* Changing what is asked for makes epoll look again, so nothing that came before is missed. */
static int raw_ask(struct raw_stream *raw, int operation, bool for_room)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = raw};
    if (for_room)
        event.events |= EPOLLOUT;
    raw->room_is_asked = for_room;
    return epoll_ctl(body_of(raw->stream.loop)->epoll, operation, raw->fd, &event) < 0 ? -errno : 0;
}

static void raw_connected(struct raw_stream *raw, uint32_t events)
{
    int error = socket_take_error(raw->fd);
    if (!error && (events & EPOLLERR))
        error = -ECONNREFUSED;

    raw->error = (int16_t)error;
    raw->phase = error ? RAW_BROKEN : RAW_OPEN;
    raw->hangup_is_told = error != 0;
    raw->stream.events->on_connected(raw->stream.user, error);
}

/* A read or write may have met the error first and taken it from the socket. */
static void raw_find_break(struct raw_stream *raw)
{
    if (raw->error)
        return;
    raw->error = (int16_t)socket_take_error(raw->fd);
    if (!raw->error)
        raw->error = -ECONNRESET;
}

static void raw_tell_break(struct raw_stream *raw)
{
    raw->phase = RAW_BROKEN;
    raw->hangup_is_told = true;
    raw->stream.events->on_hangup(raw->stream.user, raw->error);
}

/* Each call may close the stream, or hand it to another owner. */
static void raw_tell(struct raw_stream *raw)
{
    struct stream *stream = &raw->stream;

    if (raw->may_read && raw->read_is_wanted && !raw->read_has_ended)
        stream->events->on_readable(stream->user);
    if (raw->peer_is_done && !raw->hangup_is_told && raw->phase != RAW_CLOSED) {
        raw->hangup_is_told = true;
        stream->events->on_hangup(stream->user, 0);
    }
    if (raw->room_has_come && raw->write_is_blocked && raw->phase != RAW_CLOSED) {
        raw->write_is_blocked = raw->room_has_come = false;
        stream->events->on_writable(stream->user);
    }
}

static void raw_note(struct raw_stream *raw, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
        raw->may_read = true;
    if (events & (EPOLLRDHUP | EPOLLHUP))
        raw->peer_is_done = true;
    if (events & EPOLLOUT)
        raw->room_has_come = true;
    if ((events & EPOLLERR) && raw->phase == RAW_OPEN)
        raw_find_break(raw);
}

void raw_stream_event(struct raw_stream *raw, uint32_t events)
{
    if (raw->phase == RAW_CLOSED)
        return;
    assert(raw->stream.events); /* bound in the turn in which it was accepted */

    bool is_connecting = raw->phase == RAW_CONNECTING;
    if (is_connecting && !(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
        return;
    raw_note(raw, events);
    if (is_connecting)
        raw_connected(raw, events);
    else if (raw->phase == RAW_OPEN && raw->error)
        raw_tell_break(raw);
    else if (raw->phase == RAW_OPEN)
        raw_tell(raw);
    if (raw_has_news(raw))
        raw_be_eager(raw);
}

/* What the old owner was told, the new one is told again. */
static void raw_bind(struct stream *stream)
{
    struct raw_stream *raw = raw_of(stream);
    if (raw->phase == RAW_BROKEN)
        raw->phase = RAW_OPEN;
    raw->hangup_is_told = false;
    raw->read_has_ended = false;
    if (raw_has_news(raw))
        raw_be_eager(raw);
}

static void raw_want_read(struct stream *stream, bool wanted)
{
    struct raw_stream *raw = raw_of(stream);
    raw->read_is_wanted = wanted;
    if (wanted && raw_has_news(raw))
        raw_be_eager(raw);
}

/* The error of a system call that failed, kept if it is the connection's end. */
static int raw_failure(struct raw_stream *raw)
{
    int error = -errno;
    if (error == -EAGAIN || error == -EINTR)
        return -EAGAIN;
    if (raw->phase != RAW_CONNECTING && !raw->error) {
        raw->error = (int16_t)error;
        raw_be_eager(raw);
    }
    return error;
}

/* One call a turn: a socket that has more says so in the next, a second call only to hear EAGAIN
 * would cost more than it brings. */
static ssize_t raw_read(struct stream *stream, char *ret_bytes, size_t size)
{
    struct raw_stream *raw = raw_of(stream);

    ssize_t got = recv(raw->fd, ret_bytes, size, 0);
    if (got < 0) {
        if (errno == EAGAIN)
            raw->may_read = false;
        return raw_failure(raw);
    }
    /* Less than could be taken is all there is, but for the end, which epoll told of apart. */
    if ((size_t)got < size && !raw->peer_is_done)
        raw->may_read = false;
    if (got == 0 && size > 0) {
        if (raw->error)
            return raw->error; /* told before, and no clean end */
        raw->read_has_ended = true;
    }
    return got;
}

/* MSG_NOSIGNAL: a peer that has gone is an error here and no SIGPIPE for the process. One piece of
 * memory is less for the kernel to look at than several, and a small copy is cheaper than that. */
static ssize_t raw_send(struct raw_stream *raw, const struct bytes *parts, size_t count,
                        size_t total)
{
    if (count == 1)
        return send(raw->fd, parts->at, parts->length, MSG_NOSIGNAL);
    if (total <= RAW_JOINED_BYTES) {
        char joined[RAW_JOINED_BYTES], *end = joined;
        for (size_t i = 0; i < count; i++)
            end = (char *)mempcpy(end, parts[i].at, parts[i].length);
        return send(raw->fd, joined, total, MSG_NOSIGNAL);
    }
    struct iovec vectors[STREAM_PARTS];
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = count};
    for (size_t i = 0; i < count; i++)
        vectors[i] = (struct iovec){(void *)(uintptr_t)parts[i].at, parts[i].length};
    return sendmsg(raw->fd, &message, MSG_NOSIGNAL);
}

/* Once asked, epoll tells of each time that room comes back after a write that found too little. */
static void raw_await_room(struct raw_stream *raw, bool has_room)
{
    raw->write_is_blocked = true;
    raw->room_has_come = has_room; /* parts were left out for their number */
    if (has_room)
        raw_be_eager(raw);
    else if (!raw->room_is_asked)
        raw_ask(raw, EPOLL_CTL_MOD, true);
}

static ssize_t raw_write(struct stream *stream, const struct bytes *parts, size_t part_count)
{
    struct raw_stream *raw = raw_of(stream);
    size_t count = part_count < STREAM_PARTS ? part_count : STREAM_PARTS;
    size_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += parts[i].length;
    if (total == 0 && count == part_count)
        return 0;

    ssize_t sent = raw_send(raw, parts, count, total);
    if (sent < 0) {
        int error = raw_failure(raw);
        if (error != -EAGAIN)
            return error;
        sent = 0;
    }
    if ((size_t)sent < total || count < part_count)
        raw_await_room(raw, (size_t)sent == total);
    return sent;
}

static int raw_finish(struct stream *stream)
{
    return shutdown(raw_of(stream)->fd, SHUT_WR) < 0 ? -errno : 0;
}

static void raw_close(struct stream *stream, bool reset)
{
    struct raw_stream *raw = raw_of(stream);
    struct body *body = body_of(stream->loop);

    if (raw->was_accepted)
        atomic_fetch_sub_explicit(&body->accepted_streams, 1,
                                  memory_order_relaxed); /* a hint for listeners, no more */
    if (reset)
        socket_will_reset(raw->fd);
    close(raw->fd); /* and epoll forgets it */
    raw->phase = RAW_CLOSED;
    list_remove(&raw->link);
    list_push_back(&body->closed, &raw->link);
}

void raw_stream_bury(struct list *closed)
{
    LIST_EACH_SAFE(link, closed)
    {
        free(CONTAINER_OF(link, struct raw_stream, link));
    }
    list_init(closed);
}

static int raw_endpoint(const struct stream *stream, bool peer, struct address *ret_address)
{
    return socket_endpoint(raw_of(stream)->fd, peer, ret_address);
}

static const char *raw_error_text(const struct stream *stream)
{
    return strerror(-raw_of(stream)->error);
}

static const struct stream_kind raw_kind = {
    .bind = raw_bind,
    .want_read = raw_want_read,
    .read = raw_read,
    .write = raw_write,
    .finish = raw_finish,
    .close = raw_close,
    .endpoint = raw_endpoint,
    .error_text = raw_error_text,
};

static int raw_new(struct raw_stream **ret_raw, struct loop *loop, int fd, enum raw_phase phase)
{
    struct raw_stream *raw = calloc(1, sizeof *raw);
    if (!raw)
        return -ENOMEM;
    raw->stream = (struct stream){.kind = &raw_kind, .loop = loop};
    raw->fd = fd;
    raw->phase = (uint8_t)phase;
    raw->read_is_wanted = true;
    int r = raw_ask(raw, EPOLL_CTL_ADD, phase == RAW_CONNECTING);
    if (r < 0) {
        free(raw);
        return r;
    }
    *ret_raw = raw;
    return 0;
}

int raw_stream_open(struct stream **ret_stream, struct loop *loop, int fd)
{
    struct raw_stream *raw = NULL;
    int r = raw_new(&raw, loop, fd, RAW_OPEN);
    if (r < 0)
        return r;
    raw->was_accepted = true;
    atomic_fetch_add_explicit(&body_of(loop)->accepted_streams, 1, memory_order_relaxed);
    *ret_stream = &raw->stream;
    return 0;
}

/* style: parameters, as its header says: what is opened, and who is told. */
int stream_connect(struct stream **ret_stream, struct loop *loop, const struct address *address,
                   const struct stream_options *options, const struct stream_events *events,
                   void *user)
{
    struct raw_stream *raw = NULL;
    struct socket_name name;
    int fd = -1;

    int r = socket_open(&fd, address->family);
    if (r < 0)
        return r;
    socket_tune(fd, address->family, options);
    socket_name_from_address(address, &name);
    if (connect(fd, (struct sockaddr *)&name.storage, name.length) < 0 && errno != EINPROGRESS)
        r = -errno;
    if (r == 0)
        r = raw_new(&raw, loop, fd, RAW_CONNECTING);
    if (!raw) {
        close(fd);
        return r;
    }
    raw->stream.events = events;
    raw->stream.user = user;
    *ret_stream = &raw->stream;
    return 0;
}
