/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/http1_oracle.h"

#include <llhttp.h>
#include <stdlib.h>

static int append(struct buffer *buffer, const char *at, size_t length)
{
    if (buffer_append(buffer, bytes_of(at, length)) < 0)
        abort();
    return HPE_OK;
}

static int on_method(llhttp_t *parser, const char *at, size_t length)
{
    struct http1_oracle *oracle = parser->data;
    return append(&oracle->method, at, length);
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    struct http1_oracle *oracle = parser->data;
    return append(&oracle->target, at, length);
}

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
    struct http1_oracle *oracle = parser->data;
    return oracle->is_in_trailers ? HPE_OK : append(&oracle->fields, at, length);
}

static int on_field_complete(llhttp_t *parser)
{
    struct http1_oracle *oracle = parser->data;
    if (oracle->is_in_trailers)
        return HPE_OK;
    append(&oracle->fields, ":", 1);
    oracle->name_start = oracle->fields.length;
    return HPE_OK;
}

static int on_value(llhttp_t *parser, const char *at, size_t length)
{
    return on_field(parser, at, length);
}

static int on_value_complete(llhttp_t *parser)
{
    struct http1_oracle *oracle = parser->data;
    if (oracle->is_in_trailers)
        return HPE_OK;
    struct bytes value = bytes_after(buffer_bytes(&oracle->fields), oracle->name_start);
    struct bytes trimmed = bytes_trim(value);
    oracle->fields.length -= (size_t)(value.at + value.length - (trimmed.at + trimmed.length));
    return append(&oracle->fields, "\n", 1);
}

static int on_headers_complete(llhttp_t *parser)
{
    struct http1_oracle *oracle = parser->data;
    oracle->is_in_trailers = true;
    return HPE_OK;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    struct http1_oracle *oracle = parser->data;
    return append(&oracle->body, at, length);
}

static int on_complete(llhttp_t *parser)
{
    struct http1_oracle *oracle = parser->data;
    oracle->is_complete = true;
    return HPE_PAUSED;
}

void http1_oracle_read(struct http1_oracle *oracle, struct bytes input)
{
    static const llhttp_settings_t settings = {
        .on_method = on_method,
        .on_url = on_url,
        .on_header_field = on_field,
        .on_header_field_complete = on_field_complete,
        .on_header_value = on_value,
        .on_header_value_complete = on_value_complete,
        .on_headers_complete = on_headers_complete,
        .on_body = on_body,
        .on_message_complete = on_complete,
    };
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = oracle;
    llhttp_execute(&parser, input.at, input.length);
    if (oracle->is_complete)
        oracle->consumed = (size_t)(llhttp_get_error_pos(&parser) - input.at);
}

void http1_oracle_clear(struct http1_oracle *oracle)
{
    buffer_clear(&oracle->method);
    buffer_clear(&oracle->target);
    buffer_clear(&oracle->fields);
    buffer_clear(&oracle->body);
}
