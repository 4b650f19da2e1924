/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/load/answer_reader.h"

#include <stdlib.h>
#include <strings.h>

void answer_reader_init(struct answer_reader *reader)
{
    reader->part = ANSWER_HEAD;
    reader->line_length = 0;
    reader->is_chunked = false;
    reader->left = 0;
}

/* Gathers bytes up to and with `end`; at == NULL: not here yet, or too long (then *wrong). */
static struct bytes gather(struct answer_reader *reader, struct bytes *bytes, struct bytes end,
                           bool *wrong)
{
    size_t old = reader->line_length;
    size_t most = reader->part == ANSWER_HEAD ? ANSWER_HEAD_BYTES : ANSWER_LINE_BYTES;
    size_t room = most - old;
    size_t take = bytes->length < room ? bytes->length : room;

    memcpy(reader->line + old, bytes->at, take);
    size_t from = old > end.length ? old - end.length : 0;
    struct bytes fresh = bytes_of(reader->line + from, old + take - from);
    ptrdiff_t found = bytes_find(fresh, end);
    if (found < 0) {
        *wrong = take < bytes->length;
        reader->line_length = old + take;
        *bytes = bytes_after(*bytes, take);
        return bytes_of(NULL, 0);
    }
    size_t length = from + (size_t)found + end.length;
    *bytes = bytes_after(*bytes, length - old);
    reader->line_length = 0;
    return bytes_of(reader->line, length);
}

static bool head_take(struct answer_reader *reader, struct bytes head)
{
    struct bytes status = bytes_of(head.at + 9, 3);
    uint64_t number;

    if (!bytes_start_with(head, BYTES("HTTP/1.1 ")) || !bytes_read_u64(status, &number))
        return false;
    reader->status = (unsigned)number;
    while (head.length > 2) {
        struct bytes value = bytes_cut(&head, '\n');
        struct bytes name = bytes_cut(&value, ':');
        if (value.length > 0)
            value = bytes_trim(bytes_of(value.at, value.length - 1)); /* without \r */
        if (bytes_equal_nocase(name, BYTES("content-length"))) {
            if (!bytes_read_u64(value, &reader->left))
                return false;
        } else if (bytes_equal_nocase(name, BYTES("transfer-encoding"))) {
            reader->is_chunked = bytes_equal_nocase(value, BYTES("chunked"));
        }
    }
    reader->part = reader->is_chunked ? ANSWER_CHUNK_LINE : ANSWER_BODY;
    return true;
}

static bool chunk_line_take(struct answer_reader *reader, struct bytes line)
{
    char *end;

    reader->left = strtoull(line.at, &end, 16);
    reader->part = reader->left > 0 ? ANSWER_BODY : ANSWER_LAST_LINE;
    return end > line.at && (*end == '\r' || *end == ';');
}

/* One line or head, if it is all here. */
static enum answer_verdict line_take(struct answer_reader *reader, struct bytes *bytes)
{
    bool wrong = false, good = true;
    struct bytes end = reader->part == ANSWER_HEAD ? BYTES("\r\n\r\n") : BYTES("\r\n");
    enum answer_part part = reader->part;
    struct bytes line = gather(reader, bytes, end, &wrong);

    if (!line.at)
        return wrong ? ANSWER_WRONG : ANSWER_MORE;
    if (part == ANSWER_HEAD)
        good = head_take(reader, line);
    else if (part == ANSWER_CHUNK_LINE)
        good = chunk_line_take(reader, line);
    else if (part == ANSWER_CHUNK_END)
        reader->part = ANSWER_CHUNK_LINE;
    if (!good || (part >= ANSWER_CHUNK_END && line.length != 2))
        return ANSWER_WRONG;
    return part == ANSWER_LAST_LINE ? ANSWER_DONE : ANSWER_MORE;
}

enum answer_verdict answer_reader_feed(struct answer_reader *reader, struct bytes bytes,
                                       bool (*on_body)(void *user, struct bytes piece), void *user)
{
    enum answer_verdict verdict = ANSWER_MORE;

    while (verdict == ANSWER_MORE && bytes.length > 0) {
        if (reader->part != ANSWER_BODY) {
            verdict = line_take(reader, &bytes);
        } else {
            size_t take = bytes.length < reader->left ? bytes.length : (size_t)reader->left;
            if (!on_body(user, bytes_of(bytes.at, take)))
                return ANSWER_WRONG;
            reader->left -= take;
            bytes = bytes_after(bytes, take);
            if (reader->left == 0 && reader->is_chunked)
                reader->part = ANSWER_CHUNK_END;
        }
        if (reader->part == ANSWER_BODY && reader->left == 0 && !reader->is_chunked)
            verdict = ANSWER_DONE;
    }
    if (verdict == ANSWER_DONE && bytes.length > 0)
        return ANSWER_WRONG; /* more than was asked for */
    return verdict;
}
