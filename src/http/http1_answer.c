/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_answer.h"

#include <assert.h>
#include <errno.h>

#include "http/http1_head.h"

#define PAYLOAD_PARTS (STREAM_PARTS - 3) /* beside head, frame and tail */
#define STATUS_LEAST 200
#define STATUS_MOST 999
/* Room for all that a head says beside status text, fields and date: see put_framing(). */
#define FIXED_HEAD_BYTES 128

static const struct bytes line_end = {"\r\n", 2};
static const struct bytes last_chunk = {"0\r\n\r\n", 5};
static const struct bytes line_end_and_last_chunk = {"\r\n0\r\n\r\n", 7};

static char *put(char *at, struct bytes view)
{
    if (view.length > 0)
        memcpy(at, view.at, view.length);
    return at + view.length;
}

static char *put_decimal(char *at, uint64_t number)
{
    char digits[BYTES_U64_DIGITS];
    return put(at, bytes_write_u64(number, digits));
}

static bool is_value(struct bytes view)
{
    unsigned char wrong = 0;
    for (size_t i = 0; i < view.length; i++) {
        unsigned char c = (unsigned char)view.at[i];
        wrong |= ((c < 0x20) & (c != '\t')) | (c == 0x7f);
    }
    return !wrong;
}

/* Content-Length, Transfer-Encoding, Connection and Date are made here. */
static bool is_ours(struct bytes name)
{
    switch (name.length) {
    case 4:
        return bytes_equal_nocase(name, BYTES("Date"));
    case 10:
        return bytes_equal_nocase(name, BYTES("Connection"));
    case 14:
        return bytes_equal_nocase(name, BYTES("Content-Length"));
    case 17:
        return bytes_equal_nocase(name, BYTES("Transfer-Encoding"));
    default:
        return false;
    }
}

/* -EINVAL if one of them could end its line; else their room on the wire. */
static ssize_t measure_fields(struct http_fields fields)
{
    size_t bytes = 0;
    for (size_t i = 0; i < fields.count; i++) {
        const struct http_field *field = &fields.at[i];
        if (!http1_is_token(field->name) || !is_value(field->value))
            return -EINVAL;
        bytes += field->name.length + field->value.length + 4;
    }
    return (ssize_t)bytes;
}

static char *put_fields(char *at, struct http_fields fields)
{
    for (size_t i = 0; i < fields.count; i++) {
        if (is_ours(fields.at[i].name))
            continue;
        at = put(at, fields.at[i].name);
        at = put(at, BYTES(": "));
        at = put(at, fields.at[i].value);
        at = put(at, line_end);
    }
    return at;
}

static char *put_status(char *at, unsigned status, struct bytes text)
{
    at = put(at, BYTES("HTTP/1.1 "));
    at = put_decimal(at, status);
    at = put(at, BYTES(" "));
    at = put(at, text);
    return put(at, line_end);
}

static char *put_date(char *at, struct bytes date)
{
    at = put(at, BYTES("Date: "));
    at = put(at, date);
    return put(at, line_end);
}

static enum http1_framing choose_framing(const struct http_answer_head *head,
                                         const struct http1_answer_traits *traits)
{
    if (traits->is_head || head->status == 204 || head->status == 304)
        return HTTP1_FRAMING_NONE;
    if (head->content_length != HTTP_LENGTH_UNKNOWN)
        return HTTP1_FRAMING_LENGTH;
    return traits->version == 10 ? HTTP1_FRAMING_UNTIL_CLOSE : HTTP1_FRAMING_CHUNKED;
}

/* RFC 9110 section 8.6: a length may tell of a body that HEAD or 304 leaves out, never with 204. */
static char *put_framing(char *at, const struct http1_answer *answer,
                         const struct http_answer_head *head,
                         const struct http1_answer_traits *traits)
{
    if (answer->framing == HTTP1_FRAMING_CHUNKED)
        at = put(at, BYTES("Transfer-Encoding: chunked\r\n"));
    if (head->content_length != HTTP_LENGTH_UNKNOWN && head->status != 204) {
        at = put(at, BYTES("Content-Length: "));
        at = put_decimal(at, head->content_length);
        at = put(at, line_end);
    }
    if (traits->closes || answer->framing == HTTP1_FRAMING_UNTIL_CLOSE)
        return put(at, BYTES("Connection: close\r\n"));
    if (traits->says_keep_alive)
        return put(at, BYTES("Connection: keep-alive\r\n"));
    return at;
}

int http1_answer_begin(struct http1_answer *answer, struct arena *arena,
                       const struct http_answer_head *head,
                       const struct http1_answer_traits *traits)
{
    if (answer->state != HTTP1_ANSWER_NONE || head->status < STATUS_LEAST ||
        head->status > STATUS_MOST)
        return -EINVAL;
    ssize_t field_bytes = measure_fields(head->fields);
    if (field_bytes < 0)
        return (int)field_bytes;

    struct bytes text = bytes_from_cstr(http_status_text(head->status));
    char *start = arena_alloc(arena, answer->head.length + FIXED_HEAD_BYTES + text.length +
                                         traits->date.length + (size_t)field_bytes);
    if (!start)
        return -ENOMEM;
    answer->framing = choose_framing(head, traits);
    answer->left = answer->framing == HTTP1_FRAMING_LENGTH ? head->content_length : 0;
    answer->state = HTTP1_ANSWER_OPEN;

    char *at = put(start, answer->head); /* what may be left of a 100 Continue */
    at = put_status(at, head->status, text);
    at = put_date(at, traits->date);
    at = put_fields(at, head->fields);
    at = put_framing(at, answer, head, traits);
    at = put(at, line_end);
    answer->head = bytes_of(start, (size_t)(at - start));
    return 0;
}

int http1_answer_begin_upgrade(struct http1_answer *answer, struct arena *arena,
                               struct http_fields fields, struct bytes date)
{
    ssize_t field_bytes = measure_fields(fields);
    if (answer->state != HTTP1_ANSWER_NONE || field_bytes < 0)
        return -EINVAL;
    struct bytes text = bytes_from_cstr(http_status_text(101));
    char *start = arena_alloc(arena, answer->head.length + FIXED_HEAD_BYTES + text.length +
                                         date.length + (size_t)field_bytes);
    if (!start)
        return -ENOMEM;
    answer->framing = HTTP1_FRAMING_UNTIL_CLOSE;
    answer->state = HTTP1_ANSWER_OPEN;

    char *at = put(start, answer->head);
    at = put_status(at, 101, text);
    at = put_date(at, date);
    at = put(at, BYTES("Connection: upgrade\r\n"));
    at = put_fields(at, fields);
    at = put(at, line_end);
    answer->head = bytes_of(start, (size_t)(at - start));
    return 0;
}

static void frame_append(struct http1_answer *answer, struct bytes view)
{
    if (answer->frame_start > 0)
        memmove(answer->frame, answer->frame + answer->frame_start, answer->frame_length);
    answer->frame_start = 0;
    assert(answer->frame_length + view.length <= sizeof answer->frame);
    put(answer->frame + answer->frame_length, view);
    answer->frame_length = (uint8_t)(answer->frame_length + view.length);
}

static void open_chunk(struct http1_answer *answer, uint64_t size)
{
    char line[18];
    size_t start = sizeof line;
    line[--start] = '\n';
    line[--start] = '\r';
    for (uint64_t rest = size; rest > 0; rest >>= 4)
        line[--start] = "0123456789abcdef"[rest & 15];
    frame_append(answer, bytes_of(line + start, sizeof line - start));
    answer->left = size;
}

static void add_part(struct http1_gathered *gathered, struct bytes part)
{
    if (part.length == 0)
        return;
    gathered->parts[gathered->part_count++] = part;
    gathered->total_bytes += part.length;
}

static void add_payload(struct http1_gathered *gathered, const struct bytes *parts, size_t most)
{
    while (most > 0) {
        struct bytes part = *parts++;
        if (part.length > most)
            part.length = most;
        add_part(gathered, part);
        most -= part.length;
    }
}

/* How much of the `offered` payload this write may carry; -EINVAL: too much, or an end too early.
 * Decides on the tail as well. */
static ssize_t frame_payload(struct http1_answer *answer, size_t offered, bool end,
                             struct http1_gathered *gathered)
{
    if (answer->framing == HTTP1_FRAMING_CHUNKED && answer->left == 0 && offered > 0)
        open_chunk(answer, offered);
    if (answer->framing == HTTP1_FRAMING_UNTIL_CLOSE || answer->framing == HTTP1_FRAMING_NONE)
        return (ssize_t)offered;
    if (end && offered < answer->left)
        return -EINVAL;
    if (answer->framing == HTTP1_FRAMING_LENGTH)
        return offered > answer->left ? -EINVAL : (ssize_t)offered;

    size_t carried = offered < answer->left ? offered : (size_t)answer->left;
    bool fills_chunk = carried > 0 && carried == answer->left;
    bool is_last = end && carried == offered;
    if (is_last)
        gathered->tail = fills_chunk ? line_end_and_last_chunk : last_chunk;
    else if (fills_chunk)
        gathered->tail = line_end;
    return (ssize_t)carried;
}

int http1_answer_gather(struct http1_answer *answer, const struct bytes *parts, size_t part_count,
                        bool end, struct http1_gathered *ret_gathered)
{
    /* Not zeroed as a whole: the list of parts is a kilobyte, and this runs for each event. */
    ret_gathered->part_count = ret_gathered->total_bytes = 0;
    ret_gathered->tail = (struct bytes){0};

    size_t count = part_count < PAYLOAD_PARTS ? part_count : PAYLOAD_PARTS;
    size_t offered = 0;
    for (size_t i = 0; i < count; i++)
        offered += parts[i].length;
    end = end && count == part_count;
    ssize_t carried = frame_payload(answer, offered, end, ret_gathered);
    if (carried < 0)
        return (int)carried;

    add_part(ret_gathered, answer->head);
    add_part(ret_gathered, bytes_of(answer->frame + answer->frame_start, answer->frame_length));
    add_payload(ret_gathered, parts, (size_t)carried);
    add_part(ret_gathered, ret_gathered->tail);
    ret_gathered->payload_bytes = (size_t)carried;
    ret_gathered->ends = end && (size_t)carried == offered;
    return 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t http1_answer_took(struct http1_answer *answer, const struct http1_gathered *gathered,
                         size_t taken)
{
    size_t head = smaller(taken, answer->head.length);
    answer->head = bytes_after(answer->head, head);
    size_t frame = smaller(taken - head, answer->frame_length);
    answer->frame_start = (uint8_t)(answer->frame_start + frame);
    answer->frame_length = (uint8_t)(answer->frame_length - frame);

    size_t payload = smaller(taken - head - frame, gathered->payload_bytes);
    if (answer->framing == HTTP1_FRAMING_LENGTH || answer->framing == HTTP1_FRAMING_CHUNKED)
        answer->left -= payload;
    if (payload < gathered->payload_bytes)
        return payload;

    /* All payload is gone, so its tail is due whatever comes next. */
    frame_append(answer, bytes_after(gathered->tail, taken - head - frame - payload));
    if (gathered->ends)
        answer->state = HTTP1_ANSWER_ENDED;
    return payload;
}

bool http1_answer_is_behind(const struct http1_answer *answer)
{
    return answer->head.length > 0 || answer->frame_length > 0;
}
