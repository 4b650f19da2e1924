/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "loop/uv/body.h"
#include "loop/uv/outlet.h"

struct terminal {
    struct loop *loop;
    const struct terminal_events *events;
    void *user;
    struct outlet outlet;
    struct signal_watch *resizes;
    struct buffer queue;
    uv_poll_t poll; /* while the queue is not empty: is there room again? */
    bool has_poll;  /* regular files have none, and need none */
    int error;
    struct task broken_task;
};

static void tell_resize(void *user)
{
    struct terminal *terminal = user;
    terminal->events->on_resize(terminal->user);
}

static void tell_broken(struct task *task)
{
    struct terminal *terminal = CONTAINER_OF(task, struct terminal, broken_task);
    terminal->events->on_broken(terminal->user, terminal->error);
}

/* From here on nothing is tried any more. */
static int terminal_break(struct terminal *terminal, int error)
{
    if (terminal->error == 0)
        loop_post(terminal->loop, &terminal->broken_task);
    terminal->error = error;
    buffer_clear(&terminal->queue);
    if (terminal->has_poll)
        uv_poll_stop(&terminal->poll);
    return error;
}

static void queue_put(struct terminal *terminal)
{
    ssize_t went = outlet_put(&terminal->outlet, buffer_bytes(&terminal->queue));
    if (went > 0)
        buffer_consume(&terminal->queue, (size_t)went);
    else if (went < 0 && went != -EAGAIN)
        terminal_break(terminal, (int)went);
    if (terminal->queue.length == 0 && terminal->has_poll)
        uv_poll_stop(&terminal->poll);
}

static void room_comes(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events; /* writing tells what is the matter */
    queue_put(poll->data);
}

int terminal_open(struct terminal **ret_terminal, struct loop *loop,
                  const struct terminal_events *events, void *user)
{
    struct terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        return -ENOMEM;
    terminal->loop = loop;
    terminal->events = events;
    terminal->user = user;
    terminal->poll.data = terminal;
    task_init(&terminal->broken_task, tell_broken);
    buffer_init(&terminal->queue, TERMINAL_QUEUE_BYTES, NULL);
    outlet_open(&terminal->outlet, STDOUT_FILENO);
    /* A stream that is shared with others shall keep blocking: libuv would change that. */
    terminal->has_poll =
        terminal->outlet.is_own &&
        uv_poll_init(&body_of(loop)->uv, &terminal->poll, terminal->outlet.fd) == 0;
    int r = signal_watch_open(&terminal->resizes, loop, SIGWINCH, tell_resize, terminal);
    if (r < 0) {
        terminal_close(terminal);
        return r;
    }
    *ret_terminal = terminal;
    return 0;
}

bool terminal_is_seen(const struct terminal *terminal)
{
    return isatty(terminal->outlet.stream);
}

struct terminal_size terminal_size(const struct terminal *terminal)
{
    struct winsize size = {0};
    if (ioctl(terminal->outlet.stream, TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    return (struct terminal_size){.columns = size.ws_col > 0 ? size.ws_col : 80,
                                  .rows = size.ws_row > 0 ? size.ws_row : 24};
}

int terminal_write(struct terminal *terminal, struct bytes text)
{
    if (terminal->error < 0)
        return terminal->error;
    bool is_waiting = !terminal_is_idle(terminal) && terminal->has_poll;
    int r = buffer_append(&terminal->queue, text);
    if (r < 0 || is_waiting)
        return r;
    queue_put(terminal);
    if (!terminal_is_idle(terminal) && terminal->has_poll) {
        r = uv_poll_start(&terminal->poll, UV_WRITABLE, room_comes);
        body_stir(terminal->loop);
    }
    return terminal->error < 0 ? terminal->error : r;
}

bool terminal_is_idle(const struct terminal *terminal)
{
    return terminal->queue.length == 0;
}

int terminal_finish(struct terminal *terminal)
{
    if (terminal->error < 0)
        return terminal->error;
    int r = outlet_put_whole(&terminal->outlet, buffer_bytes(&terminal->queue));
    buffer_clear(&terminal->queue);
    if (terminal->has_poll)
        uv_poll_stop(&terminal->poll);
    return r < 0 ? terminal_break(terminal, r) : 0;
}

static void terminal_free(uv_handle_t *poll)
{
    struct terminal *terminal = poll->data;
    outlet_close(&terminal->outlet);
    free(terminal);
}

void terminal_close(struct terminal *terminal)
{
    if (!terminal)
        return;
    signal_watch_close(terminal->resizes);
    loop_cancel(terminal->loop, &terminal->broken_task);
    buffer_clear(&terminal->queue);
    if (terminal->has_poll)
        uv_close((uv_handle_t *)&terminal->poll, terminal_free);
    else
        terminal_free((uv_handle_t *)&terminal->poll);
}
