/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/line_sink.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/uv/outlet.h"

struct line_sink {
    pthread_mutex_t mutex; /* held for one system call that does not wait */
    struct outlet outlet;
    uint64_t dropped_lines;
    /* The end of a line that a terminal took in part; the next one waits for it. */
    char rest[LINE_SINK_LINE_BYTES];
    size_t rest_length;
};

int line_sink_open(struct line_sink **ret_sink)
{
    struct line_sink *sink = calloc(1, sizeof *sink);
    if (!sink)
        return -ENOMEM;
    pthread_mutex_init(&sink->mutex, NULL);
    outlet_open(&sink->outlet, STDERR_FILENO);
    *ret_sink = sink;
    return 0;
}

/* How many bytes went; 0: none, for whatever reason. */
static size_t put(struct line_sink *sink, struct bytes view)
{
    ssize_t went = outlet_put(&sink->outlet, view);
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
    outlet_close(&sink->outlet);
    pthread_mutex_destroy(&sink->mutex);
    free(sink);
}
