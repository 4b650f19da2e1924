/* SPDX-License-Identifier: Apache-2.0 */
#include "openai/error.h"

#include "openai/json.h"

static const struct {
    unsigned status;
    const char *type;
} error_types[] = {
    {401, "authentication_error"}, {403, "permission_error"}, {404, "not_found_error"},
    {408, "timeout_error"},        {409, "conflict_error"},   {429, "rate_limit_error"},
    {504, "timeout_error"},
};

const char *openai_error_type(unsigned status)
{
    for (size_t i = 0; i < sizeof error_types / sizeof *error_types; i++)
        if (error_types[i].status == status)
            return error_types[i].type;
    return status >= 500 ? "server_error" : "invalid_request_error";
}

static int write_text_or_null(struct buffer *out, const char *text)
{
    return text ? json_write_string(out, bytes_from_cstr(text)) : buffer_append(out, BYTES("null"));
}

static int write_object(struct buffer *out, const struct openai_error *error)
{
    int r = buffer_append(out, BYTES("{\"error\":{\"message\":"));
    if (r == 0)
        r = json_write_string(out, error->message);
    if (r == 0)
        r = buffer_append(out, BYTES(",\"type\":"));
    if (r == 0)
        r = write_text_or_null(out, error->type ? error->type : openai_error_type(error->status));
    if (r == 0)
        r = buffer_append(out, BYTES(",\"param\":"));
    if (r == 0)
        r = write_text_or_null(out, error->param);
    if (r == 0)
        r = buffer_append(out, BYTES(",\"code\":"));
    if (r == 0)
        r = write_text_or_null(out, error->code);
    return r == 0 ? buffer_append(out, BYTES("}}")) : r;
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
    int r = buffer_append(out, BYTES("data: "));
    if (r == 0)
        r = write_object(out, error);
    if (r == 0)
        r = buffer_append(out, BYTES("\n\n"));
    if (r < 0)
        buffer_truncate(out, before);
    return r;
}
