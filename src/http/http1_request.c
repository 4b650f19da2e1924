/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_request.h"

#include <assert.h>
#include <llhttp.h>

#include "http/http1_target.h"

static const struct http1_verdict fine = {0};

static struct http1_verdict refused(unsigned status, const char *reason)
{
    return (struct http1_verdict){status, reason};
}

/* What llhttp tells while it reads one head. */
struct reading {
    struct http_field *fields;
    size_t count, limit;
    struct bytes method, target;
    bool is_complete;
};

static int on_method(llhttp_t *parser, const char *at, size_t length)
{
    struct reading *reading = parser->data;
    reading->method = bytes_of(at, length);
    return HPE_OK;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    struct reading *reading = parser->data;
    reading->target = bytes_of(at, length);
    return HPE_OK;
}

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
    if (value->at) /* told in pieces: the head lies in one */
        length += (size_t)(at - value->at), at = value->at;
    *value = bytes_of(at, length);
    return HPE_OK;
}

static int on_complete(llhttp_t *parser)
{
    struct reading *reading = parser->data;
    reading->is_complete = true;
    return HPE_PAUSED; /* bodies are http1_body's */
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_complete,
};

static struct http1_verdict run_llhttp(struct reading *reading, struct bytes head)
{
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = reading;

    llhttp_errno_t error = llhttp_execute(&parser, head.at, head.length);
    if (error == HPE_INVALID_METHOD)
        return refused(501, "This method is not known here.");
    if (!reading->is_complete)
        return refused(400, "The request's head is malformed.");
    return fine;
}

/* METHOD SP TARGET SP HTTP/1.x, before llhttp, which is more generous with blanks. */
static struct http1_verdict read_request_line(struct http_request_head *head, struct bytes line)
{
    head->method = bytes_cut(&line, ' ');
    head->target = bytes_cut(&line, ' ');
    if (!http1_is_token(head->method))
        return refused(400, "The method is malformed.");
    if (bytes_equal(head->method, BYTES("CONNECT")))
        return refused(501, "CONNECT is not served here.");
    if (head->target.length > HTTP1_TARGET_LIMIT_BYTES)
        return refused(414, "The request target is too long.");
    if (!http1_target_is_valid(head->target, bytes_equal(head->method, BYTES("OPTIONS"))))
        return refused(400, "The request target is malformed.");
    if (bytes_equal(line, BYTES("HTTP/1.1")))
        head->version = 11;
    else if (bytes_equal(line, BYTES("HTTP/1.0")))
        head->version = 10;
    else
        return http1_is_version(line) ? refused(505, "This version of HTTP is not served here.")
                                      : refused(400, "The request line is malformed.");

    head->query = head->target;
    head->path = bytes_cut(&head->query, '?');
    return fine;
}

/* The fields that decide how the request is read on; how often each stood there. */
struct decisive {
    struct bytes host, length, coding, content_coding, expect;
    unsigned hosts, lengths, codings, content_codings, expects;
};

static void note(struct bytes *value, unsigned *count, struct bytes seen)
{
    *value = seen;
    ++*count;
}

static void sort_out(struct decisive *decisive, struct http_field field)
{
    struct bytes name = field.name, value = field.value;
    switch (name.length) {
    case 4:
        if (bytes_equal_nocase(name, BYTES("Host")))
            note(&decisive->host, &decisive->hosts, value);
        break;
    case 6:
        if (bytes_equal_nocase(name, BYTES("Expect")))
            note(&decisive->expect, &decisive->expects, value);
        break;
    case 14:
        if (bytes_equal_nocase(name, BYTES("Content-Length")))
            note(&decisive->length, &decisive->lengths, value);
        break;
    case 16:
        if (bytes_equal_nocase(name, BYTES("Content-Encoding")))
            note(&decisive->content_coding, &decisive->content_codings, value);
        break;
    case 17:
        if (bytes_equal_nocase(name, BYTES("Transfer-Encoding")))
            note(&decisive->coding, &decisive->codings, value);
        break;
    default:
        break;
    }
}

/* RFC 9112 section 3.2. */
static struct http1_verdict read_host(struct http_request_head *head,
                                      const struct decisive *decisive)
{
    if (decisive->hosts == 0 && head->version == 10)
        return fine;
    if (decisive->hosts != 1)
        return refused(400, "A request needs exactly one Host field.");
    if (!http1_authority_is_valid(decisive->host))
        return refused(400, "The Host field is malformed.");
    head->authority = decisive->host;
    return fine;
}

/* RFC 9112 section 6.3, without its leave to repair. */
static struct http1_verdict read_framing(struct http1_request *request,
                                         const struct decisive *decisive)
{
    request->body_bytes = 0;
    if (decisive->codings > 0) {
        if (decisive->lengths > 0)
            return refused(400, "Content-Length and Transfer-Encoding exclude each other.");
        if (request->head.version == 10)
            return refused(400, "HTTP/1.0 has no Transfer-Encoding.");
        if (decisive->codings != 1 || !bytes_equal_nocase(decisive->coding, BYTES("chunked")))
            return refused(400, "The only transfer coding served here is one chunked.");
        request->body_bytes = HTTP_LENGTH_UNKNOWN;
        return fine;
    }
    if (decisive->lengths > 1)
        return refused(400, "Content-Length stands there more than once.");
    if (decisive->lengths == 1 && !http1_read_length(decisive->length, &request->body_bytes))
        return refused(400, "The Content-Length is not a plain decimal number.");
    return fine;
}

static struct http1_verdict read_content_coding(struct http1_request *request,
                                                const struct decisive *decisive)
{
    struct bytes coding = decisive->content_coding;
    request->is_gzip =
        bytes_equal_nocase(coding, BYTES("gzip")) || bytes_equal_nocase(coding, BYTES("x-gzip"));
    bool is_served = request->is_gzip || bytes_equal_nocase(coding, BYTES("identity"));
    if (decisive->content_codings > 1 || (decisive->content_codings == 1 && !is_served))
        return refused(415, "A body may be coded with gzip, once, or not at all.");
    return fine;
}

/* RFC 9110 section 10.1.1; HTTP/1.0 does not know it. */
static struct http1_verdict read_expectation(struct http1_request *request,
                                             const struct decisive *decisive)
{
    if (decisive->expects == 0 || request->head.version == 10)
        return fine;
    if (decisive->expects > 1 || !bytes_equal_nocase(decisive->expect, BYTES("100-continue")))
        return refused(417, "The only expectation served here is 100-continue.");
    request->head.expects_continue = request->body_bytes != 0;
    return fine;
}

/* The body is handed out decoded, so the field would be a lie. */
static void drop_content_encoding(struct http_field *fields, size_t *count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (!bytes_equal_nocase(fields[i].name, BYTES("Content-Encoding")))
            fields[kept++] = fields[i];
    *count = kept;
}

static void read_connection(struct http1_request *request)
{
    const struct http_request_head *head = &request->head;
    bool closes = http_field_has_token(head->fields, BYTES("Connection"), BYTES("close"));
    bool keeps = head->version == 11 ||
                 http_field_has_token(head->fields, BYTES("Connection"), BYTES("keep-alive"));
    request->keeps_alive = keeps && !closes;
    request->offers_upgrade =
        head->version == 11 && request->body_bytes == 0 &&
        http_field_has_token(head->fields, BYTES("Connection"), BYTES("upgrade")) &&
        http_field_find(head->fields, BYTES("Upgrade"));
}

static struct http1_verdict read_decisive(struct http1_request *request,
                                          const struct decisive *decisive,
                                          const struct http_limits *limits)
{
    struct http1_verdict verdict = read_host(&request->head, decisive);
    if (verdict.status == 0)
        verdict = read_framing(request, decisive);
    if (verdict.status == 0)
        verdict = read_content_coding(request, decisive);
    if (verdict.status == 0)
        verdict = read_expectation(request, decisive);
    if (verdict.status == 0 && request->body_bytes != HTTP_LENGTH_UNKNOWN &&
        request->body_bytes > limits->body_bytes)
        verdict = refused(413, "The body is too large.");
    return verdict;
}

static struct http1_verdict read_fields(struct http1_request *request, struct reading *reading,
                                        const struct http_limits *limits)
{
    struct decisive decisive = {0};
    for (size_t i = 0; i < reading->count; i++) {
        struct http_field *field = &reading->fields[i];
        field->value = bytes_trim(field->value);
        if (field->name.length == 0)
            return refused(400, "A field has no name.");
        sort_out(&decisive, *field);
    }
    struct http1_verdict verdict = read_decisive(request, &decisive, limits);
    if (verdict.status != 0)
        return verdict;

    if (request->is_gzip)
        drop_content_encoding(reading->fields, &reading->count);
    request->head.fields = (struct http_fields){reading->fields, reading->count};
    request->head.content_length =
        request->is_gzip && request->body_bytes != 0 ? HTTP_LENGTH_UNKNOWN : request->body_bytes;
    read_connection(request);
    return fine;
}

struct http1_verdict http1_request_read(struct http1_request *ret_request, struct bytes head,
                                        uint32_t lines, const struct http_limits *limits,
                                        struct arena *arena)
{
    assert(lines >= 2);
    struct reading reading = {.limit = lines - 2}; /* the request line, the empty line */
    *ret_request = (struct http1_request){0};
    if (!http1_head_is_clean(head))
        return refused(400, "The request's head has a control character in it.");
    struct bytes rest = head, line = bytes_cut(&rest, '\r');
    struct http1_verdict verdict = read_request_line(&ret_request->head, line);
    if (verdict.status != 0)
        return verdict;
    if (reading.limit > limits->field_count)
        return refused(431, "The request has too many fields.");

    reading.fields = arena_alloc(arena, reading.limit * sizeof *reading.fields);
    if (!reading.fields)
        return refused(503, "There is no memory left for this request.");
    verdict = run_llhttp(&reading, head);
    if (verdict.status != 0)
        return verdict;
    bool both_read_alike = bytes_equal(reading.method, ret_request->head.method) &&
                           bytes_equal(reading.target, ret_request->head.target) &&
                           reading.count == reading.limit;
    if (!both_read_alike)
        return refused(400, "The request's head can be read in two ways.");
    return read_fields(ret_request, &reading, limits);
}

struct http1_verdict http1_request_refuse(enum http1_found found, const struct http1_search *search)
{
    if (found != HTTP1_FOUND_LARGE)
        return refused(400, "A line of the request's head does not end as it must.");
    if (search->lines == 0)
        return refused(414, "The request line is too long.");
    return refused(431, "The request's head is too large.");
}
