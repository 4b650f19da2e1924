/* SPDX-License-Identifier: Apache-2.0
 *
 * http1_target - which request targets, authorities and versions are taken (RFC 9112 sections 2.3
 * and 3.2, RFC 3986 section 3.2).
 *
 * Targets are in origin form ("/path?query"); "*" only with OPTIONS. The absolute and authority
 * forms are for proxies, and where they name another host than Host does, readers differ.
 *
 * Threads  any.
 */
#ifndef HTTP_HTTP1_TARGET_H
#define HTTP_HTTP1_TARGET_H

#include "base/bytes.h"

bool http1_target_is_valid(struct bytes target, bool may_be_asterisk);
/* host[:port]: a name, an IPv4 address, or an IPv6 address in brackets; never empty. */
bool http1_authority_is_valid(struct bytes authority);
/* "HTTP/", a digit, a dot, a digit: any version, also one that is not served. */
bool http1_is_version(struct bytes view);

#endif
