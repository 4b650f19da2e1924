/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http1_target.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_char(char c)
{
    char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static bool is_ipv6_char(char c)
{
    char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'f') || c == ':' || c == '.';
}

bool http1_target_is_valid(struct bytes target, bool may_be_asterisk)
{
    if (bytes_equal(target, BYTES("*")))
        return may_be_asterisk;
    if (target.length == 0 || target.at[0] != '/')
        return false;
    /* One pass without branches, as in http1_head_is_clean(). A fragment never belongs in a
     * request, and some readers take a backslash for a slash. */
    unsigned char wrong = 0;
    for (size_t i = 0; i < target.length; i++) {
        unsigned char c = (unsigned char)target.at[i];
        wrong |= (c <= 0x20) | (c >= 0x7f) | (c == '#') | (c == '\\');
    }
    return !wrong;
}

static bool port_is_valid(struct bytes port)
{
    uint64_t number;
    return port.length == 0 ||
           (port.length <= 5 && bytes_read_u64(port, &number) && number <= UINT16_MAX);
}

static bool all_are(struct bytes view, bool (*is_allowed)(char c))
{
    for (size_t i = 0; i < view.length; i++)
        if (!is_allowed(view.at[i]))
            return false;
    return view.length > 0;
}

bool http1_authority_is_valid(struct bytes authority)
{
    if (authority.length == 0 || authority.at[0] != '[') {
        struct bytes port = authority, host = bytes_cut(&port, ':');
        return all_are(host, is_name_char) && port_is_valid(port);
    }
    struct bytes port = bytes_after(authority, 1), host = bytes_cut(&port, ']');
    bool has_end = port.at != NULL;
    bool has_port = has_end && port.length > 0;
    if (has_port && port.at[0] != ':')
        return false;
    return has_end && all_are(host, is_ipv6_char) &&
           port_is_valid(has_port ? bytes_after(port, 1) : port);
}

bool http1_is_version(struct bytes view)
{
    return view.length == 8 && bytes_start_with(view, BYTES("HTTP/")) && is_digit(view.at[5]) &&
           view.at[6] == '.' && is_digit(view.at[7]);
}
