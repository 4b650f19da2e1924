/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/error.h"

#include "openai/json.h"

struct error_type {
    unsigned status;
    const char *type;
};

static const struct error_type openai_types[] = {
    {403, "permission_error"}, {404, "not_found_error"},  {408, "timeout_error"},
    {409, "conflict_error"},   {429, "rate_limit_error"}, {504, "timeout_error"},
    {0, "server_error"},
};

static const struct error_type anthropic_types[] = {
    {401, "authentication_error"}, {402, "billing_error"},
    {403, "permission_error"},     {404, "not_found_error"},
    {413, "request_too_large"},    {429, "rate_limit_error"},
    {503, "overloaded_error"},     {504, "timeout_error"},
    {529, "overloaded_error"},     {0, "api_error"},
};

const char *openai_error_type(enum openai_error_shape shape, unsigned status)
{
    const struct error_type *type = shape == ERROR_SHAPE_ANTHROPIC ? anthropic_types : openai_types;
    while (type->status != status && type->status > 0)
        type++;
    return type->status == 0 && status < 500 ? "invalid_request_error" : type->type;
}

static int write_text_or_null(struct buffer *out, const char *text)
{
    return text ? json_write_string(out, bytes_from_cstr(text)) : buffer_append(out, BYTES("null"));
}

static int write_member(struct buffer *out, struct bytes start, const char *text)
{
    int r = buffer_append(out, start);
    return r == 0 ? write_text_or_null(out, text) : r;
}

static int write_openai(struct buffer *out, const struct openai_error *error, const char *type)
{
    int r = buffer_append(out, BYTES("{\"error\":{\"message\":"));
    if (r == 0)
        r = json_write_string(out, error->message);
    if (r == 0)
        r = write_member(out, BYTES(",\"type\":"), type);
    if (r == 0)
        r = write_member(out, BYTES(",\"param\":"), error->param);
    if (r == 0)
        r = write_member(out, BYTES(",\"code\":"), error->code);
    return r == 0 ? buffer_append(out, BYTES("}}")) : r;
}

static int write_anthropic(struct buffer *out, const struct openai_error *error, const char *type)
{
    int r = write_member(out, BYTES("{\"type\":\"error\",\"error\":{\"type\":"), type);
    if (r == 0)
        r = buffer_append(out, BYTES(",\"message\":"));
    if (r == 0)
        r = json_write_string(out, error->message);
    return r == 0 ? buffer_append(out, BYTES("}}")) : r;
}

static int write_object(struct buffer *out, const struct openai_error *error)
{
    const char *type = error->type ? error->type : openai_error_type(error->shape, error->status);
    switch (error->shape) {
    case ERROR_SHAPE_OPENAI:
        return write_openai(out, error, type);
    case ERROR_SHAPE_ANTHROPIC:
        return write_anthropic(out, error, type);
    }
    return 0;
}

/* Half an error would be read as rubbish: all of it or nothing. */
int openai_error_write(struct buffer *out, const struct openai_error *error)
{
    size_t before = out->length;
    int r = write_object(out, error);
    if (r < 0)
        buffer_truncate(out, before);
    return r;
}

int openai_error_write_event(struct buffer *out, const struct openai_error *error)
{
    size_t before = out->length;
    int r = error->shape == ERROR_SHAPE_ANTHROPIC ? buffer_append(out, BYTES("event: error\n")) : 0;
    if (r == 0)
        r = buffer_append(out, BYTES("data: "));
    if (r == 0)
        r = write_object(out, error);
    if (r == 0)
        r = buffer_append(out, BYTES("\n\n"));
    if (r < 0)
        buffer_truncate(out, before);
    return r;
}
