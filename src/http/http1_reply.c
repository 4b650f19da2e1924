/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_reply.h"

#include <llhttp.h>

/* What llhttp tells while it reads one head. */
struct reading {
    struct http_field *fields;
    size_t count, limit;
    bool is_complete;
};

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
    struct reading *reading = parser->data;
    if (reading->count == reading->limit)
        return HPE_USER;
    reading->fields[reading->count++] = (struct http_field){.name = bytes_of(at, length)};
    return HPE_OK;
}

static int on_value(llhttp_t *parser, const char *at, size_t length)
{
    struct reading *reading = parser->data;
    if (reading->count == 0)
        return HPE_USER;
    struct bytes *value = &reading->fields[reading->count - 1].value;
    if (value->at) { /* told in pieces: the head lies in one */
        length += (size_t)(at - value->at);
        at = value->at;
    }
    *value = bytes_of(at, length);
    return HPE_OK;
}

static int on_complete(llhttp_t *parser)
{
    struct reading *reading = parser->data;
    reading->is_complete = true;
    return HPE_PAUSED; /* bodies are read here */
}

static const llhttp_settings_t settings = {
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_complete,
};

void http1_reply_begin(struct http1_reply *reply, const struct http1_reply_options *options)
{
    *reply = (struct http1_reply){.options = *options};
}

/* llhttp and the search for line ends must have seen the same fields. */
static bool run_llhttp(struct reading *reading, struct bytes head, unsigned status)
{
    llhttp_t parser;
    llhttp_init(&parser, HTTP_RESPONSE, &settings);
    parser.data = reading;
    llhttp_execute(&parser, head.at, head.length);
    return reading->is_complete && reading->count == reading->limit && parser.status_code == status;
}

/* HTTP/1.x SP 3DIGIT [ SP reason ], before llhttp, which is more generous. Many origins leave the
 * last blank out when there is no reason. */
static bool read_status_line(struct bytes line, unsigned *ret_version, unsigned *ret_status)
{
    struct bytes version = bytes_cut(&line, ' '), status = bytes_cut(&line, ' ');
    uint64_t number;
    if (status.length != 3 || !bytes_read_u64(status, &number) || number < 100 || number > 599)
        return false;
    *ret_status = (unsigned)number;
    *ret_version = bytes_equal(version, BYTES("HTTP/1.1")) ? 11 : 10;
    return *ret_version == 11 || bytes_equal(version, BYTES("HTTP/1.0"));
}

/* The fields that frame the body. */
struct framing {
    struct bytes length, coding;
    unsigned lengths, codings;
};

static struct framing find_framing(struct http_fields fields)
{
    struct framing framing = {0};
    for (size_t i = 0; i < fields.count; i++) {
        if (bytes_equal_nocase(fields.at[i].name, BYTES("Content-Length"))) {
            framing.length = fields.at[i].value;
            framing.lengths++;
        } else if (bytes_equal_nocase(fields.at[i].name, BYTES("Transfer-Encoding"))) {
            framing.coding = fields.at[i].value;
            framing.codings++;
        }
    }
    return framing;
}

/* RFC 9112 section 6.3, without its leave to repair; false: not strict. */
static bool read_framing(struct http1_reply *reply, const struct framing *framing, unsigned version)
{
    reply->head.content_length = HTTP_LENGTH_UNKNOWN;
    reply->phase = HTTP1_REPLY_UNTIL_CLOSE;
    if (framing->codings > 0) {
        reply->phase = HTTP1_REPLY_IN_CHUNKS;
        return framing->codings == 1 && framing->lengths == 0 && version == 11 &&
               bytes_equal_nocase(framing->coding, BYTES("chunked"));
    }
    if (framing->lengths > 0) {
        reply->phase = HTTP1_REPLY_IN_LENGTH;
        return framing->lengths == 1 &&
               http1_read_length(framing->length, &reply->head.content_length);
    }
    return true;
}

/* Answers that never have a body (RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5). A 204 that says it
 * has one would be read in two ways. */
static bool read_absence(struct http1_reply *reply, const struct framing *framing)
{
    bool is_204 = reply->head.status == 204;
    if (!reply->options.answers_head && !is_204 && reply->head.status != 304)
        return true;
    if (is_204 && (framing->codings > 0 || (framing->lengths > 0 && reply->head.content_length)))
        return false;
    if (framing->codings + framing->lengths == 0)
        reply->head.content_length = 0;
    reply->phase = HTTP1_REPLY_ENDED;
    return true;
}

static void read_connection(struct http1_reply *reply, unsigned version)
{
    struct http_fields fields = reply->head.fields;
    bool closes = http_field_has_token(fields, BYTES("Connection"), BYTES("close"));
    bool keeps =
        version == 11 || http_field_has_token(fields, BYTES("Connection"), BYTES("keep-alive"));
    reply->keeps_alive = keeps && !closes && reply->phase != HTTP1_REPLY_UNTIL_CLOSE;
}

static enum http1_reply_step read_final(struct http1_reply *reply, unsigned version)
{
    struct framing framing = find_framing(reply->head.fields);
    if (!read_framing(reply, &framing, version) || !read_absence(reply, &framing))
        return HTTP1_REPLY_MALFORMED;
    if (reply->phase == HTTP1_REPLY_IN_LENGTH)
        reply->left = reply->head.content_length;
    read_connection(reply, version);
    return HTTP1_REPLY_HEAD;
}

/* One that closes the connection, or that HTTP/1.0 does not know, would be the final answer to
 * other readers. */
static enum http1_reply_step read_interim(struct http1_reply *reply, unsigned version)
{
    struct framing framing = find_framing(reply->head.fields);
    read_connection(reply, version);
    bool is_refused = reply->head.status == 101 || framing.codings + framing.lengths > 0 ||
                      version != 11 || !reply->keeps_alive;
    if (is_refused || ++reply->interim_count > HTTP1_INTERIM_LIMIT)
        return HTTP1_REPLY_MALFORMED;
    reply->options.head_bytes -= reply->search.seen;
    reply->search = (struct http1_search){0};
    return HTTP1_REPLY_MORE;
}

/* `head` is whole. HTTP1_REPLY_MORE: it was an interim answer's. */
static enum http1_reply_step read_head(struct http1_reply *reply, struct bytes head)
{
    struct arena *arena = reply->options.arena;
    struct reading reading = {.limit = reply->search.lines - 2}; /* status line, empty line */
    unsigned version;
    struct bytes rest = head;
    if (!http1_head_is_clean(head) ||
        !read_status_line(bytes_cut(&rest, '\r'), &version, &reply->head.status))
        return HTTP1_REPLY_MALFORMED;
    if (reading.limit > reply->options.field_count)
        return HTTP1_REPLY_TOO_LARGE;

    reading.fields = arena_alloc(arena, reading.limit * sizeof *reading.fields);
    head = arena_copy(arena, head);
    if (!reading.fields || !head.at)
        return HTTP1_REPLY_MEMORY;
    if (!run_llhttp(&reading, head, reply->head.status))
        return HTTP1_REPLY_MALFORMED;
    for (size_t i = 0; i < reading.count; i++) {
        reading.fields[i].value = bytes_trim(reading.fields[i].value);
        if (!http1_is_token(reading.fields[i].name))
            return HTTP1_REPLY_MALFORMED;
    }
    reply->head.fields = (struct http_fields){reading.fields, reading.count};
    return reply->head.status < 200 ? read_interim(reply, version) : read_final(reply, version);
}

/* What speaks another protocol is known by its first bytes: nobody waits for it to end a line. */
static bool may_be_head(struct bytes input)
{
    struct bytes beginning = BYTES("HTTP/1.");
    if (beginning.length > input.length)
        beginning.length = input.length;
    return bytes_start_with(input, beginning);
}

static enum http1_reply_step head_next(struct http1_reply *reply, struct bytes *input)
{
    enum http1_reply_step step = HTTP1_REPLY_MORE;
    while (step == HTTP1_REPLY_MORE) {
        if (!may_be_head(*input))
            return HTTP1_REPLY_MALFORMED;
        switch (http1_head_search(&reply->search, *input, reply->options.head_bytes)) {
        case HTTP1_FOUND_MORE:
            return HTTP1_REPLY_MORE;
        case HTTP1_FOUND_BLANK:
        case HTTP1_FOUND_BAD:
            return HTTP1_REPLY_MALFORMED;
        case HTTP1_FOUND_LARGE:
            return HTTP1_REPLY_TOO_LARGE;
        case HTTP1_FOUND_END:
            break;
        }
        struct bytes head = bytes_of(input->at, reply->search.seen);
        *input = bytes_after(*input, head.length);
        step = read_head(reply, head);
    }
    return step;
}

static enum http1_reply_step plain_next(struct http1_reply *reply, struct bytes *input,
                                        uint64_t most, struct bytes *ret_body)
{
    bool has_length = reply->phase == HTTP1_REPLY_IN_LENGTH;
    if (has_length && reply->left == 0) {
        reply->phase = HTTP1_REPLY_ENDED;
        return HTTP1_REPLY_END;
    }
    if (most == 0)
        return HTTP1_REPLY_CREDIT;
    if (input->length == 0)
        return HTTP1_REPLY_MORE;
    if (has_length && most > reply->left)
        most = reply->left;
    size_t length = most < input->length ? (size_t)most : input->length;
    *ret_body = bytes_of(input->at, length);
    *input = bytes_after(*input, length);
    if (has_length)
        reply->left -= length;
    return HTTP1_REPLY_BODY;
}

static enum http1_reply_step chunks_next(struct http1_reply *reply, struct bytes *input,
                                         uint64_t most, struct bytes *ret_body)
{
    const struct http1_chunked *chunked = &reply->chunked;
    switch (http1_chunked_next(&reply->chunked, input, most, ret_body)) {
    case HTTP1_CHUNKED_READY:
        return ret_body->length > 0 ? HTTP1_REPLY_BODY : HTTP1_REPLY_CREDIT;
    case HTTP1_CHUNKED_LAST:
        reply->phase = HTTP1_REPLY_ENDED;
        return HTTP1_REPLY_END;
    case HTTP1_CHUNKED_WRONG:
        return HTTP1_REPLY_MALFORMED;
    case HTTP1_CHUNKED_MORE:
        break;
    }
    bool is_in_data = chunked->state == HTTP1_CHUNKED_DATA && chunked->left > 0;
    return is_in_data && most == 0 ? HTTP1_REPLY_CREDIT : HTTP1_REPLY_MORE;
}

enum http1_reply_step http1_reply_next(struct http1_reply *reply, struct bytes *input,
                                       uint64_t most, struct bytes *ret_body)
{
    enum http1_reply_step step = HTTP1_REPLY_MALFORMED;
    *ret_body = (struct bytes){0};
    if (input->length > 0)
        reply->has_begun = true;
    switch (reply->phase) {
    case HTTP1_REPLY_IN_HEAD:
        step = head_next(reply, input);
        break;
    case HTTP1_REPLY_IN_LENGTH:
    case HTTP1_REPLY_UNTIL_CLOSE:
        return plain_next(reply, input, most, ret_body);
    case HTTP1_REPLY_IN_CHUNKS:
        step = chunks_next(reply, input, most, ret_body);
        break;
    case HTTP1_REPLY_ENDED:
        return HTTP1_REPLY_END;
    case HTTP1_REPLY_BROKEN:
        break;
    }
    if (step >= HTTP1_REPLY_MALFORMED)
        reply->phase = HTTP1_REPLY_BROKEN;
    return step;
}

bool http1_reply_ends_by_close(const struct http1_reply *reply)
{
    return reply->phase == HTTP1_REPLY_UNTIL_CLOSE;
}
