/* SPDX-License-Identifier: Apache-2.0 */
#include "config/web_url.h"

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

static const char *cut_port(struct bytes text, struct web_url_parts *url)
{
    uint64_t port;
    url->port = url->tls ? 443 : 80;
    if (text.length == 0)
        return NULL;
    if (text.at[0] != ':' || !bytes_read_u64(bytes_after(text, 1), &port) || port == 0 ||
        port > UINT16_MAX)
        return "has no valid port";
    url->port = (uint16_t)port;
    return NULL;
}

static const char *cut_authority(struct bytes authority, struct web_url_parts *url)
{
    if (bytes_find(authority, BYTES("@")) >= 0)
        return "holds a user name or password; secrets have options of their own";

    size_t host_length = 0;
    if (bytes_start_with(authority, BYTES("["))) {
        ptrdiff_t end = bytes_find(authority, BYTES("]"));
        host_length = end < 0 ? authority.length : (size_t)end + 1;
    } else {
        ptrdiff_t colon = bytes_find(authority, BYTES(":"));
        host_length = colon < 0 ? authority.length : (size_t)colon;
    }
    url->host = bytes_of(authority.at, host_length);
    if (!is_host(url->host))
        return "has no valid host";
    return cut_port(bytes_after(authority, host_length), url);
}

const char *web_url_cut_origin(struct bytes text, struct web_url_parts *ret_parts)
{
    bool is_tls = bytes_start_with(text, BYTES("https://"));
    struct bytes rest = bytes_after(text, is_tls ? strlen("https://") : strlen("http://"));
    size_t end = 0;
    while (end < rest.length && !text_is_one_of(rest.at[end], "/?#"))
        end++;
    struct web_url_parts url = {.tls = is_tls, .path = bytes_after(rest, end)};
    const char *wrong = cut_authority(bytes_of(rest.at, end), &url);
    if (wrong)
        return wrong;
    *ret_parts = url;
    return NULL;
}

/* Of RFC 3986 3.4: what a path may hold, "?" and "/". */
static const char *check_target(struct bytes target)
{
    if (bytes_start_with(target, BYTES("?")))
        return "has a query without a path";
    for (size_t i = 0; i < target.length; i++) {
        if (target.at[i] == '#')
            return "has a fragment";
        if (target.at[i] != '?' && !text_is_path_char(target.at[i]))
            return "has a character that no path or query may hold";
    }
    return NULL;
}

const char *web_url_cut(struct bytes text, struct web_url_parts *ret_parts)
{
    struct web_url_parts url;
    if (!bytes_start_with(text, BYTES("http://")) && !bytes_start_with(text, BYTES("https://")))
        return "begins with neither http:// nor https://";
    const char *wrong = web_url_cut_origin(text, &url);
    if (!wrong)
        wrong = check_target(url.path);
    if (wrong)
        return wrong;
    if (url.path.length == 0)
        url.path = BYTES("/");
    *ret_parts = url;
    return NULL;
}

const char *web_url_check(struct bytes text)
{
    struct web_url_parts url;
    return web_url_cut(text, &url);
}
