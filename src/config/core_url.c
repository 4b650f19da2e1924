/* SPDX-License-Identifier: Apache-2.0 */
#include "config/core_url.h"

#include "config/text_check.h"
#include "loop/address.h"

#define HOST_NAME_BYTES 253 /* RFC 1035 2.3.4, written without the final dot */

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host_name(struct bytes host)
{
    if (host.length == 0 || host.length > HOST_NAME_BYTES || !is_alphanumeric(host.at[0]))
        return false;
    for (size_t i = 0; i < host.length; i++)
        if (!is_alphanumeric(host.at[i]) && !text_is_one_of(host.at[i], ".-_"))
            return false;
    return true;
}

static bool is_host(struct bytes host)
{
    struct address address;
    if (host.length > 0 && host.at[0] == '[')
        return address_parse_ip(host, 0, &address) == 0;
    return is_host_name(host);
}

static const char *cut_port(struct bytes text, struct core_url_parts *parts)
{
    uint64_t port;
    if (text.length == 0)
        return NULL; /* the scheme's */
    if (text.at[0] != ':' || !bytes_read_u64(bytes_after(text, 1), &port) || port == 0 ||
        port > UINT16_MAX)
        return "has no valid port";
    parts->port = (uint16_t)port;
    return NULL;
}

static const char *cut_authority(struct bytes authority, struct core_url_parts *parts)
{
    if (bytes_find(authority, BYTES("@")) >= 0)
        return "holds a user name or password; a key belongs in the core's `key`";

    size_t host_length = 0;
    if (bytes_start_with(authority, BYTES("["))) {
        ptrdiff_t end = bytes_find(authority, BYTES("]"));
        host_length = end < 0 ? authority.length : (size_t)end + 1;
    } else {
        ptrdiff_t colon = bytes_find(authority, BYTES(":"));
        host_length = colon < 0 ? authority.length : (size_t)colon;
    }
    parts->host = bytes_of(authority.at, host_length);
    if (!is_host(parts->host))
        return "has no valid host";
    return cut_port(bytes_after(authority, host_length), parts);
}

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
    struct bytes scheme = parts->tls ? BYTES("https://") : BYTES("http://");
    if (!bytes_start_with(text, scheme))
        return "begins with neither http:// nor https:// nor unix:/";

    struct bytes rest = bytes_after(text, scheme.length);
    size_t end = 0;
    while (end < rest.length && !text_is_one_of(rest.at[end], "/?#"))
        end++;
    const char *wrong = cut_authority(bytes_of(rest.at, end), parts);
    return wrong ? wrong : cut_path(bytes_after(rest, end), parts);
}

const char *core_url_cut(struct bytes text, struct core_url_parts *ret_parts)
{
    bool is_tls = bytes_start_with(text, BYTES("https://"));
    bool is_unix = bytes_start_with(text, BYTES("unix:"));
    struct core_url_parts parts = {.tls = is_tls, .port = is_unix ? 0 : is_tls ? 443 : 80};
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
