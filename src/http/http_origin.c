/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_origin.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static void on_resolved(void *user)
{
    struct http_origin *origin = user;
    LIST_EACH_SAFE(at, &origin->used)
    {
        http_link_resolved(CONTAINER_OF(at, struct http_link, link));
    }
}

static int copy_options(struct http_origin *origin, const struct http_origin_options *options)
{
    struct bytes host = options->host, server_name = options->server_name;
    if (server_name.length == 0)
        server_name = host;
    origin->texts = malloc(host.length + server_name.length + 1);
    if (!origin->texts)
        return -ENOMEM;
    memcpy(origin->texts, host.at, host.length);
    memcpy(origin->texts + host.length, server_name.at, server_name.length);

    origin->options = *options;
    origin->options.host = bytes_of(origin->texts, host.length);
    origin->options.server_name = bytes_of(origin->texts + host.length, server_name.length);
    origin->options.tls = tls_context_ref(options->tls);
    return 0;
}

static int open_address(struct http_origin *origin)
{
    const struct http_origin_options *options = &origin->options;
    if (bytes_start_with(options->host, BYTES("unix:")))
        return address_parse(options->host, &origin->unix_address);
    const struct resolver_options resolving = {
        .refresh_ms = options->resolve_refresh_ms,
        .port = options->port,
    };
    return resolver_name_open(&origin->name, origin->loop, options->host, &resolving, on_resolved,
                              origin);
}

static void free_origin(struct http_origin *origin)
{
    if (origin->name)
        resolver_name_close(origin->name);
    tls_context_unref(origin->options.tls);
    free(origin->texts);
    free(origin);
}

int http_origin_open(struct http_origin **ret_origin, struct loop *loop,
                     const struct http_origin_options *options)
{
    if (options->host.length == 0)
        return -EINVAL;
    struct http_origin *origin = calloc(1, sizeof *origin);
    if (!origin)
        return -ENOMEM;
    origin->loop = loop;
    list_init(&origin->used);
    list_init(&origin->idle);

    int r = copy_options(origin, options);
    if (r == 0)
        r = open_address(origin);
    if (r < 0) {
        free_origin(origin);
        return r;
    }
    *ret_origin = origin;
    return 0;
}

void http_origin_close(struct http_origin *origin)
{
    if (!origin)
        return;
    assert(list_is_empty(&origin->used));
    while (!list_is_empty(&origin->idle))
        http_link_drop(CONTAINER_OF(origin->idle.next, struct http_link, link));
    free_origin(origin);
}

size_t http_origin_connections(const struct http_origin *origin, size_t *ret_idle)
{
    if (ret_idle)
        *ret_idle = origin->idle_count;
    return origin->used_count + origin->idle_count;
}

bool http_origin_addresses(const struct http_origin *origin, const struct address **ret_addresses,
                           size_t *ret_count)
{
    if (!origin->name) {
        *ret_addresses = &origin->unix_address;
        *ret_count = 1;
        return true;
    }
    *ret_addresses = resolver_name_addresses(origin->name, ret_count);
    return !resolver_name_is_pending(origin->name);
}

void http_origin_forget(struct http_origin *origin, struct http_link *link)
{
    if (link->state == HTTP_LINK_IDLE)
        origin->idle_count--;
    else
        origin->used_count--;
    list_remove(&link->link);
}

void http_origin_use(struct http_origin *origin, struct http_link *link)
{
    if (list_is_linked(&link->link))
        http_origin_forget(origin, link);
    list_push_front(&origin->used, &link->link);
    origin->used_count++;
}

void http_origin_keep(struct http_origin *origin, struct http_link *link)
{
    http_origin_forget(origin, link);
    link->state = HTTP_LINK_IDLE;
    list_push_front(&origin->idle, &link->link);
    origin->idle_count++;
    if (origin->idle_count > origin->options.keep_idle_connections)
        http_link_drop(CONTAINER_OF(origin->idle.prev, struct http_link, link));
}
