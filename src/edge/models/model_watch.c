/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/models/model_watch.h"

#include <errno.h>

#include "edge/call/core_request.h"
#include "edge/worker.h"

static const struct edge_timeouts_config *timeouts(const struct model_watch *watch)
{
    return &worker_config(watch->worker)->timeouts;
}

static uint64_t now_of(const struct model_watch *watch)
{
    return loop_now_ns(watch->worker->loop);
}

/* Workers and edges that were started together do not ask together for long. */
static uint64_t pause_ms(struct model_watch *watch)
{
    uint64_t most_ms = timeouts(watch)->models_refresh_ms;
    uint64_t ms = timeouts(watch)->models_recheck_ms;
    if (watch->failures == 0)
        return random_between(&watch->worker->random, most_ms - most_ms / 4, most_ms);
    for (unsigned i = 1; i < watch->failures && ms < most_ms; i++)
        ms *= 2;
    return ms < most_ms ? ms : most_ms;
}

static void let_go(struct model_watch *watch)
{
    if (watch->request)
        http_request_close(watch->request);
    watch->request = NULL;
    arena_clear(&watch->memory);
}

static void end(struct model_watch *watch, enum model_reading reading)
{
    let_go(watch);
    watch->ended_ns = now_of(watch);
    watch->failures = reading == READING_FAILED ? watch->failures + 1 : 0;
    /* Without memory for a timer the next reading is the one that somebody asks for. */
    (void)timer_start(&watch->timer, watch->ended_ns + pause_ms(watch) * NS_PER_MS);
    watch->on_read(watch, reading);
    buffer_clear(&watch->answer);
}

static void on_head(void *user, const struct http_answer_head *head)
{
    ((struct model_watch *)user)->status = head->status;
}

static void on_body(void *user, struct bytes bytes)
{
    struct model_watch *watch = user;
    if (watch->error == 0)
        watch->error = buffer_append(&watch->answer, bytes);
    if (watch->error < 0)
        (void)timer_start(&watch->timer, now_of(watch)); /* ends it, not from inside this event */
}

/* Who asks too often or without the right key learns nothing of the list. Any other refusal is the
 * way in which an engine says that it has no such page. */
static bool has_no_list(unsigned status)
{
    bool is_refusal = status >= 400 && status < 500;
    return status == 501 ||
           (is_refusal && status != 401 && status != 403 && status != 408 && status != 429);
}

static enum model_reading reading_of(const struct model_watch *watch)
{
    if (watch->error == -ENOBUFS)
        return READING_REFUSED;
    if (watch->error == 0 && watch->status == 200)
        return READING_ANSWERED;
    return has_no_list(watch->status) ? READING_REFUSED : READING_FAILED;
}

static void on_end(void *user)
{
    end(user, reading_of(user));
}

static void on_failed(void *user, enum http_failure why);

static const struct http_request_events events = {
    .on_head = on_head, .on_body = on_body, .on_end = on_end, .on_failed = on_failed};

static int start(struct model_watch *watch)
{
    struct worker *worker = watch->worker;
    const struct core_entry *core = &worker_config(worker)->cores[watch->core];
    const struct upstream *upstream = &worker->upstreams[watch->core];
    bool has_key = core_key_field(&core->config, &watch->memory, &watch->key);
    const struct http_outgoing outgoing = {
        .method = BYTES("GET"),
        .target = core_target(core, BYTES("/v1/models"), BYTES(""), &watch->memory),
        .authority = buffer_bytes(&upstream->authority),
        .fields = {&watch->key, has_key},
        .fresh = watch->is_fresh,
    };
    if (!outgoing.target.at || (has_key && !watch->key.value.at))
        return -ENOMEM;
    int r = http_request_start(&watch->request, upstream->origin, &outgoing, &events, watch);
    if (r == 0) /* one more than may come: too much is seen */
        http_request_grant(watch->request, watch->answer.limit + 1);
    return r;
}

static void begin(struct model_watch *watch)
{
    const struct worker *worker = watch->worker;
    arena_init(&watch->memory, &watch->worker->blocks);
    buffer_init(&watch->answer, worker_config(worker)->limits.model_list_bytes,
                worker->shared->memory);
    watch->status = 0;
    watch->error = 0;
    uint64_t patience_ns = timeouts(watch)->models_answer_ms * NS_PER_MS;
    if (start(watch) < 0 || timer_start(&watch->timer, now_of(watch) + patience_ns) < 0)
        end(watch, READING_FAILED);
}

/* A kept connection that its core has closed says nothing of the core. */
static void on_failed(void *user, enum http_failure why)
{
    struct model_watch *watch = user;
    bool is_stale = why == HTTP_FAIL_STALE && !watch->is_fresh;
    if (!is_stale) {
        end(watch, READING_FAILED);
        return;
    }
    let_go(watch);
    watch->is_fresh = true;
    begin(watch);
}

static void on_timer(struct timer *timer)
{
    struct model_watch *watch = CONTAINER_OF(timer, struct model_watch, timer);
    if (watch->request) {
        end(watch, watch->error < 0 ? reading_of(watch) : READING_FAILED);
        return;
    }
    watch->is_fresh = false;
    begin(watch);
}

int model_watch_open(struct model_watch *watch, struct worker *worker, size_t core)
{
    watch->worker = worker;
    watch->core = core;
    timer_init(&watch->timer, worker->loop, on_timer);
    return timer_start(&watch->timer, now_of(watch));
}

bool model_watch_renew(struct model_watch *watch, uint64_t not_before_ns)
{
    if (watch->request)
        return true;
    return watch->ended_ns <= not_before_ns && timer_start(&watch->timer, now_of(watch)) == 0;
}

void model_watch_close(struct model_watch *watch)
{
    if (!watch->worker)
        return;
    let_go(watch);
    timer_stop(&watch->timer);
    buffer_clear(&watch->answer);
}
