/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_connection.h"

#include <errno.h>

#define LINGER_BYTES (1 << 20) /* what a client may still send before it is cut off */
#define REFUSAL_BYTES 65536

static int write_refusal(struct buffer *out, struct http_server *server,
                         const struct http_refusal *refusal)
{
    struct bytes date = http_server_date(server);
    int r = buffer_append_format(out,
                                 "HTTP/1.1 %u %s\r\n"
                                 "Date: %.*s\r\n"
                                 "Connection: close\r\n"
                                 "Content-Length: %zu\r\n",
                                 refusal->status, http_status_text(refusal->status),
                                 (int)date.length, date.at, refusal->body->length);
    if (r == 0)
        r = buffer_append(out, buffer_bytes(refusal->fields));
    if (r == 0)
        r = buffer_append(out, BYTES("\r\n"));
    if (r == 0)
        r = buffer_append(out, buffer_bytes(refusal->body));
    return r;
}

static int make_refusal(struct buffer *out, struct http_server *server,
                        struct http1_verdict verdict)
{
    const struct http_server_options *options = &server->options;
    struct buffer body, fields;
    buffer_init(&body, REFUSAL_BYTES, options->budget);
    buffer_init(&fields, REFUSAL_BYTES, options->budget);
    struct http_refusal refusal = {
        .status = verdict.status,
        .reason = bytes_from_cstr(verdict.reason),
        .body = &body,
        .fields = &fields,
    };
    if (options->on_refusal)
        options->on_refusal(options->user, &refusal);
    int r = write_refusal(out, server, &refusal);
    buffer_clear(&body);
    buffer_clear(&fields);
    return r;
}

static void start(struct http1_connection *connection)
{
    connection->state = HTTP1_LINGERING;
    connection->lingered_bytes = 0;
    if (!connection->is_reading)
        stream_want_read(connection->stream, true);
    connection->is_reading = true;
    http1_connection_wait(connection, HTTP1_WAIT_LINGER);
}

static void finish(struct http1_connection *connection)
{
    if (stream_finish(connection->stream) < 0)
        http1_connection_drop(connection, true);
}

void http1_linger_refuse(struct http1_connection *connection, struct http1_verdict verdict)
{
    buffer_clear(&connection->held);
    if (make_refusal(&connection->held, connection->server, verdict) < 0) {
        http1_connection_drop(connection, true);
        return;
    }
    start(connection);
    if (connection->stream)
        http1_linger_on_writable(connection);
}

void http1_linger_begin(struct http1_connection *connection)
{
    buffer_clear(&connection->held);
    start(connection);
    if (connection->stream)
        finish(connection);
}

void http1_linger_on_writable(struct http1_connection *connection)
{
    if (connection->held.length == 0)
        return;
    struct bytes left = buffer_bytes(&connection->held);
    ssize_t n = stream_write(connection->stream, &left, 1);
    if (n == -EAGAIN)
        return;
    if (n < 0) {
        http1_connection_drop(connection, true);
        return;
    }
    buffer_consume(&connection->held, (size_t)n);
    if (connection->held.length > 0)
        return;
    buffer_clear(&connection->held);
    if (connection->is_reading)
        finish(connection);
    else
        http1_connection_drop(connection, false);
}

void http1_linger_on_readable(struct http1_connection *connection)
{
    ssize_t n =
        stream_read(connection->stream, loop_scratch(connection->server->loop), LOOP_SCRATCH_BYTES);
    if (n == -EAGAIN)
        return;
    if (n > 0) {
        connection->lingered_bytes += (uint32_t)n;
        if (connection->lingered_bytes > LINGER_BYTES)
            http1_connection_drop(connection, true);
        return;
    }
    if (n < 0 || connection->held.length == 0) {
        http1_connection_drop(connection, n < 0);
        return;
    }
    /* The peer has finished, but does not have our last bytes yet. */
    connection->is_reading = false;
    stream_want_read(connection->stream, false);
}
