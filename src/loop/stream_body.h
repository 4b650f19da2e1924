/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_body - what a kind of stream implements: the raw ones of the two bodies, and TLS. Only
 * files of this room include it.
 *
 * The struct stands first in each implementation. The functions of stream.h call through `kind`.
 */
#ifndef LOOP_STREAM_BODY_H
#define LOOP_STREAM_BODY_H

#include "loop/stream.h"

struct stream_kind {
    void (*bind)(struct stream *stream);
    void (*want_read)(struct stream *stream, bool wanted);
    ssize_t (*read)(struct stream *stream, char *ret_bytes, size_t size);
    ssize_t (*write)(struct stream *stream, const struct bytes *parts, size_t part_count);
    int (*finish)(struct stream *stream);
    void (*close)(struct stream *stream, bool reset);
    int (*endpoint)(const struct stream *stream, bool peer, struct address *ret_address);
    const char *(*error_text)(const struct stream *stream);
};

struct stream {
    const struct stream_kind *kind;
    const struct stream_events *events;
    void *user;
    struct loop *loop;
};

#endif
