/* SPDX-License-Identifier: Apache-2.0
 *
 * core_url - where a core is: cuts and checks its url (RFC 3986, of which little is wanted here).
 *
 *   http://host[:port][/path]   https://host[:port][/path]   unix:/path/of/socket
 *
 * Memory   the parts are views of the text, or static.
 * Threads  any.
 * Errors   NULL, or what is wrong; ret_parts is then left alone.
 */
#ifndef CONFIG_CORE_URL_H
#define CONFIG_CORE_URL_H

#include "base/bytes.h"

struct core_url_parts {
    bool tls;
    struct bytes host; /* as struct core_url has it */
    uint16_t port;
    struct bytes base_path;
};

const char *core_url_cut(struct bytes text, struct core_url_parts *ret_parts);
/* As an option_check_fn. */
const char *core_url_check(struct bytes text);

#endif
