/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http/watcher.h"

#include "tests/test.h"

static void act(struct watched *watched, watched_fn *fn)
{
    if (fn)
        fn(watched);
}

static void on_body(void *user, struct bytes bytes, bool last)
{
    struct watched *watched = user;
    assert_false(watched->watcher->is_calling);
    assert_false(watched->has_last);
    assert_int_equal(watched->gones, 0);
    assert_int_equal(buffer_append(&watched->body, bytes), 0);
    watched->has_last = last;
    watched->pieces++;
    if (bytes.length > watched->largest_piece)
        watched->largest_piece = bytes.length;
    act(watched, watched->watcher->on_body);
}

static void on_room(void *user)
{
    struct watched *watched = user;
    assert_false(watched->watcher->is_calling);
    assert_int_equal(watched->gones, 0);
    watched->rooms++;
    act(watched, watched->watcher->on_room);
}

static void on_gone(void *user, enum http_gone why)
{
    struct watched *watched = user;
    assert_false(watched->watcher->is_calling);
    watched->gones++;
    watched->why_gone = why;
    act(watched, watched->watcher->on_gone);
}

void watcher_on_request(void *user, struct http_exchange *exchange)
{
    static const struct http_exchange_events events = {on_body, on_room, on_gone};
    struct watcher *watcher = user;
    assert_false(watcher->is_calling);
    assert_true(watcher->count < WATCHER_EXCHANGES);
    struct watched *watched = &watcher->at[watcher->count++];
    *watched = (struct watched){.exchange = exchange, .watcher = watcher};
    http_exchange_bind(exchange, &events, watched);
    act(watched, watcher->on_request);
}

void watcher_clear(struct watcher *watcher)
{
    for (unsigned i = 0; i < watcher->count; i++) {
        if (watcher->at[i].exchange)
            watched_close(&watcher->at[i]);
        buffer_clear(&watcher->at[i].body);
    }
    watcher->count = 0;
}

void watched_grant(struct watched *watched, uint64_t bytes)
{
    watched->watcher->is_calling = true;
    http_exchange_grant(watched->exchange, bytes);
    watched->watcher->is_calling = false;
}

int watched_answer(struct watched *watched, unsigned status, uint64_t content_length)
{
    struct http_answer_head head = {.status = status, .content_length = content_length};
    watched->watcher->is_calling = true;
    int r = http_exchange_answer(watched->exchange, &head);
    watched->watcher->is_calling = false;
    return r;
}

ssize_t watched_write(struct watched *watched, struct bytes bytes, bool end)
{
    watched->watcher->is_calling = true;
    ssize_t n = http_exchange_write(watched->exchange, &bytes, 1, end);
    watched->watcher->is_calling = false;
    return n;
}

void watched_close(struct watched *watched)
{
    watched->watcher->is_calling = true;
    http_exchange_close(watched->exchange);
    watched->watcher->is_calling = false;
    watched->exchange = NULL;
}

void watched_reply(struct watched *watched, unsigned status, struct bytes body)
{
    assert_int_equal(watched_answer(watched, status, body.length), 0);
    assert_int_equal(watched_write(watched, body, true), body.length);
    watched_close(watched);
}
