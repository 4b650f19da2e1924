/* SPDX-License-Identifier: Apache-2.0 */
#include "config/core_url.h"

#include "config/text_check.h"
#include "config/web_url.h"
#include "loop/address.h"

static const char *cut_path(struct bytes path, struct core_url_parts *parts)
{
    for (size_t i = 0; i < path.length; i++) {
        if (path.at[i] == '?' || path.at[i] == '#')
            return "has a query or a fragment";
        if (!text_is_path_char(path.at[i]))
            return "has a character that no path may hold";
    }
    while (bytes_end_with(path, BYTES("/")))
        path.length--;
    parts->base_path = path.length > 0 ? path : BYTES("/v1");
    return NULL;
}

static const char *cut_unix(struct bytes text, struct core_url_parts *parts)
{
    struct address address;
    if (!bytes_start_with(text, BYTES("unix:/")) || address_parse(text, &address) < 0)
        return "has no valid socket path";
    parts->host = text;
    parts->base_path = BYTES("/v1");
    return NULL;
}

static const char *cut_http(struct bytes text, struct core_url_parts *parts)
{
    struct web_url_parts url;
    if (!parts->tls && !bytes_start_with(text, BYTES("http://")))
        return "begins with neither http:// nor https:// nor unix:/";
    const char *wrong = web_url_cut_origin(text, &url);
    if (wrong)
        return wrong;
    parts->host = url.host;
    parts->port = url.port;
    return cut_path(url.path, parts);
}

const char *core_url_cut(struct bytes text, struct core_url_parts *ret_parts)
{
    bool is_tls = bytes_start_with(text, BYTES("https://"));
    bool is_unix = bytes_start_with(text, BYTES("unix:"));
    struct core_url_parts parts = {.tls = is_tls};
    const char *wrong = is_unix ? cut_unix(text, &parts) : cut_http(text, &parts);
    if (!wrong)
        *ret_parts = parts;
    return wrong;
}

const char *core_url_check(struct bytes text)
{
    struct core_url_parts parts;
    return core_url_cut(text, &parts);
}
