/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/line_sink.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct line_sink {
    pthread_mutex_t mutex; /* held for one system call that does not wait */
    int fd;
    bool is_socket, is_own; /* own: opened here */
    uint64_t dropped_lines;
    /* The end of a line that a terminal took in part; the next one waits for it. */
    char rest[LINE_SINK_LINE_BYTES];
    size_t rest_length;
};

/* A regular file never makes its writer wait, and opened twice would have two ends to write at. */
static void open_target(struct line_sink *sink)
{
    struct stat facts;
    sink->fd = STDERR_FILENO;
    if (fstat(STDERR_FILENO, &facts) < 0)
        return;
    sink->is_socket = S_ISSOCK(facts.st_mode);
    if (!S_ISFIFO(facts.st_mode) && !S_ISCHR(facts.st_mode))
        return;
    int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    sink->fd = fd;
    sink->is_own = true;
}

int line_sink_open(struct line_sink **ret_sink)
{
    struct line_sink *sink = calloc(1, sizeof *sink);
    if (!sink)
        return -ENOMEM;
    pthread_mutex_init(&sink->mutex, NULL);
    open_target(sink);
    *ret_sink = sink;
    return 0;
}

/* How many bytes went; 0: none, for whatever reason. */
static size_t put(struct line_sink *sink, struct bytes view)
{
    ssize_t went;
    do
        went = sink->is_socket ? send(sink->fd, view.at, view.length, MSG_DONTWAIT | MSG_NOSIGNAL)
                               : write(sink->fd, view.at, view.length);
    while (went < 0 && errno == EINTR);
    return went < 0 ? 0 : (size_t)went;
}

static bool put_rest(struct line_sink *sink)
{
    if (sink->rest_length == 0)
        return true;
    size_t went = put(sink, bytes_of(sink->rest, sink->rest_length));
    sink->rest_length -= went;
    memmove(sink->rest, sink->rest + went, sink->rest_length);
    return sink->rest_length == 0;
}

/* Whole, or begun: what is missing then goes before the next line. */
static bool put_line(struct line_sink *sink, struct bytes line)
{
    assert(line.length <= sizeof sink->rest);
    size_t went = put(sink, line);
    if (went == 0)
        return false;
    sink->rest_length = line.length - went;
    memcpy(sink->rest, line.at + went, sink->rest_length);
    return true;
}

/* Behind the first line that passes again: before it, it would take that line's room. */
static void tell_dropped(struct line_sink *sink)
{
    char line[96];
    int length =
        snprintf(line, sizeof line,
                 "{\"level\":\"warn\",\"event\":\"log_lines_dropped\",\"lines\":%" PRIu64 "}\n",
                 sink->dropped_lines);
    if (put_line(sink, bytes_of(line, (size_t)length)))
        sink->dropped_lines = 0;
}

void line_sink_write(void *user, struct bytes line)
{
    struct line_sink *sink = user;
    pthread_mutex_lock(&sink->mutex);
    if (!put_rest(sink) || !put_line(sink, line))
        sink->dropped_lines++;
    else if (sink->dropped_lines > 0 && sink->rest_length == 0)
        tell_dropped(sink);
    pthread_mutex_unlock(&sink->mutex);
}

void line_sink_close(struct line_sink *sink)
{
    if (!sink)
        return;
    if (sink->is_own)
        close(sink->fd);
    pthread_mutex_destroy(&sink->mutex);
    free(sink);
}
