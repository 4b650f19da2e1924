/* SPDX-License-Identifier: Apache-2.0
 *
 * http_origin - where requests go: its addresses and its pool of connections. Only the client's
 * own files include it; see client.h.
 *
 * Memory   the links in both lists are the origin's.
 * Threads  belongs to its loop.
 */
#ifndef HTTP_HTTP_ORIGIN_H
#define HTTP_HTTP_ORIGIN_H

#include "http/client.h"
#include "http/http_link.h"
#include "loop/resolver.h"

struct http_origin {
    struct http_origin_options options; /* its views point to `texts` */
    char *texts;
    struct loop *loop;
    struct resolver_name *name; /* NULL: unix_address */
    struct address unix_address;
    struct list used; /* links that dial or carry a request */
    struct list idle; /* links that wait, the one used last in front */
    size_t used_count, idle_count;
    size_t good_address; /* the index that a connection was last made with */
};

/* The addresses to try; false: not known yet. */
bool http_origin_addresses(const struct http_origin *origin, const struct address **ret_addresses,
                           size_t *ret_count);
/* Moves a link between the lists; a full pool drops the one that has waited longest. */
void http_origin_keep(struct http_origin *origin, struct http_link *link);
void http_origin_use(struct http_origin *origin, struct http_link *link);
void http_origin_forget(struct http_origin *origin, struct http_link *link);

#endif
