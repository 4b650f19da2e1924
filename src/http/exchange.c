/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"
#include "http/transport.h"

const char *const http_gone_names[] = {
    [HTTP_GONE_LEFT] = "left",           [HTTP_GONE_MALFORMED] = "malformed",
    [HTTP_GONE_TOO_LARGE] = "too_large", [HTTP_GONE_TIMEOUT] = "timeout",
    [HTTP_GONE_MEMORY] = "memory",       [HTTP_GONE_SHUTDOWN] = "shutdown",
};

void http_exchange_bind(struct http_exchange *exchange, const struct http_exchange_events *events,
                        void *user)
{
    exchange->events = events;
    exchange->user = user;
}

const struct http_request_head *http_exchange_head(const struct http_exchange *exchange)
{
    return &exchange->head;
}

struct arena *http_exchange_arena(struct http_exchange *exchange)
{
    return &exchange->arena;
}

int http_exchange_peer(const struct http_exchange *exchange, struct address *ret_address)
{
    return exchange->transport->peer(exchange, ret_address);
}

bool http_exchange_is_tls(const struct http_exchange *exchange)
{
    return exchange->transport->is_tls(exchange);
}

void http_exchange_grant(struct http_exchange *exchange, uint64_t bytes)
{
    exchange->transport->grant(exchange, bytes);
}

int http_exchange_continue(struct http_exchange *exchange)
{
    return exchange->transport->send_continue(exchange);
}

int http_exchange_answer(struct http_exchange *exchange, const struct http_answer_head *head)
{
    return exchange->transport->answer(exchange, head);
}

ssize_t http_exchange_write(struct http_exchange *exchange, const struct bytes *parts,
                            size_t part_count, bool end)
{
    return exchange->transport->write(exchange, parts, part_count, end);
}

int http_exchange_upgrade(struct http_exchange *exchange, struct http_fields fields)
{
    return exchange->transport->upgrade(exchange, fields);
}

void http_exchange_close(struct http_exchange *exchange)
{
    exchange->transport->close(exchange);
}
