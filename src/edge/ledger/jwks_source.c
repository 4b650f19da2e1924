/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/jwks_source.h"

#include <errno.h>
#include <stdio.h>

#include "loop/file.h"

#define TOTAL_MS 10000
#define FIRST_RETRY_MS 1000

static const char *name_of(const struct jwks_source *source)
{
    const struct jwt_config *jwt = &source->config->jwt;
    return jwt->jwks_file ? jwt->jwks_file : jwt->jwks_url;
}

static uint64_t pause_ms(const struct jwks_source *source)
{
    uint64_t most_ms = source->config->jwt.jwks_refresh_ms;
    uint64_t ms = source->failures > 0 ? FIRST_RETRY_MS : most_ms;
    for (unsigned i = 1; i < source->failures && ms < most_ms; i++)
        ms *= 2;
    return ms < most_ms ? ms : most_ms;
}

/* ---- a reading ends ---- */

static void log_failure(struct jwks_source *source, const char *why)
{
    if (source->failures++ > 0)
        return;
    LOG_EVENT(source->log, LOG_WARN, "jwks_unread", LOG_T("from", bytes_from_cstr(name_of(source))),
              LOG_T("why", bytes_from_cstr(why)));
}

static void log_success(struct jwks_source *source, const struct jwks *jwks)
{
    if (source->failures == 0 && source->ended_ns > 0)
        return;
    source->failures = 0;
    LOG_EVENT(source->log, LOG_INFO, "jwks_read", LOG_T("from", bytes_from_cstr(name_of(source))),
              LOG_N("keys", jwks_count(jwks)), LOG_N("left_out", jwks_left_out(jwks)));
}

/* Without memory for a timer the next reading is the one that a token asks for. */
static void end(struct jwks_source *source, struct jwks *jwks, const char *why)
{
    source->is_reading = false;
    if (jwks)
        log_success(source, jwks);
    else
        log_failure(source, why);
    source->ended_ns = loop_now_ns(source->loop);
    if (!source->has_ended)
        (void)timer_start(&source->timer, source->ended_ns + pause_ms(source) * NS_PER_MS);
    source->on_read(source, jwks);
}

/* ---- a page ---- */

static void on_fetched(struct fetch *fetch, unsigned status, const char *why)
{
    struct jwks_source *source = CONTAINER_OF(fetch, struct jwks_source, fetch);
    struct jwks *jwks = NULL;
    char text[JWKS_WHY_BYTES] = "out of memory";
    if (why)
        (void)snprintf(text, sizeof text, "%s", why);
    else if (status != 200)
        (void)snprintf(text, sizeof text, "it answers with %u", status);
    else
        (void)jwks_read(&jwks, buffer_bytes(&fetch->answer), text);
    end(source, jwks, text);
}

static int start_fetch(struct jwks_source *source)
{
    source->accept = (struct http_field){BYTES("accept"), BYTES("application/json")};
    const struct http_outgoing what = {.method = BYTES("GET"), .fields = {&source->accept, 1}};
    return fetch_start(&source->fetch, &what);
}

/* ---- a file ---- */

static void read_file(struct job *job)
{
    struct jwks_file *file = CONTAINER_OF(job, struct jwks_file, job);
    int r = file_read_whole(file->loop, file->path, JWKS_BYTES_LIMIT, &file->text);
    if (r < 0)
        (void)snprintf(file->why, sizeof file->why, "%s", strerror(-r));
    else if (jwks_read(&file->jwks, buffer_bytes(&file->text), file->why) == -ENOMEM)
        (void)snprintf(file->why, sizeof file->why, "out of memory");
    buffer_clear(&file->text);
}

static void on_file_read(struct job *job)
{
    struct jwks_source *source = CONTAINER_OF(job, struct jwks_source, file.job);
    struct jwks *jwks = source->file.jwks;
    source->file.jwks = NULL;
    end(source, jwks, source->file.why);
}

static int start_file(struct jwks_source *source)
{
    source->file.loop = source->loop;
    source->file.path = source->config->jwt.jwks_file;
    source->file.job.run = read_file;
    source->file.job.done = on_file_read;
    return job_submit(source->loop, &source->file.job);
}

/* ---- life ---- */

static void begin(struct jwks_source *source)
{
    timer_stop(&source->timer);
    source->is_reading = true;
    int r = source->config->jwt.jwks_file ? start_file(source) : start_fetch(source);
    if (r < 0)
        end(source, NULL, strerror(-r));
}

static void on_timer(struct timer *timer)
{
    begin(CONTAINER_OF(timer, struct jwks_source, timer));
}

uint64_t jwks_source_due_ns(const struct jwks_source *source)
{
    if (source->ended_ns == 0)
        return 0;
    return source->ended_ns + source->config->jwt.jwks_recheck_ms * NS_PER_MS;
}

bool jwks_source_renew(struct jwks_source *source)
{
    uint64_t now_ns = loop_now_ns(source->loop);
    if (source->is_reading)
        return true;
    if (source->has_ended || now_ns < jwks_source_due_ns(source))
        return false;
    return timer_start(&source->timer, now_ns) == 0;
}

int jwks_source_open(struct jwks_source *source, struct loop *loop,
                     const struct jwks_source_options *options, struct buffer *ret_why)
{
    const struct edge_config *config = options->config;
    const struct fetch_options fetch = {
        .url = &config->jwt.jwks_address,
        .ca_file = config->jwt.jwks_ca_file,
        .resolve_refresh_ms = config->timeouts.resolve_refresh_ms,
        .connect_timeout_ms = config->timeouts.connect_ms,
        .total_ms = TOTAL_MS,
        .answer_limit = JWKS_BYTES_LIMIT,
        .blocks = options->blocks,
        .budget = options->budget,
        .on_end = on_fetched,
    };
    source->loop = loop;
    source->log = options->log;
    source->config = config;
    source->on_read = options->on_read;
    timer_init(&source->timer, loop, on_timer);
    int r = config->jwt.jwks_file ? 0 : fetch_open(&source->fetch, loop, &fetch, ret_why);
    return r < 0 ? r : timer_start(&source->timer, loop_now_ns(loop));
}

void jwks_source_end(struct jwks_source *source)
{
    source->has_ended = true;
    timer_stop(&source->timer);
    if (!fetch_is_under_way(&source->fetch))
        return;
    fetch_close(&source->fetch);
    source->is_reading = false;
}

void jwks_source_close(struct jwks_source *source)
{
    if (!source->loop)
        return;
    timer_stop(&source->timer);
    fetch_close(&source->fetch);
    buffer_clear(&source->file.text);
    jwks_release(source->file.jwks);
}
