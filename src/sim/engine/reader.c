/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/reader.h"

#include <errno.h>

#include "base/list.h"

#define BODY_KEEP_BYTES 65536 /* a larger body's memory is given back after its answer */

static struct engine_reader *reader_of(llhttp_t *http)
{
    return CONTAINER_OF(http, struct engine_reader, http);
}

/* Ends the parser's run with our own reason. */
static int stop(struct engine_reader *reader, enum engine_read why)
{
    reader->failure = why;
    return HPE_USER;
}

static int keep(struct engine_reader *reader, struct buffer *buffer, struct bytes piece)
{
    int r = buffer_append(buffer, piece);
    if (r < 0)
        return stop(reader, r == -ENOBUFS ? ENGINE_READ_TOO_LARGE : ENGINE_READ_NO_MEMORY);
    return 0;
}

static int keep_head(struct engine_reader *reader, struct buffer *buffer, struct bytes piece)
{
    reader->head_bytes += piece.length;
    if (reader->head_bytes > ENGINE_HEAD_LIMIT)
        return stop(reader, ENGINE_READ_TOO_LARGE);
    return keep(reader, buffer, piece);
}

static void buffer_empty(struct buffer *buffer)
{
    if (buffer->capacity > BODY_KEEP_BYTES)
        buffer_clear(buffer);
    else
        buffer_consume(buffer, buffer->length);
}

static int on_begin(llhttp_t *http)
{
    struct engine_reader *reader = reader_of(http);

    buffer_empty(&reader->target);
    buffer_empty(&reader->name);
    buffer_empty(&reader->value);
    buffer_empty(&reader->authorization);
    buffer_empty(&reader->api_key);
    buffer_empty(&reader->body);
    reader->head_bytes = 0;
    reader->expects_continue = reader->continue_is_due = false;
    return 0;
}

static int on_target(llhttp_t *http, const char *at, size_t length)
{
    struct engine_reader *reader = reader_of(http);
    return keep_head(reader, &reader->target, bytes_of(at, length));
}

static int on_name(llhttp_t *http, const char *at, size_t length)
{
    struct engine_reader *reader = reader_of(http);
    return keep_head(reader, &reader->name, bytes_of(at, length));
}

static int on_value(llhttp_t *http, const char *at, size_t length)
{
    struct engine_reader *reader = reader_of(http);
    return keep_head(reader, &reader->value, bytes_of(at, length));
}

static int on_field(llhttp_t *http)
{
    struct engine_reader *reader = reader_of(http);
    struct bytes name = buffer_bytes(&reader->name), value = buffer_bytes(&reader->value);
    int r = 0;

    if (bytes_equal_nocase(name, BYTES("authorization")))
        r = keep(reader, &reader->authorization, value);
    else if (bytes_equal_nocase(name, BYTES("x-api-key")) ||
             bytes_equal_nocase(name, BYTES("api-key")))
        r = keep(reader, &reader->api_key, value);
    else if (bytes_equal_nocase(name, BYTES("expect")))
        reader->expects_continue = bytes_equal_nocase(value, BYTES("100-continue"));
    buffer_empty(&reader->name);
    buffer_empty(&reader->value);
    return r;
}

static int on_head_end(llhttp_t *http)
{
    struct engine_reader *reader = reader_of(http);
    reader->continue_is_due = reader->expects_continue;
    return 0;
}

static int on_body(llhttp_t *http, const char *at, size_t length)
{
    struct engine_reader *reader = reader_of(http);
    reader->continue_is_due = false; /* it did not wait */
    return keep(reader, &reader->body, bytes_of(at, length));
}

/* Pausing keeps a pipelined request out of the one that is being answered. */
static int on_complete(llhttp_t *http)
{
    struct engine_reader *reader = reader_of(http);

    reader->method = (llhttp_method_t)llhttp_get_method(http);
    reader->keeps_alive = llhttp_should_keep_alive(http);
    reader->knows_chunks = llhttp_get_http_minor(http) > 0;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_begin,
    .on_url = on_target,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_field,
    .on_headers_complete = on_head_end,
    .on_body = on_body,
    .on_message_complete = on_complete,
};

void engine_reader_init(struct engine_reader *reader)
{
    *reader = (struct engine_reader){0};
    llhttp_init(&reader->http, HTTP_REQUEST, &settings);
    buffer_init(&reader->body, ENGINE_BODY_LIMIT, NULL);
}

enum engine_read engine_reader_feed(struct engine_reader *reader, struct bytes bytes,
                                    size_t *ret_taken)
{
    if (llhttp_get_errno(&reader->http) == HPE_PAUSED)
        llhttp_resume(&reader->http);
    llhttp_errno_t error = llhttp_execute(&reader->http, bytes.at, bytes.length);

    *ret_taken = bytes.length;
    if (error == HPE_OK) {
        bool waits = reader->continue_is_due;
        reader->continue_is_due = false;
        return waits ? ENGINE_READ_CONTINUE : ENGINE_READ_MORE;
    }
    if (error == HPE_USER)
        return reader->failure;
    if (error != HPE_PAUSED)
        return ENGINE_READ_MALFORMED;
    *ret_taken = (size_t)(llhttp_get_error_pos(&reader->http) - bytes.at);
    return ENGINE_READ_REQUEST;
}

struct bytes engine_reader_path(const struct engine_reader *reader)
{
    struct bytes target = buffer_bytes(&reader->target);
    return bytes_cut(&target, '?');
}

void engine_reader_clear(struct engine_reader *reader)
{
    buffer_clear(&reader->target);
    buffer_clear(&reader->name);
    buffer_clear(&reader->value);
    buffer_clear(&reader->authorization);
    buffer_clear(&reader->api_key);
    buffer_clear(&reader->body);
}
