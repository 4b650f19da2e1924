/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine/wire.h"

#define MISSING_BYTES 100 /* by which a wrong Content-Length is too large */
#define SIZE_LINE_BYTES 20

/* Its own table, so that nothing here comes from the room that reads these answers. */
static const char *status_text(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Content Too Large";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "Unknown";
    }
}

static int framing_fields(struct buffer *out, const struct engine_head *head)
{
    switch (head->framing) {
    case ENGINE_CHUNKED:
        return buffer_append(out, BYTES("transfer-encoding: chunked\r\n"));
    case ENGINE_LENGTH:
        return buffer_append_format(out, "content-length: %llu\r\n",
                                    (unsigned long long)head->length);
    case ENGINE_UNTIL_CLOSE:
        return 0;
    }
    return 0;
}

static bool is_load_refusal(unsigned status)
{
    return status == 429 || status == 503;
}

int engine_wire_head(struct buffer *out, const struct engine_head *head)
{
    int r = buffer_append_format(out,
                                 "HTTP/1.1 %u %s\r\n"
                                 "server: isthmus-sim\r\n"
                                 "content-type: %s\r\n"
                                 "%s",
                                 head->status, status_text(head->status),
                                 head->type ? head->type : "application/json",
                                 is_load_refusal(head->status) ? "retry-after: 1\r\n" : "");
    if (r == 0)
        r = framing_fields(out, head);
    if (r == 0 && !head->keeps_alive)
        r = buffer_append(out, BYTES("connection: close\r\n"));
    return r == 0 ? buffer_append(out, BYTES("\r\n")) : r;
}

/* A chunk's size in hexadecimal digits and CRLF; each token of each stream has one. */
static size_t size_line(size_t size, char line[SIZE_LINE_BYTES])
{
    size_t digits = 1;

    while (digits < 2 * sizeof size && size >> (4 * digits))
        digits++;
    for (size_t i = 0; i < digits; i++)
        line[i] = "0123456789abcdef"[size >> (4 * (digits - 1 - i)) & 15];
    line[digits] = '\r';
    line[digits + 1] = '\n';
    return digits + 2;
}

static char *part_put(char *at, struct bytes part)
{
    memcpy(at, part.at, part.length);
    return at + part.length;
}

int engine_wire_piece(struct buffer *out, enum engine_framing framing, const struct bytes *parts,
                      size_t part_count)
{
    char line[SIZE_LINE_BYTES];
    size_t size = 0, line_length = 0;
    char *begin, *at;

    for (size_t i = 0; i < part_count; i++)
        size += parts[i].length;
    if (size == 0)
        return 0; /* an empty chunk would end the body */
    if (framing == ENGINE_CHUNKED)
        line_length = size_line(size, line);
    int r = buffer_reserve(out, line_length + size + 2, &begin);
    if (r < 0)
        return r;

    at = part_put(begin, bytes_of(line, line_length));
    for (size_t i = 0; i < part_count; i++)
        at = part_put(at, parts[i]);
    if (framing == ENGINE_CHUNKED)
        at = part_put(at, BYTES("\r\n"));
    buffer_commit(out, (size_t)(at - begin));
    return 0;
}

int engine_wire_last(struct buffer *out, enum engine_framing framing)
{
    return framing == ENGINE_CHUNKED ? buffer_append(out, BYTES("0\r\n\r\n")) : 0;
}

int engine_wire_garbage_chunk(struct buffer *out)
{
    return buffer_append(out, BYTES("zz\r\nno chunk has such a size\r\n"));
}

int engine_wire_garbage_head(struct buffer *out)
{
    return buffer_append(out, BYTES("\x16\x03\x01 this is no HTTP\r\n\r\n"));
}

int engine_wire_surplus(struct buffer *out)
{
    struct bytes body = BYTES("{\"object\":\"surplus\",\"error\":null}\n");
    const struct engine_head head = {
        .status = 200, .framing = ENGINE_LENGTH, .length = body.length, .keeps_alive = true};
    int r = engine_wire_head(out, &head);
    return r == 0 ? buffer_append(out, body) : r;
}

/* Turns a good answer into the broken one that the fault asks for. */
static void plain_break(enum engine_fault fault, struct engine_head *head, struct bytes *body,
                        enum engine_end *end)
{
    if (fault == ENGINE_FAULT_WRONG_LENGTH) {
        head->length += MISSING_BYTES;
        *end = ENGINE_END_CLOSE;
        return;
    }
    if (fault == ENGINE_FAULT_GARBAGE_BODY)
        head->framing = ENGINE_CHUNKED;
    if (fault == ENGINE_FAULT_GARBAGE_BODY || fault == ENGINE_FAULT_STALL)
        *end = ENGINE_END_SILENCE;
    else if (fault == ENGINE_FAULT_DIE)
        *end = ENGINE_END_LATE_RESET;
    else if (fault == ENGINE_FAULT_END)
        *end = ENGINE_END_CLOSE;
    else
        return;
    body->length /= 2;
}

int engine_wire_plain(struct buffer *out, const struct engine_plain *plain,
                      enum engine_end *ret_end)
{
    struct engine_head head = {
        .status = plain->status,
        .type = plain->type,
        .framing = ENGINE_LENGTH,
        .length = plain->body.length,
        .keeps_alive = plain->keeps_alive,
    };
    struct bytes body = plain->head_only ? bytes_of("", 0) : plain->body;

    *ret_end = plain->keeps_alive ? ENGINE_END_KEEP : ENGINE_END_CLOSE;
    plain_break(plain->fault, &head, &body, ret_end);

    int r = engine_wire_head(out, &head);
    if (r == 0)
        r = engine_wire_piece(out, head.framing, &body, 1);
    if (r == 0 && plain->fault == ENGINE_FAULT_GARBAGE_BODY)
        r = engine_wire_garbage_chunk(out);
    if (r == 0 && plain->fault == ENGINE_FAULT_SURPLUS)
        r = engine_wire_surplus(out);
    return r;
}
