/* SPDX-License-Identifier: Apache-2.0
 *
 * transport - what a carrier of exchanges implements: HTTP/1.1, later HTTP/2, a test's fake. Only
 * carriers include it.
 *
 * `struct http_exchange` stands first in the carrier's own struct; the functions of exchange.h
 * call through `transport` with the meaning written there.
 */
#ifndef HTTP_TRANSPORT_H
#define HTTP_TRANSPORT_H

#include "http/exchange.h"

struct http_transport {
    void (*grant)(struct http_exchange *exchange, uint64_t bytes);
    int (*send_continue)(struct http_exchange *exchange);
    int (*answer)(struct http_exchange *exchange, const struct http_answer_head *head);
    ssize_t (*write)(struct http_exchange *exchange, const struct bytes *parts, size_t part_count,
                     bool end);
    int (*upgrade)(struct http_exchange *exchange, struct http_fields fields);
    void (*close)(struct http_exchange *exchange);
    int (*peer)(const struct http_exchange *exchange, struct address *ret_address);
    bool (*is_tls)(const struct http_exchange *exchange);
};

struct http_exchange {
    const struct http_transport *transport;
    const struct http_exchange_events *events;
    void *user;
    struct http_request_head head;
    struct arena arena;
};

#endif
