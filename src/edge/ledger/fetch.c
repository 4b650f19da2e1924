/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/fetch.h"

#include <errno.h>
#include <string.h>

#include "loop/file.h"

#define CA_LIMIT_BYTES (1 << 20)
#define HEAD_BYTES 16384
#define FIELD_COUNT 100
/* A webhook's receiver and an issuer's keys are asked seldom: the next time is a new connection. */
#define KEEP_IDLE_MS 1000

/* ---- one request ---- */

static void let_go(struct fetch *fetch)
{
    if (fetch->request)
        http_request_close(fetch->request);
    fetch->request = NULL;
    timer_stop(&fetch->timer);
}

static void end(struct fetch *fetch, unsigned status, const char *why)
{
    let_go(fetch);
    fetch->options.on_end(fetch, status, why);
    if (!fetch->request) /* on_end() may have started the next one */
        buffer_clear(&fetch->answer);
}

static void on_head(void *user, const struct http_answer_head *head)
{
    ((struct fetch *)user)->status = head->status;
}

static void on_body(void *user, struct bytes bytes)
{
    struct fetch *fetch = user;
    if (fetch->error == 0)
        fetch->error = buffer_append(&fetch->answer, bytes);
    if (fetch->error < 0)
        (void)timer_start(&fetch->timer, loop_now_ns(fetch->loop)); /* not from inside this event */
}

static void on_end(void *user)
{
    struct fetch *fetch = user;
    if (fetch->error == 0)
        end(fetch, fetch->status, NULL);
}

static void on_failed(void *user, enum http_failure why);

static const struct http_request_events events = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_failed = on_failed};

static int begin(struct fetch *fetch)
{
    buffer_clear(&fetch->answer);
    fetch->status = 0;
    fetch->error = 0;
    int r = http_request_start(&fetch->request, fetch->origin, &fetch->outgoing, &events, fetch);
    if (r == 0) /* one more than may come: too much is seen */
        http_request_grant(fetch->request, fetch->options.answer_limit + 1);
    return r;
}

/* A kept connection that was closed meanwhile says nothing of the page. */
static void on_failed(void *user, enum http_failure why)
{
    struct fetch *fetch = user;
    bool is_stale = why == HTTP_FAIL_STALE && !fetch->outgoing.fresh;
    if (is_stale) {
        http_request_close(fetch->request);
        fetch->request = NULL;
        fetch->outgoing.fresh = true;
    }
    if (!is_stale || begin(fetch) < 0)
        end(fetch, fetch->status, http_failure_names[why]);
}

static void on_timer(struct timer *timer)
{
    struct fetch *fetch = CONTAINER_OF(timer, struct fetch, timer);
    end(fetch, fetch->status,
        fetch->error == -ENOBUFS ? "too large"
        : fetch->error < 0       ? "out of memory"
                                 : "too late");
}

bool fetch_is_under_way(const struct fetch *fetch)
{
    return fetch->request != NULL;
}

int fetch_start(struct fetch *fetch, const struct http_outgoing *what)
{
    uint64_t until_ns = loop_now_ns(fetch->loop) + fetch->options.total_ms * NS_PER_MS;
    fetch->outgoing = *what;
    fetch->outgoing.target = bytes_from_cstr(fetch->options.url->path);
    fetch->outgoing.authority = buffer_bytes(&fetch->authority);
    fetch->outgoing.fresh = false;
    int r = timer_start(&fetch->timer, until_ns);
    if (r == 0)
        r = begin(fetch);
    if (r < 0)
        let_go(fetch);
    return r;
}

/* ---- life ---- */

static int open_tls(struct fetch *fetch, struct buffer *ret_why)
{
    const char *ca_file = fetch->options.ca_file;
    struct buffer ca = {0};
    char why[TLS_WHY_BYTES] = "";
    int r = ca_file ? file_read_whole(fetch->loop, ca_file, CA_LIMIT_BYTES, &ca) : 0;
    if (r < 0) {
        (void)buffer_append_format(ret_why, "cannot read %s: %s", ca_file, strerror(-r));
    } else {
        const struct tls_options options = {.ca_pem = buffer_bytes(&ca), .alpn = {"http/1.1"}};
        r = tls_context_client(&fetch->tls, &options, why);
        if (r < 0)
            (void)buffer_append_format(ret_why, "%s: %s", fetch->options.url->host, why);
    }
    buffer_clear(&ca);
    return r;
}

static int write_authority(struct fetch *fetch)
{
    const struct web_url *url = fetch->options.url;
    int r = buffer_append(&fetch->authority, bytes_from_cstr(url->host));
    if (r == 0 && url->port != (url->tls ? 443 : 80))
        r = buffer_append_format(&fetch->authority, ":%u", url->port);
    return r;
}

static int open_origin(struct fetch *fetch)
{
    const struct fetch_options *options = &fetch->options;
    const struct http_origin_options origin = {
        .host = bytes_from_cstr(options->url->host),
        .port = options->url->port,
        .tls = fetch->tls,
        .resolve_refresh_ms = options->resolve_refresh_ms,
        .connect_timeout_ms = options->connect_timeout_ms,
        .keep_idle_ms = KEEP_IDLE_MS,
        .keep_idle_connections = 1,
        .head_bytes = HEAD_BYTES,
        .field_count = FIELD_COUNT,
        .blocks = options->blocks,
        .budget = options->budget,
    };
    return http_origin_open(&fetch->origin, fetch->loop, &origin);
}

int fetch_open(struct fetch *fetch, struct loop *loop, const struct fetch_options *options,
               struct buffer *ret_why)
{
    fetch->loop = loop;
    fetch->options = *options;
    timer_init(&fetch->timer, loop, on_timer);
    buffer_init(&fetch->answer, options->answer_limit, options->budget);
    int r = options->url->tls ? open_tls(fetch, ret_why) : 0;
    if (r == 0)
        r = write_authority(fetch);
    return r < 0 ? r : open_origin(fetch);
}

void fetch_close(struct fetch *fetch)
{
    if (!fetch->loop)
        return;
    let_go(fetch);
    http_origin_close(fetch->origin);
    tls_context_unref(fetch->tls);
    buffer_clear(&fetch->authority);
    buffer_clear(&fetch->answer);
    *fetch = (struct fetch){0};
}
