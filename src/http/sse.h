/* SPDX-License-Identifier: Apache-2.0
 *
 * sse - server-sent events (WHATWG HTML, section 9.2): a reader that does not care where the
 * network cuts, and the few lines a writer needs.
 *
 * Reading copies only what is cut and what has several data lines; an event is handed out as
 * views. What follows the last empty line when the stream ends is no event.
 *
 * Memory   the caller embeds the reader; a line, and the data of an event, are at most `limit`
 *          bytes (0: any number). An event's views are valid until on_event() returns, which may
 * not clear or feed the reader. Threads  belongs to its owner. Errors   sse_reader_feed():
 * -EMSGSIZE for a longer line or event, -ENOMEM; then the reader is done. Writers: -ENOBUFS,
 * -ENOMEM, and -EINVAL for a type or comment of several lines; then nothing was appended.
 */
#ifndef HTTP_SSE_H
#define HTTP_SSE_H

#include "base/buffer.h"

struct sse_event {
    struct bytes type; /* the event field; empty: "message" */
    struct bytes data; /* data lines joined by \n */
    struct bytes id;
};

struct sse_reader {
    struct buffer line;     /* an unfinished line */
    struct buffer data;     /* data of the unfinished event ... */
    struct bytes data_view; /* ... unless it is one line of what is being fed */
    struct buffer type, id;
    bool after_cr, has_data, began;
    void (*on_event)(void *user, const struct sse_event *event);
    void *user;
};

void sse_reader_init(struct sse_reader *reader, size_t limit, struct memory_budget *budget,
                     void (*on_event)(void *user, const struct sse_event *event), void *user);
int sse_reader_feed(struct sse_reader *reader, struct bytes bytes);
void sse_reader_clear(struct sse_reader *reader);

/* Appends "event: TYPE" (if any), a "data: " line for each line of data, and an empty line. */
int sse_write_event(struct buffer *out, struct bytes type, struct bytes data);
/* Appends ": TEXT\n\n". */
int sse_write_comment(struct buffer *out, struct bytes text);

#endif
