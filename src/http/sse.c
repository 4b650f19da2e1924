/* SPDX-License-Identifier: Apache-2.0 */
#include "http/sse.h"

#include <errno.h>

void sse_reader_init(struct sse_reader *reader, size_t limit, struct memory_budget *budget,
                     void (*on_event)(void *user, const struct sse_event *event), void *user)
{
    if (limit == 0)
        limit = SIZE_MAX;
    *reader = (struct sse_reader){.on_event = on_event, .user = user};
    buffer_init(&reader->line, limit, budget);
    buffer_init(&reader->data, limit, budget);
    buffer_init(&reader->type, limit, budget);
    buffer_init(&reader->id, limit, budget);
}

void sse_reader_clear(struct sse_reader *reader)
{
    buffer_clear(&reader->line);
    buffer_clear(&reader->data);
    buffer_clear(&reader->type);
    buffer_clear(&reader->id);
}

/* How many bytes stand before the first line end, or all. One pass over both kinds of ends: two
 * memchr() would look at the same bytes again for each line. */
static size_t line_length(struct bytes view)
{
    size_t length = 0;
    while (length < view.length && view.at[length] != '\n' && view.at[length] != '\r')
        length++;
    return length;
}

static int too_long(int r)
{
    return r == -ENOBUFS ? -EMSGSIZE : r;
}

static int buffer_set(struct buffer *buffer, struct bytes value)
{
    buffer_consume(buffer, buffer->length);
    return too_long(buffer_append(buffer, value));
}

/* Before the view's bytes go: from here on the event's data is ours. */
static int data_keep(struct sse_reader *reader)
{
    struct bytes view = reader->data_view;
    reader->data_view = (struct bytes){0};
    return too_long(buffer_append(&reader->data, view));
}

static int data_add(struct sse_reader *reader, struct bytes value, bool value_stays)
{
    bool is_first = !reader->has_data;
    reader->has_data = true;
    if (is_first && value_stays) {
        reader->data_view = value;
        return 0;
    }
    int r = data_keep(reader);
    if (r == 0 && !is_first)
        r = too_long(buffer_append(&reader->data, BYTES("\n")));
    return r < 0 ? r : too_long(buffer_append(&reader->data, value));
}

static void event_end(struct sse_reader *reader)
{
    if (reader->has_data) {
        bool is_view = reader->data_view.length > 0;
        struct sse_event event = {
            .type = buffer_bytes(&reader->type),
            .data = is_view ? reader->data_view : buffer_bytes(&reader->data),
            .id = buffer_bytes(&reader->id),
        };
        reader->on_event(reader->user, &event);
    }
    buffer_consume(&reader->data, reader->data.length);
    buffer_consume(&reader->type, reader->type.length);
    reader->data_view = (struct bytes){0};
    reader->has_data = false;
}

/* Fields that the standard does not name are ignored, and so is `retry`: whoever reads engines
 * has reconnection rules of its own. */
static int field_read(struct sse_reader *reader, struct bytes line, bool line_stays)
{
    struct bytes value = line;
    struct bytes name = bytes_cut(&value, ':');
    if (value.length > 0 && value.at[0] == ' ')
        value = bytes_after(value, 1);

    if (bytes_equal(name, BYTES("data")))
        return data_add(reader, value, line_stays);
    if (bytes_equal(name, BYTES("event")))
        return buffer_set(&reader->type, value);
    bool has_nul = value.length > 0 && memchr(value.at, '\0', value.length);
    if (bytes_equal(name, BYTES("id")) && !has_nul)
        return buffer_set(&reader->id, value);
    return 0;
}

/* line_stays: the line's bytes live until the end of this feed. */
static int line_read(struct sse_reader *reader, struct bytes line, bool line_stays)
{
    static const struct bytes byte_order_mark = {"\xEF\xBB\xBF", 3};
    if (!reader->began && bytes_start_with(line, byte_order_mark))
        line = bytes_after(line, byte_order_mark.length);
    reader->began = true;

    if (line.length > 0)
        return field_read(reader, line, line_stays);
    event_end(reader);
    return 0;
}

/* The line that ends here; its beginning may have come with an earlier feed. */
static int line_end(struct sse_reader *reader, struct bytes rest)
{
    if (rest.length > reader->line.limit - reader->line.length)
        return -EMSGSIZE;
    if (reader->line.length == 0)
        return line_read(reader, rest, true);

    int r = buffer_append(&reader->line, rest);
    if (r == 0)
        r = line_read(reader, buffer_bytes(&reader->line), false);
    buffer_consume(&reader->line, reader->line.length);
    return r;
}

int sse_reader_feed(struct sse_reader *reader, struct bytes bytes)
{
    while (bytes.length > 0) {
        bool is_rest_of_crlf = reader->after_cr && bytes.at[0] == '\n';
        reader->after_cr = false;
        if (is_rest_of_crlf) {
            bytes = bytes_after(bytes, 1);
            continue;
        }
        size_t length = line_length(bytes);
        if (length == bytes.length)
            break;
        reader->after_cr = bytes.at[length] == '\r';
        int r = line_end(reader, bytes_of(bytes.at, length));
        if (r < 0)
            return r;
        bytes = bytes_after(bytes, length + 1);
    }
    int r = too_long(buffer_append(&reader->line, bytes));
    return r < 0 ? r : data_keep(reader);
}

static void put(char **at, struct bytes view)
{
    if (view.length > 0)
        memcpy(*at, view.at, view.length);
    *at += view.length;
}

static bool is_one_line(struct bytes view)
{
    return line_length(view) == view.length;
}

/* Cuts the first line off, with its end; false: it was the last one. */
static bool line_next(struct bytes *rest, struct bytes *ret_line)
{
    size_t length = line_length(*rest);
    *ret_line = bytes_of(rest->at, length);
    if (length == rest->length)
        return false;
    bool is_crlf =
        rest->at[length] == '\r' && length + 1 < rest->length && rest->at[length + 1] == '\n';
    *rest = bytes_after(*rest, length + (is_crlf ? 2 : 1));
    return true;
}

static size_t data_lines_size(struct bytes data)
{
    struct bytes line;
    size_t size = 0;
    bool more;
    do {
        more = line_next(&data, &line);
        size += sizeof "data: \n" - 1 + line.length;
    } while (more);
    return size;
}

static void put_data_lines(char **at, struct bytes data)
{
    struct bytes line;
    bool more;
    do {
        more = line_next(&data, &line);
        put(at, BYTES("data: "));
        put(at, line);
        put(at, BYTES("\n"));
    } while (more);
}

int sse_write_event(struct buffer *out, struct bytes type, struct bytes data)
{
    if (!is_one_line(type))
        return -EINVAL;
    size_t type_size = type.length > 0 ? sizeof "event: \n" - 1 + type.length : 0;
    size_t size = type_size + data_lines_size(data) + 1;
    char *at;
    int r = buffer_reserve(out, size, &at);
    if (r < 0)
        return r;
    if (type.length > 0) {
        put(&at, BYTES("event: "));
        put(&at, type);
        put(&at, BYTES("\n"));
    }
    put_data_lines(&at, data);
    put(&at, BYTES("\n"));
    buffer_commit(out, size);
    return 0;
}

int sse_write_comment(struct buffer *out, struct bytes text)
{
    if (!is_one_line(text))
        return -EINVAL;
    size_t size = sizeof ": \n\n" - 1 + text.length;
    char *at;
    int r = buffer_reserve(out, size, &at);
    if (r < 0)
        return r;
    put(&at, BYTES(": "));
    put(&at, text);
    put(&at, BYTES("\n\n"));
    buffer_commit(out, size);
    return 0;
}
