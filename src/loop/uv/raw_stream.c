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

/* What libuv polls for changes seldom, since each change is two system calls. Interest is raised
 * when it is missing, and lowered only when an event came that nobody wants: a stream that pauses
 * reading while nothing arrives costs nothing. */

/* Parts that are no more than this together go out as one. */
#define RAW_JOINED_BYTES 4096

/* So many events a round of tasks. */
#define RAW_EVENTS_PER_ROUND 16

enum raw_phase {
    RAW_CONNECTING,
    RAW_OPEN,
    RAW_HUNG,   /* both sides have finished; epoll would tell that for ever */
    RAW_BROKEN, /* the owner knows */
};

struct raw_stream {
    struct stream stream;
    uv_poll_t poll;
    int16_t error; /* what broke the connection, as -errno; 0: nothing did */
    uint8_t armed; /* what libuv polls for */
    uint8_t phase; /* enum raw_phase */
    bool read_is_wanted : 1;
    bool read_has_ended : 1;   /* 0 was read */
    bool write_is_blocked : 1; /* a write took less than all; on_writable() is owed */
    bool hangup_is_told : 1;
    bool was_accepted : 1;
};

static_assert(sizeof(struct raw_stream) <= 200, "an idle connection stays small");

static struct raw_stream *raw_of(const struct stream *stream)
{
    return (struct raw_stream *)(uintptr_t)stream;
}

static int raw_fd(const struct raw_stream *raw)
{
    uv_os_fd_t fd = -1;
    uv_fileno((const uv_handle_t *)&raw->poll, &fd);
    return fd;
}

static bool raw_is_closed(const struct stream *stream)
{
    return uv_is_closing((const uv_handle_t *)&raw_of(stream)->poll);
}

static int raw_interest(const struct raw_stream *raw)
{
    if (raw->phase == RAW_CONNECTING)
        return UV_WRITABLE;

    int events = raw->hangup_is_told ? 0 : UV_DISCONNECT;
    if (raw->phase == RAW_BROKEN)
        return events;
    if (raw->read_is_wanted && !raw->read_has_ended)
        events |= UV_READABLE;
    if (raw->write_is_blocked)
        events |= UV_WRITABLE;
    /* libuv cannot poll for nothing but a break, which epoll reports unasked. Urgent data never
     * come, so asking for them is as good. */
    if (!events && raw->phase == RAW_OPEN)
        events = UV_PRIORITIZED;
    return events;
}

static void raw_event(uv_poll_t *poll, int status, int events);

static void raw_arm(struct raw_stream *raw, int events)
{
    if (events == raw->armed)
        return;
    int r = uv_poll_start(&raw->poll, events, raw_event); /* 0 events: stops */
    assert(r == 0);                                       /* it refuses only foreign descriptors */
    (void)r;
    raw->armed = (uint8_t)events;
}

static void raw_raise(struct raw_stream *raw)
{
    int interest = raw_interest(raw);
    if (interest & ~raw->armed)
        raw_arm(raw, interest);
}

static void raw_connected(struct raw_stream *raw, int status)
{
    int error = socket_take_error(raw_fd(raw));
    if (!error && status < 0)
        error = -ECONNREFUSED;

    raw->error = (int16_t)error;
    raw->phase = error ? RAW_BROKEN : RAW_OPEN;
    raw->hangup_is_told = error != 0;
    raw_arm(raw, raw_interest(raw));
    raw->stream.events->on_connected(raw->stream.user, error);
}

/* epoll reports a break, or that both sides have finished. A read or write may have met the error
 * first and taken it from the socket. */
static void raw_find_break(struct raw_stream *raw, int status)
{
    if (raw->error)
        return;
    raw->error = (int16_t)socket_take_error(raw_fd(raw));
    if (!raw->error && status < 0)
        raw->error = -ECONNRESET;
    if (!raw->error)
        raw->phase = RAW_HUNG;
}

static void raw_tell_break(struct raw_stream *raw)
{
    raw->phase = RAW_BROKEN;
    raw->hangup_is_told = true;
    raw_arm(raw, 0);
    raw->stream.events->on_hangup(raw->stream.user, raw->error);
}

/* Each call may close the stream, or hand it to another owner. */
static void raw_tell(struct raw_stream *raw, int events)
{
    struct stream *stream = &raw->stream;

    if ((events & UV_READABLE) && raw->read_is_wanted && !raw->read_has_ended)
        stream->events->on_readable(stream->user);
    if ((events & UV_DISCONNECT) && !raw->hangup_is_told && !raw_is_closed(stream)) {
        raw->hangup_is_told = true;
        stream->events->on_hangup(stream->user, 0);
    }
    if ((events & UV_WRITABLE) && raw->write_is_blocked && !raw_is_closed(stream)) {
        raw->write_is_blocked = false;
        stream->events->on_writable(stream->user);
    }
    if (raw_is_closed(stream))
        return;
    int interest = raw_interest(raw);
    if (events & ~interest)
        raw_arm(raw, interest);
}

static void raw_take(struct raw_stream *raw, int status, int events)
{
    assert(raw->stream.events); /* bound in the turn in which it was accepted */

    if (status < 0)
        raw->armed = 0; /* libuv has stopped polling by itself */
    if (raw->phase == RAW_CONNECTING) {
        raw_connected(raw, status);
        return;
    }
    if (status < 0 || (events & UV_PRIORITIZED))
        raw_find_break(raw, status);
    if (raw->error)
        raw_tell_break(raw);
    else
        raw_tell(raw, events);
}

/* Tasks wait for a few events, so that one wake-up of a peer serves several sends; not for all that
 * one turn may bring, whose bytes would have to be held until its end. */
static void raw_event(uv_poll_t *poll, int status, int events)
{
    struct raw_stream *raw = poll->data;
    struct body *body = body_of(raw->stream.loop); /* the stream may be gone afterwards */

    raw_take(raw, status, events);
    if (++body->events % RAW_EVENTS_PER_ROUND == 0)
        loop_run_tasks(&body->loop);
}

/* What the old owner was told, epoll will say again when asked again. */
static void raw_bind(struct stream *stream)
{
    struct raw_stream *raw = raw_of(stream);
    raw->hangup_is_told = false;
    raw->read_has_ended = false;
    raw_raise(raw);
}

static void raw_want_read(struct stream *stream, bool wanted)
{
    struct raw_stream *raw = raw_of(stream);
    raw->read_is_wanted = wanted;
    raw_raise(raw);
}

/* The error of a system call that failed, kept if it is the connection's end. */
static int raw_failure(struct raw_stream *raw)
{
    int error = -errno;
    if (error == -EAGAIN || error == -EINTR)
        return -EAGAIN;
    if (raw->phase != RAW_CONNECTING && !raw->error)
        raw->error = (int16_t)error;
    return error;
}

/* One call a turn: a socket that has more says so in the next, a second call only to hear EAGAIN
 * would cost more than it brings. */
static ssize_t raw_read(struct stream *stream, char *ret_bytes, size_t size)
{
    struct raw_stream *raw = raw_of(stream);

    ssize_t got = recv(raw_fd(raw), ret_bytes, size, 0);
    if (got < 0)
        return raw_failure(raw);
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
        return send(raw_fd(raw), parts->at, parts->length, MSG_NOSIGNAL);
    if (total <= RAW_JOINED_BYTES) {
        char joined[RAW_JOINED_BYTES], *end = joined;
        for (size_t i = 0; i < count; i++)
            end = (char *)mempcpy(end, parts[i].at, parts[i].length);
        return send(raw_fd(raw), joined, total, MSG_NOSIGNAL);
    }
    struct iovec vectors[STREAM_PARTS];
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = count};
    for (size_t i = 0; i < count; i++)
        vectors[i] = (struct iovec){(void *)(uintptr_t)parts[i].at, parts[i].length};
    return sendmsg(raw_fd(raw), &message, MSG_NOSIGNAL);
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
    if ((size_t)sent < total || count < part_count) {
        raw->write_is_blocked = true;
        raw_raise(raw);
    }
    return sent;
}

static int raw_finish(struct stream *stream)
{
    return shutdown(raw_fd(raw_of(stream)), SHUT_WR) < 0 ? -errno : 0;
}

/* libuv lets go of a handle at the end of the turn. */
static void raw_free(uv_handle_t *poll)
{
    free(poll->data);
}

static void raw_close(struct stream *stream, bool reset)
{
    struct raw_stream *raw = raw_of(stream);
    int fd = raw_fd(raw);

    if (raw->was_accepted)
        atomic_fetch_sub_explicit(&body_of(stream->loop)->accepted_streams, 1,
                                  memory_order_relaxed); /* a hint for listeners, no more */
    if (reset)
        socket_will_reset(fd);
    uv_close((uv_handle_t *)&raw->poll, raw_free);
    close(fd);
}

static int raw_endpoint(const struct stream *stream, bool peer, struct address *ret_address)
{
    return socket_endpoint(raw_fd(raw_of(stream)), peer, ret_address);
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
    int r = uv_poll_init(&body_of(loop)->uv, &raw->poll, fd);
    if (r < 0) {
        free(raw);
        return r;
    }
    raw->stream = (struct stream){.kind = &raw_kind, .loop = loop};
    raw->poll.data = raw;
    raw->phase = (uint8_t)phase;
    raw->read_is_wanted = true;
    raw_raise(raw);
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
