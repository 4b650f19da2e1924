/* SPDX-License-Identifier: Apache-2.0
 *
 * server_body - what connections see of their server. Only server.c and the http1_* files include
 * it.
 */
#ifndef HTTP_SERVER_BODY_H
#define HTTP_SERVER_BODY_H

#include "http/http_date.h"
#include "http/server.h"

struct http_server {
    struct loop *loop;
    struct http_server_options options;
    struct listener *listener; /* NULL: accepting is over */
    struct list connections;
    struct http_server_counts counts;
    struct task drained; /* tells on_drained() */
    bool is_draining, is_full;
    uint64_t date_s; /* what `date` stands for */
    char date[HTTP_DATE_BYTES];
};

/* The Date field's value; good until the next second. */
struct bytes http_server_date(struct http_server *server);
/* A connection is in the list from joining to leaving; then its memory may go. */
void http_server_join(struct http_server *server, struct list *link);
void http_server_leave(struct http_server *server, struct list *link);

#endif
