/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/stream.h"

#include "loop/stream_body.h"

void stream_bind(struct stream *stream, const struct stream_events *events, void *user)
{
    stream->events = events;
    stream->user = user;
    stream->kind->bind(stream);
}

void stream_want_read(struct stream *stream, bool wanted)
{
    stream->kind->want_read(stream, wanted);
}

ssize_t stream_read(struct stream *stream, char *ret_bytes, size_t size)
{
    return stream->kind->read(stream, ret_bytes, size);
}

ssize_t stream_write(struct stream *stream, const struct bytes *parts, size_t part_count)
{
    return stream->kind->write(stream, parts, part_count);
}

int stream_finish(struct stream *stream)
{
    return stream->kind->finish(stream);
}

void stream_close(struct stream *stream)
{
    stream->kind->close(stream, false);
}

void stream_reset(struct stream *stream)
{
    stream->kind->close(stream, true);
}

struct loop *stream_loop(const struct stream *stream)
{
    return stream->loop;
}

int stream_peer(const struct stream *stream, struct address *ret_address)
{
    return stream->kind->endpoint(stream, true, ret_address);
}

int stream_local(const struct stream *stream, struct address *ret_address)
{
    return stream->kind->endpoint(stream, false, ret_address);
}

const char *stream_error_text(const struct stream *stream)
{
    return stream->kind->error_text(stream);
}
