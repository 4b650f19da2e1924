/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <string.h>

/* By status; codes without a name stay NULL. */
static const char *const status_texts[] = {
    [100] = "Continue",
    [101] = "Switching Protocols",
    [200] = "OK",
    [201] = "Created",
    [202] = "Accepted",
    [203] = "Non-Authoritative Information",
    [204] = "No Content",
    [205] = "Reset Content",
    [206] = "Partial Content",
    [300] = "Multiple Choices",
    [301] = "Moved Permanently",
    [302] = "Found",
    [303] = "See Other",
    [304] = "Not Modified",
    [305] = "Use Proxy",
    [307] = "Temporary Redirect",
    [308] = "Permanent Redirect",
    [400] = "Bad Request",
    [401] = "Unauthorized",
    [402] = "Payment Required",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [406] = "Not Acceptable",
    [407] = "Proxy Authentication Required",
    [408] = "Request Timeout",
    [409] = "Conflict",
    [410] = "Gone",
    [411] = "Length Required",
    [412] = "Precondition Failed",
    [413] = "Content Too Large",
    [414] = "URI Too Long",
    [415] = "Unsupported Media Type",
    [416] = "Range Not Satisfiable",
    [417] = "Expectation Failed",
    [421] = "Misdirected Request",
    [422] = "Unprocessable Content",
    [426] = "Upgrade Required",
    [429] = "Too Many Requests",               /* RFC 6585 */
    [431] = "Request Header Fields Too Large", /* RFC 6585 */
    [500] = "Internal Server Error",
    [501] = "Not Implemented",
    [502] = "Bad Gateway",
    [503] = "Service Unavailable",
    [504] = "Gateway Timeout",
    [505] = "HTTP Version Not Supported",
};

const char *http_status_text(unsigned status)
{
    if (status >= sizeof status_texts / sizeof status_texts[0] || !status_texts[status])
        return "";
    return status_texts[status];
}

const struct http_field *http_field_find(struct http_fields fields, struct bytes name)
{
    for (size_t i = 0; i < fields.count; i++)
        if (bytes_equal_nocase(fields.at[i].name, name))
            return &fields.at[i];
    return NULL;
}

struct bytes http_field_value(struct http_fields fields, struct bytes name)
{
    const struct http_field *field = http_field_find(fields, name);
    return field ? field->value : (struct bytes){0};
}

static bool list_has_token(struct bytes list, struct bytes token)
{
    while (list.at)
        if (bytes_equal_nocase(bytes_trim(bytes_cut(&list, ',')), token))
            return true;
    return false;
}

bool http_field_has_token(struct http_fields fields, struct bytes name, struct bytes token)
{
    for (size_t i = 0; i < fields.count; i++)
        if (bytes_equal_nocase(fields.at[i].name, name) &&
            list_has_token(fields.at[i].value, token))
            return true;
    return false;
}

struct http_fields http_fields_of_connection(struct http_fields fields)
{
    return http_field_find(fields, BYTES("Connection")) ? fields : (struct http_fields){0};
}

bool http_field_is_hop_by_hop(struct http_fields fields, struct bytes name)
{
    static const struct bytes fixed[] = {
        {"Connection", 10}, {"Keep-Alive", 10},        {"TE", 2},
        {"Trailer", 7},     {"Transfer-Encoding", 17}, {"Upgrade", 7},
    };
    static const struct bytes proxy_prefix = {"Proxy-", 6};

    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (bytes_equal_nocase(name, fixed[i]))
            return true;
    if (name.length > proxy_prefix.length &&
        bytes_equal_nocase(bytes_of(name.at, proxy_prefix.length), proxy_prefix))
        return true;
    return http_field_has_token(fields, BYTES("Connection"), name);
}

static struct bytes move_text(char **at, struct bytes text)
{
    char *start = *at;
    if (text.length > 0) /* an empty view may point nowhere */
        memcpy(start, text.at, text.length);
    *at += text.length;
    return bytes_of(start, text.length);
}

struct http_field *http_fields_copy(struct arena *arena, struct http_fields from,
                                    http_field_keep_fn *keep, size_t spare, size_t *ret_count)
{
    size_t table_bytes = (from.count + spare) * sizeof(struct http_field), text_bytes = 0;
    for (size_t i = 0; i < from.count; i++)
        text_bytes += from.at[i].name.length + from.at[i].value.length;
    struct http_field *to = arena_alloc(arena, table_bytes + text_bytes);
    if (!to)
        return NULL;

    struct http_fields connection = http_fields_of_connection(from);
    char *text = (char *)to + table_bytes;
    size_t count = 0;
    for (size_t i = 0; i < from.count; i++) {
        if (!keep(connection, from.at[i].name))
            continue;
        struct bytes name = move_text(&text, from.at[i].name);
        to[count++] = (struct http_field){name, move_text(&text, from.at[i].value)};
    }
    *ret_count = count;
    return to;
}
