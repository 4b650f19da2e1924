/* SPDX-License-Identifier: Apache-2.0
 *
 * watcher - a handler that only notes what happens to its exchanges, so that the test itself can
 * act for it between two runs of the world, or in `act`, inside the event.
 */
#ifndef TESTS_UNIT_HTTP_WATCHER_H
#define TESTS_UNIT_HTTP_WATCHER_H

#include "base/buffer.h"
#include "http/exchange.h"

#define WATCHER_EXCHANGES 8

struct watched;

typedef void watched_fn(struct watched *watched);

struct watched {
    struct http_exchange *exchange; /* NULL: closed */
    struct buffer body;
    bool has_last;
    unsigned pieces, rooms, gones;
    size_t largest_piece;
    enum http_gone why_gone;
    struct watcher *watcher;
};

struct watcher {
    struct watched at[WATCHER_EXCHANGES];
    unsigned count;
    watched_fn *on_request, *on_body, *on_room, *on_gone; /* may be NULL */
    bool is_calling; /* an event now would come from inside a call */
};

/* For http_server_options.on_request; user: the watcher. */
void watcher_on_request(void *user, struct http_exchange *exchange);
void watcher_clear(struct watcher *watcher);

/* The calls of exchange.h, which no event may come out of. */
void watched_grant(struct watched *watched, uint64_t bytes);
int watched_answer(struct watched *watched, unsigned status, uint64_t content_length);
ssize_t watched_write(struct watched *watched, struct bytes bytes, bool end);
void watched_close(struct watched *watched);
/* Head and body in one. */
void watched_reply(struct watched *watched, unsigned status, struct bytes body);

#endif
