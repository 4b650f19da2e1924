/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct bytes unix_prefix = {"unix:", 5};

/* False for text that is too long to be an IP literal, or has a NUL in it. */
static bool copy_literal(struct bytes text, char ret_literal[INET6_ADDRSTRLEN])
{
    if (text.length >= INET6_ADDRSTRLEN || memchr(text.at, '\0', text.length))
        return false;
    memcpy(ret_literal, text.at, text.length);
    ret_literal[text.length] = '\0';
    return true;
}

/* RFC 4007: "%2" behind the address; names of interfaces are the system's and not taken. */
static bool read_scope(struct bytes text, uint32_t *ret_scope)
{
    uint64_t scope = 0;
    if (!bytes_read_u64(text, &scope) || scope > UINT32_MAX)
        return false;
    *ret_scope = (uint32_t)scope;
    return true;
}

static bool read_ipv4(struct bytes host, struct address *address)
{
    char literal[INET6_ADDRSTRLEN];
    if (!copy_literal(host, literal) || inet_pton(AF_INET, literal, address->ip) != 1)
        return false;
    address->family = ADDRESS_IPV4;
    return true;
}

static bool read_ipv6(struct bytes host, struct address *address)
{
    char literal[INET6_ADDRSTRLEN];
    struct bytes scope = host;
    struct bytes ip = bytes_cut(&scope, '%');
    if (!copy_literal(ip, literal) || inet_pton(AF_INET6, literal, address->ip) != 1)
        return false;
    if (scope.at && !read_scope(scope, &address->scope))
        return false;
    address->family = ADDRESS_IPV6;
    return true;
}

static bool is_bracketed(struct bytes host)
{
    return host.length >= 2 && host.at[0] == '[' && host.at[host.length - 1] == ']';
}

int address_parse_ip(struct bytes host, uint16_t port, struct address *ret_address)
{
    struct address address = {.port = port};
    bool ok;

    if (is_bracketed(host))
        ok = read_ipv6(bytes_of(host.at + 1, host.length - 2), &address);
    else
        ok = read_ipv4(host, &address) || read_ipv6(host, &address);
    if (!ok)
        return -EINVAL;
    *ret_address = address;
    return 0;
}

static int parse_unix(struct bytes path, struct address *ret_address)
{
    struct address address = {.family = ADDRESS_UNIX};
    if (path.length == 0 || path.length >= sizeof address.path ||
        memchr(path.at, '\0', path.length))
        return -EINVAL;
    memcpy(address.path, path.at, path.length);
    *ret_address = address;
    return 0;
}

static int parse_port(struct bytes text, uint16_t *ret_port)
{
    uint64_t port = 0;
    if (text.length > 5 || !bytes_read_u64(text, &port) || port > UINT16_MAX)
        return -EINVAL;
    *ret_port = (uint16_t)port;
    return 0;
}

int address_parse(struct bytes text, struct address *ret_address)
{
    if (bytes_start_with(text, unix_prefix))
        return parse_unix(bytes_after(text, unix_prefix.length), ret_address);

    const char *colon = text.length ? memrchr(text.at, ':', text.length) : NULL;
    if (!colon)
        return -EINVAL;
    struct bytes host = bytes_of(text.at, (size_t)(colon - text.at));
    if (!is_bracketed(host) && memchr(host.at, ':', host.length))
        return -EINVAL; /* "::1:80" could be read both ways */

    uint16_t port = 0;
    int r = parse_port(bytes_after(text, host.length + 1), &port);
    return r < 0 ? r : address_parse_ip(host, port, ret_address);
}

static void format_ipv6(const struct address *address, char ret_text[ADDRESS_TEXT_BYTES])
{
    char ip[INET6_ADDRSTRLEN] = "";
    char scope[12] = "";

    inet_ntop(AF_INET6, address->ip, ip, sizeof ip);
    if (address->scope)
        snprintf(scope, sizeof scope, "%%%" PRIu32, address->scope);
    snprintf(ret_text, ADDRESS_TEXT_BYTES, "[%s%s]:%u", ip, scope, address->port);
}

const char *address_format(const struct address *address, char ret_text[ADDRESS_TEXT_BYTES])
{
    const uint8_t *ip = address->ip;

    switch (address->family) {
    case ADDRESS_NONE:
        snprintf(ret_text, ADDRESS_TEXT_BYTES, "none");
        break;
    case ADDRESS_IPV4:
        snprintf(ret_text, ADDRESS_TEXT_BYTES, "%u.%u.%u.%u:%u", ip[0], ip[1], ip[2], ip[3],
                 address->port);
        break;
    case ADDRESS_IPV6:
        format_ipv6(address, ret_text);
        break;
    case ADDRESS_UNIX:
        snprintf(ret_text, ADDRESS_TEXT_BYTES, "unix:%s", address->path);
        break;
    }
    return ret_text;
}

bool address_equal(const struct address *a, const struct address *b)
{
    if (a->family != b->family)
        return false;
    switch (a->family) {
    case ADDRESS_NONE:
        return true;
    case ADDRESS_IPV4:
        return a->port == b->port && memcmp(a->ip, b->ip, 4) == 0;
    case ADDRESS_IPV6:
        return a->port == b->port && a->scope == b->scope && memcmp(a->ip, b->ip, 16) == 0;
    case ADDRESS_UNIX:
        return strcmp(a->path, b->path) == 0;
    }
    return false;
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t ipv6_loopback[16] = {[15] = 1};

    switch (address->family) {
    case ADDRESS_NONE:
        return false;
    case ADDRESS_IPV4:
        return address->ip[0] == 127;
    case ADDRESS_IPV6:
        return memcmp(address->ip, ipv6_loopback, sizeof ipv6_loopback) == 0;
    case ADDRESS_UNIX:
        return true;
    }
    return false;
}
