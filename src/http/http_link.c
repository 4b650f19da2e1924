/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "http/http_origin.h"
#include "http/http_request.h"

/* How much more than the granted body one read may bring: a head, or the framing of chunks. What
 * is read beyond the credit waits in the link, so this is also its limit. */
#define READ_AHEAD_BYTES 1024

static void link_dial_next(struct http_link *link);

static const struct http_origin_options *options_of(const struct http_link *link)
{
    return &link->origin->options;
}

static uint64_t now_of(const struct http_link *link)
{
    return loop_now_ns(link->origin->loop);
}

/* Ends. */

static void link_free(struct http_link *link)
{
    buffer_clear(&link->held);
    free(link);
}

static void link_end(struct http_link *link, bool reset)
{
    timer_stop(&link->timer);
    if (link->stream && reset)
        stream_reset(link->stream);
    else if (link->stream)
        stream_close(link->stream);
    link->stream = NULL;
    http_origin_forget(link->origin, link);
    link->state = HTTP_LINK_CLOSED;
    if (!link->is_digesting)
        link_free(link);
}

void http_link_drop(struct http_link *link)
{
    if (link)
        link_end(link, link->state != HTTP_LINK_IDLE);
}

static void link_fail(struct http_link *link, enum http_failure why)
{
    struct http_request *request = link->request;
    link->request = NULL;
    link_end(link, true);
    http_request_fail(request, why);
}

/* The connection broke, or ended where the answer does not. */
static void link_break(struct http_link *link)
{
    if (link->reply.has_begun)
        link_fail(link, HTTP_FAIL_CUT);
    else
        link_fail(link, link->was_used ? HTTP_FAIL_STALE : HTTP_FAIL_RESET);
}

/* Silence is measured while the origin owes bytes: the request is sent, and there is credit. Where
 * nobody asked for it a timer that still runs from before means nothing: see on_timer(). */
static bool link_await_bytes(struct http_link *link)
{
    const struct http_request *request = link->request;
    uint64_t idle_ms = request->outgoing.idle_ms;
    if (idle_ms == 0)
        return true;
    if (link->is_starved || !http_request_is_sent_whole(request)) {
        timer_stop(&link->timer);
        return true;
    }
    if (timer_start(&link->timer, now_of(link) + idle_ms * NS_PER_MS) == 0)
        return true;
    link_fail(link, HTTP_FAIL_MEMORY);
    return false;
}

/* The answer is complete. The connection serves again if both sides see it at rest. */
static void link_complete(struct http_link *link, bool is_at_rest)
{
    struct http_request *request = link->request;
    link->request = NULL;
    request->link = NULL;
    buffer_clear(&link->held); /* an answer that had to wait for credit is in there */
    if (is_at_rest && link->reply.keeps_alive && !link->peer_is_done &&
        http_request_is_sent_whole(request)) {
        uint64_t keep_ns = options_of(link)->keep_idle_ms * NS_PER_MS;
        link->was_used = true;
        /* The timer is left running if there is no limit: it does nothing in idle links, and
         * pushing it back is cheaper than stopping it. */
        if (keep_ns == 0 || timer_start(&link->timer, now_of(link) + keep_ns) == 0)
            http_origin_keep(link->origin, link);
        else
            link_end(link, false);
    } else {
        link_end(link, !http_request_is_sent_whole(request));
    }
    request->events->on_end(request->user);
}

/* Answers. */

static void link_set_starved(struct http_link *link, bool starved)
{
    if (link->is_starved != starved)
        stream_want_read(link->stream, !starved);
    link->is_starved = starved;
}

static enum http1_reply_step digest_one(struct http_link *link, struct bytes *input)
{
    struct http_request *request = link->request;
    struct bytes body;
    enum http1_reply_step step =
        http1_reply_next(&link->reply, input, request->credit_bytes, &body);
    if (step == HTTP1_REPLY_HEAD) {
        request->events->on_head(request->user, &link->reply.head);
    } else if (step == HTTP1_REPLY_BODY) {
        request->credit_bytes -= body.length;
        request->events->on_body(request->user, body);
    }
    return step;
}

/* What could not be digested is kept; `input` is its place, in `held` or in the scratch memory. */
static int link_hold(struct http_link *link, struct bytes input)
{
    if (link->held.length == 0)
        return buffer_append(&link->held, input);
    buffer_consume(&link->held, link->held.length - input.length);
    if (input.length == 0)
        buffer_clear(&link->held);
    return 0;
}

/* The answer goes on; false: it cannot. */
static bool link_wait(struct http_link *link, bool starved, struct bytes input)
{
    link_set_starved(link, starved);
    if (link_hold(link, input) == 0)
        return link_await_bytes(link);
    link_fail(link, HTTP_FAIL_MEMORY);
    return false;
}

static bool link_judge(struct http_link *link, enum http1_reply_step step, struct bytes input)
{
    switch (step) {
    case HTTP1_REPLY_MORE:
    case HTTP1_REPLY_CREDIT:
        return link_wait(link, step == HTTP1_REPLY_CREDIT, input);
    case HTTP1_REPLY_END:
        link_complete(link, input.length == 0);
        break;
    case HTTP1_REPLY_MALFORMED:
        link_fail(link, HTTP_FAIL_MALFORMED);
        break;
    case HTTP1_REPLY_TOO_LARGE:
        link_fail(link, HTTP_FAIL_TOO_LARGE);
        break;
    case HTTP1_REPLY_MEMORY:
        link_fail(link, HTTP_FAIL_MEMORY);
        break;
    case HTTP1_REPLY_HEAD:
    case HTTP1_REPLY_BODY:
        assert(false); /* link_digest() goes on behind them */
    }
    return false;
}

/* Tells all that is news; true while the answer goes on, else the link is no longer ours. */
static bool link_digest(struct http_link *link, struct bytes input)
{
    enum http1_reply_step step;
    link->is_digesting = true;
    do
        step = digest_one(link, &input);
    while (link->state == HTTP_LINK_BUSY && (step == HTTP1_REPLY_HEAD || step == HTTP1_REPLY_BODY));
    link->is_digesting = false;

    if (link->state != HTTP_LINK_CLOSED)
        return link_judge(link, step, input);
    link_free(link); /* closed by an event: the request is gone too */
    return false;
}

static void link_ended(struct http_link *link, ssize_t verdict)
{
    link->peer_is_done = true;
    if (verdict == 0 && http1_reply_ends_by_close(&link->reply))
        link_complete(link, false);
    else
        link_break(link);
}

/* One read; true while the answer goes on and bytes came. */
static bool link_receive(struct http_link *link)
{
    char *scratch = loop_scratch(link->origin->loop);
    uint64_t credit = link->request->credit_bytes;
    size_t size = credit < LOOP_SCRATCH_BYTES - READ_AHEAD_BYTES ? (size_t)credit + READ_AHEAD_BYTES
                                                                 : LOOP_SCRATCH_BYTES;
    ssize_t got = stream_read(link->stream, scratch, size);
    if (got == -EAGAIN && !link->is_broken)
        return false;
    if (got <= 0) {
        link_ended(link, got);
        return false;
    }
    struct bytes input = bytes_of(scratch, (size_t)got);
    if (link->held.length > 0) {
        if (buffer_append(&link->held, input) < 0) {
            link_fail(link, HTTP_FAIL_MEMORY);
            return false;
        }
        input = buffer_bytes(&link->held);
    }
    return link_digest(link, input);
}

void http_link_feed(struct http_link *link)
{
    if (!link->is_starved)
        return;
    link_set_starved(link, false);
    link_digest(link, buffer_bytes(&link->held));
}

/* Requests. */

static void link_send(struct http_link *link)
{
    struct http_request *request = link->request;
    struct bytes parts[STREAM_PARTS];
    while (!http_request_is_sent_whole(request)) {
        size_t count = http_request_rest(request, parts);
        size_t offered = 0;
        for (size_t i = 0; i < count; i++)
            offered += parts[i].length;
        ssize_t taken = stream_write(link->stream, parts, count);
        /* Whatever broke it is told by on_hangup(), perhaps behind an answer that came early. */
        if (taken < 0)
            return;
        request->sent_bytes += (size_t)taken;
        if ((size_t)taken < offered)
            return;
    }
    link_await_bytes(link);
}

static void link_begin(struct http_link *link)
{
    struct http_request *request = link->request;
    const struct http_origin_options *options = options_of(link);
    const struct http1_reply_options reply_options = {
        .arena = request->arena,
        .head_bytes = options->head_bytes,
        .field_count = options->field_count,
        .answers_head = bytes_equal(request->outgoing.method, BYTES("HEAD")),
    };
    http1_reply_begin(&link->reply, &reply_options);
    link->state = HTTP_LINK_BUSY;
    link_send(link);
}

void http_link_carry(struct http_link *link, struct http_request *request)
{
    assert(link->state == HTTP_LINK_IDLE);
    http_origin_use(link->origin, link);
    link->request = request;
    request->link = link;
    link_begin(link);
}

/* Events of the stream. */

static void on_connected(void *user, int error)
{
    struct http_link *link = user;
    if (error == 0) {
        link->origin->good_address = link->first_address + link->attempts - 1;
        timer_stop(&link->timer);
        link_begin(link);
        return;
    }
    if (error == -EPROTO || error == -ENOMEM) {
        link_fail(link, error == -EPROTO ? HTTP_FAIL_TLS : HTTP_FAIL_MEMORY);
        return;
    }
    stream_close(link->stream);
    link->stream = NULL;
    link_dial_next(link);
}

/* Nothing was asked; a TLS session's ticket may come, though, which is nothing to us. */
static void link_listen_idly(struct http_link *link)
{
    char byte;
    if (stream_read(link->stream, &byte, sizeof byte) != -EAGAIN)
        http_link_drop(link);
}

static void on_readable(void *user)
{
    struct http_link *link = user;
    if (link->state == HTTP_LINK_IDLE)
        link_listen_idly(link);
    else if (link->state == HTTP_LINK_BUSY && !link->is_starved)
        link_receive(link);
}

static void on_writable(void *user)
{
    struct http_link *link = user;
    if (link->state == HTTP_LINK_BUSY)
        link_send(link);
}

static void on_hangup(void *user, int error)
{
    struct http_link *link = user;
    link->peer_is_done = true;
    if (link->state == HTTP_LINK_IDLE) {
        http_link_drop(link);
        return;
    }
    if (link->state != HTTP_LINK_BUSY || error == 0)
        return; /* what it sent before is still there, and its end behind that */
    link->is_broken = true;
    bool goes_on = true;
    while (goes_on && !link->is_starved)
        goes_on = link_receive(link);
    if (goes_on)
        link_break(link);
}

static const struct stream_events link_events = {
    .on_connected = on_connected,
    .on_readable = on_readable,
    .on_writable = on_writable,
    .on_hangup = on_hangup,
};

/* Dialling. */

static int link_connect(struct http_link *link, const struct address *address)
{
    const struct http_origin_options *options = options_of(link);
    struct stream *raw;
    int r = stream_connect(&raw, link->origin->loop, address, &options->stream, &link_events, link);
    if (r < 0)
        return r;
    if (!options->tls) {
        link->stream = raw;
        return 0;
    }
    return tls_connect(&link->stream, raw, options->tls, options->server_name, &link_events, link);
}

/* Attempts share what is left of the time, so that an address that swallows everything does not
 * take the turn of the next one. */
static int link_limit_attempt(struct http_link *link, size_t attempts_left)
{
    uint64_t now_ns = now_of(link);
    if (link->connect_due_ns == 0)
        return 0;
    uint64_t left_ns = link->connect_due_ns > now_ns ? link->connect_due_ns - now_ns : 0;
    return timer_start(&link->timer, now_ns + left_ns / attempts_left);
}

/* The next address, if there is one. */
static void link_dial_next(struct http_link *link)
{
    const struct address *addresses;
    size_t count;
    http_origin_addresses(link->origin, &addresses, &count);
    link->state = HTTP_LINK_CONNECTING;
    while (link->attempts < count) {
        size_t attempts_left = count - link->attempts;
        size_t index = (link->first_address + link->attempts++) % count;
        int r = link_limit_attempt(link, attempts_left);
        if (r == 0)
            r = link_connect(link, &addresses[index]);
        if (r == 0)
            return;
        if (r == -ENOMEM) {
            link_fail(link, HTTP_FAIL_MEMORY);
            return;
        }
    }
    bool is_late = link->connect_due_ns != 0 && now_of(link) >= link->connect_due_ns;
    link_fail(link, is_late ? HTTP_FAIL_CONNECT_TIMEOUT : HTTP_FAIL_CONNECT);
}

void http_link_resolved(struct http_link *link)
{
    const struct address *addresses;
    size_t count;
    if (link->state != HTTP_LINK_RESOLVING ||
        !http_origin_addresses(link->origin, &addresses, &count))
        return;
    if (count == 0)
        link_fail(link, HTTP_FAIL_RESOLVE);
    else
        link_dial_next(link);
}

static void on_timer(struct timer *timer)
{
    struct http_link *link = CONTAINER_OF(timer, struct http_link, timer);
    switch (link->state) {
    case HTTP_LINK_RESOLVING:
        link_fail(link, HTTP_FAIL_CONNECT_TIMEOUT);
        break;
    case HTTP_LINK_CONNECTING:
        stream_reset(link->stream);
        link->stream = NULL;
        link_dial_next(link);
        break;
    case HTTP_LINK_BUSY:
        if (link->request->outgoing.idle_ms != 0)
            link_fail(link, HTTP_FAIL_IDLE);
        break;
    case HTTP_LINK_IDLE:
        if (options_of(link)->keep_idle_ms != 0)
            http_link_drop(link);
        break;
    case HTTP_LINK_CLOSED:
        break;
    }
}

int http_link_dial(struct http_origin *origin, struct http_request *request)
{
    struct http_link *link = calloc(1, sizeof *link);
    if (!link)
        return -ENOMEM;
    link->origin = origin;
    link->request = request;
    link->first_address = origin->good_address;
    buffer_init(&link->held, 0, origin->options.budget);
    timer_init(&link->timer, origin->loop, on_timer);

    uint64_t timeout_ms = origin->options.connect_timeout_ms;
    if (timeout_ms != 0) {
        link->connect_due_ns = now_of(link) + timeout_ms * NS_PER_MS;
        if (timer_start(&link->timer, link->connect_due_ns) < 0) {
            link_free(link);
            return -ENOMEM;
        }
    }
    http_origin_use(origin, link);
    request->link = link;
    http_link_resolved(link);
    return 0;
}
