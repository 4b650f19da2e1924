/* SPDX-License-Identifier: Apache-2.0 */
#include "reply.h"

#include <stdio.h>
#include <stdlib.h>

void reply_init(struct reply *reply, bool is_to_head)
{
    reply_clear(reply);
    *reply = (struct reply){.is_first_line = true, .is_to_head = is_to_head};
}

void reply_clear(struct reply *reply)
{
    buffer_clear(&reply->line);
    buffer_clear(&reply->body);
}

static void keep(char *to, size_t size, struct bytes value)
{
    (void)snprintf(to, size, "%.*s", (int)value.length, value.at);
}

static void read_field(struct reply *reply, struct bytes line)
{
    struct bytes value = line;
    struct bytes name = bytes_cut(&value, ':');
    value = bytes_trim(value);
    if (bytes_equal_nocase(name, BYTES("content-length"))) {
        reply->has_length = true;
        if (!bytes_read_u64(value, &reply->left))
            reply->state = REPLY_NONSENSE;
    } else if (bytes_equal_nocase(name, BYTES("transfer-encoding"))) {
        reply->is_chunked = bytes_equal(value, BYTES("chunked"));
    } else if (bytes_equal_nocase(name, BYTES("connection"))) {
        reply->must_close = bytes_equal_nocase(value, BYTES("close"));
    } else if (bytes_equal_nocase(name, BYTES("x-request-id"))) {
        keep(reply->request_id, sizeof reply->request_id, value);
    } else if (bytes_equal_nocase(name, BYTES("content-type"))) {
        keep(reply->content_type, sizeof reply->content_type, value);
    }
}

static void end_head(struct reply *reply)
{
    if (reply->status / 100 == 1) { /* another head follows */
        reply->is_first_line = true;
        reply->status = 0;
        reply->interims++;
    } else if (reply->is_to_head) {
        reply->state = REPLY_COMPLETE;
    } else if (reply->is_chunked) {
        reply->state = REPLY_CHUNK_SIZE;
    } else {
        reply->state = reply->left > 0 ? REPLY_BODY : REPLY_COMPLETE;
    }
}

static void read_head_line(struct reply *reply, struct bytes line)
{
    if (reply->is_first_line) {
        uint64_t status = 0;
        bool is_http = line.length >= 12 && bytes_start_with(line, BYTES("HTTP/1.1 ")) &&
                       bytes_read_u64(bytes_of(line.at + 9, 3), &status);
        reply->status = (unsigned)status;
        reply->is_first_line = false;
        if (!is_http)
            reply->state = REPLY_NONSENSE;
    } else if (line.length == 0) {
        end_head(reply);
    } else {
        read_field(reply, line);
    }
}

static void read_line(struct reply *reply, struct bytes line)
{
    if (reply->state == REPLY_HEAD) {
        read_head_line(reply, line);
    } else if (reply->state == REPLY_CHUNK_SIZE) {
        char text[20];
        char *end;
        keep(text, sizeof text, line);
        reply->left = strtoull(text, &end, 16);
        if (line.length == 0 || line.length > 16 || *end != 0)
            reply->state = REPLY_NONSENSE;
        else
            reply->state = reply->left > 0 ? REPLY_CHUNK : REPLY_TRAILER;
    } else if (reply->state == REPLY_CHUNK_END) {
        reply->state = line.length == 0 ? REPLY_CHUNK_SIZE : REPLY_NONSENSE;
    } else if (line.length == 0) {
        reply->state = REPLY_COMPLETE;
    }
}

static size_t feed_body(struct reply *reply, struct bytes bytes)
{
    size_t take = bytes.length < reply->left ? bytes.length : (size_t)reply->left;
    if (buffer_append(&reply->body, bytes_of(bytes.at, take)) < 0)
        abort();
    reply->left -= take;
    if (reply->left == 0)
        reply->state = reply->state == REPLY_CHUNK ? REPLY_CHUNK_END : REPLY_COMPLETE;
    return take;
}

static size_t feed_line(struct reply *reply, struct bytes bytes)
{
    const char *newline = memchr(bytes.at, '\n', bytes.length);
    size_t take = newline ? (size_t)(newline - bytes.at) + 1 : bytes.length;
    if (buffer_append(&reply->line, bytes_of(bytes.at, take)) < 0)
        abort();
    if (!newline)
        return take;
    struct bytes line = buffer_bytes(&reply->line);
    if (line.length < 2 || line.at[line.length - 2] != '\r')
        reply->state = REPLY_NONSENSE;
    else
        read_line(reply, bytes_of(line.at, line.length - 2));
    buffer_consume(&reply->line, buffer_bytes(&reply->line).length);
    return take;
}

size_t reply_feed(struct reply *reply, struct bytes bytes)
{
    size_t fed = 0;
    while (fed < bytes.length && reply->state != REPLY_COMPLETE && reply->state != REPLY_NONSENSE) {
        struct bytes rest = bytes_after(bytes, fed);
        bool is_body = reply->state == REPLY_BODY || reply->state == REPLY_CHUNK;
        fed += is_body ? feed_body(reply, rest) : feed_line(reply, rest);
    }
    return fed;
}
