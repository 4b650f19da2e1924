/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <errno.h>
#include <stdlib.h>

#include "http/http1_connection.h"
#include "http/server_body.h"

struct bytes http_server_date(struct http_server *server)
{
    uint64_t now_s = loop_wall_ms(server->loop) / 1000;
    if (now_s != server->date_s) {
        http_date_write(server->date, now_s);
        server->date_s = now_s;
    }
    return bytes_of(server->date, HTTP_DATE_BYTES);
}

/* Full: further clients wait in the backlog until somebody leaves. */
static void mind_limit(struct http_server *server)
{
    bool is_full = server->counts.connections >= server->options.limits.connections;
    if (is_full == server->is_full)
        return;
    server->is_full = is_full;
    if (server->listener)
        listener_want_accept(server->listener, !is_full);
}

static void mind_drained(struct http_server *server)
{
    if (server->is_draining && server->counts.connections == 0)
        loop_post(server->loop, &server->drained);
}

void http_server_join(struct http_server *server, struct list *link)
{
    list_push_back(&server->connections, link);
    server->counts.connections++;
    mind_limit(server);
}

void http_server_leave(struct http_server *server, struct list *link)
{
    list_remove(link);
    server->counts.connections--;
    mind_limit(server);
    mind_drained(server);
}

static void on_accept(void *user, struct stream *stream)
{
    struct http_server *server = user;
    int r = http1_connection_open(server, stream);
    if (r < 0 && server->options.on_trouble)
        server->options.on_trouble(server->options.user, r);
}

static void on_trouble(void *user, int error)
{
    struct http_server *server = user;
    if (server->options.on_trouble)
        server->options.on_trouble(server->options.user, error);
}

static void on_drained(struct task *task)
{
    struct http_server *server = CONTAINER_OF(task, struct http_server, drained);
    if (server->options.on_drained)
        server->options.on_drained(server->options.user);
}

int http_server_open(struct http_server **ret_server, struct loop *loop,
                     struct listen_socket *socket, const struct http_server_options *options)
{
    static const struct listener_events events = {.on_accept = on_accept, .on_trouble = on_trouble};
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->loop = loop;
    server->options = *options;
    server->options.tls = NULL;
    http_server_set_tls(server, options->tls);
    list_init(&server->connections);
    task_init(&server->drained, on_drained);

    int r = listener_open(&server->listener, loop, socket, &options->stream, &events, server);
    if (r < 0) {
        http_server_close(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

void http_server_set_tls(struct http_server *server, struct tls_context *tls)
{
    struct tls_context *before = server->options.tls;
    server->options.tls = tls ? tls_context_ref(tls) : NULL;
    if (before)
        tls_context_unref(before);
}

void http_server_count(const struct http_server *server, struct http_server_counts *ret_counts)
{
    *ret_counts = server->counts;
}

static void stop_accepting(struct http_server *server)
{
    if (server->listener)
        listener_close(server->listener);
    server->listener = NULL;
}

void http_server_drain(struct http_server *server)
{
    stop_accepting(server);
    server->is_draining = true;
    LIST_EACH_SAFE(link, &server->connections)
    http1_connection_drain(http1_connection_of(link));
    mind_drained(server);
}

void http_server_close(struct http_server *server)
{
    if (!server)
        return;
    stop_accepting(server);
    while (!list_is_empty(&server->connections))
        http1_connection_shut_down(http1_connection_of(server->connections.next));
    loop_cancel(server->loop, &server->drained);
    http_server_set_tls(server, NULL);
    free(server);
}
