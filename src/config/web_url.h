/* SPDX-License-Identifier: Apache-2.0
 *
 * web_url - a page that the edge itself asks for: cuts and checks its url (RFC 3986, of which the
 * part that names a page over HTTP is wanted here).
 *
 *   http://host[:port][/path][?query]   https://...
 *
 * Memory   the parts are views of the text, or static.
 * Threads  any.
 * Errors   NULL, or what is wrong; ret_parts is then left alone.
 */
#ifndef CONFIG_WEB_URL_H
#define CONFIG_WEB_URL_H

#include "base/bytes.h"

struct web_url_parts {
    bool tls;
    struct bytes host; /* a name, an IPv4 literal or "[::1]" */
    uint16_t port;
    struct bytes path; /* with the query; "/" if there is none */
};

const char *web_url_cut(struct bytes text, struct web_url_parts *ret_parts);
/* As far as the port; `path` is what follows, unchecked. The text begins with http:// or https://.
 */
const char *web_url_cut_origin(struct bytes text, struct web_url_parts *ret_parts);
/* As an option_check_fn. */
const char *web_url_check(struct bytes text);

#endif
