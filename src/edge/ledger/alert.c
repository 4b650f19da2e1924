/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/alert.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/ledger/alert_message.h"

#define ANSWER_LIMIT_BYTES 65536
#define TOTAL_MS 10000
#define FIRST_PAUSE_MS UINT64_C(1000)

static bool has_webhook(const struct alert_desk *desk)
{
    return desk->config->budgets.webhook != NULL;
}

static struct alert *first_of(struct alert_desk *desk)
{
    return &desk->waiting[desk->first];
}

static void post_first(struct alert_desk *desk);

/* ---- one is over ---- */

static void end_first(struct alert_desk *desk)
{
    struct limit_notice told = first_of(desk)->notice;
    desk->first = (desk->first + 1) % ALERT_MOST;
    desk->count--;
    desk->tries = 0;
    desk->on_told(desk, &told);
    if (desk->count > 0)
        post_first(desk);
}

static void log_undelivered(struct alert_desk *desk, unsigned status, const char *why)
{
    const struct alert *alert = first_of(desk);
    LOG_EVENT(desk->log, LOG_WARN, "webhook_failed", LOG_T("key", bytes_from_cstr(alert->key)),
              LOG_T("tenant", bytes_from_cstr(alert->tenant)),
              LOG_N("percent", alert->notice.percent), LOG_N("tries", desk->tries),
              LOG_N("status", status), LOG_T("why", bytes_from_cstr(why ? why : "refused")));
}

/* Without memory for a timer it is given up. */
static void try_later(struct alert_desk *desk, unsigned status, const char *why)
{
    uint64_t pause_ns = (FIRST_PAUSE_MS << (desk->tries - 1)) * NS_PER_MS;
    if (desk->tries < ALERT_TRIES &&
        timer_start(&desk->timer, loop_now_ns(desk->loop) + pause_ns) == 0)
        return;
    log_undelivered(desk, status, why);
    end_first(desk);
}

/* Whoever understood and does not want it will not want it later either. */
static bool is_refusal(unsigned status)
{
    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

static void on_posted(struct fetch *fetch, unsigned status, const char *why)
{
    struct alert_desk *desk = CONTAINER_OF(fetch, struct alert_desk, fetch);
    if (status >= 200 && status < 300) {
        end_first(desk);
    } else if (is_refusal(status)) {
        log_undelivered(desk, status, why);
        end_first(desk);
    } else {
        try_later(desk, status, why);
    }
}

/* ---- one is posted ---- */

static int write_message(struct alert_desk *desk)
{
    const struct alert *alert = first_of(desk);
    const struct secret *secret = &desk->config->budgets.webhook_secret;
    uint64_t now_s = loop_wall_ms(desk->loop) / 1000;
    buffer_clear(&desk->body);
    buffer_clear(&desk->id);
    buffer_clear(&desk->timestamp);
    buffer_clear(&desk->signature);
    int r = alert_message_write(&desk->body, alert, desk->config->node_name);
    if (r == 0)
        r = alert_message_name(&desk->id, &alert->notice);
    if (r == 0)
        r = buffer_append_format(&desk->timestamp, "%" PRIu64, now_s);
    if (r < 0 || !secret_is_set(secret))
        return r;
    const struct alert_envelope envelope = {buffer_bytes(&desk->id), buffer_bytes(&desk->timestamp),
                                            buffer_bytes(&desk->body)};
    return alert_message_sign(&desk->signature, secret, &envelope);
}

static int post(struct alert_desk *desk)
{
    int r = write_message(desk);
    if (r < 0)
        return r;
    desk->fields[0] = (struct http_field){BYTES("content-type"), BYTES("application/json")};
    desk->fields[1] = (struct http_field){BYTES("webhook-id"), buffer_bytes(&desk->id)};
    desk->fields[2] =
        (struct http_field){BYTES("webhook-timestamp"), buffer_bytes(&desk->timestamp)};
    desk->fields[3] =
        (struct http_field){BYTES("webhook-signature"), buffer_bytes(&desk->signature)};
    desk->part = buffer_bytes(&desk->body);
    const struct http_outgoing what = {
        .method = BYTES("POST"),
        .fields = {desk->fields, desk->signature.length > 0 ? 4 : 3},
        .body = &desk->part,
        .body_part_count = 1,
    };
    return fetch_start(&desk->fetch, &what);
}

static void post_first(struct alert_desk *desk)
{
    desk->tries++;
    int r = post(desk);
    if (r < 0)
        try_later(desk, 0, strerror(-r));
}

static void on_timer(struct timer *timer)
{
    post_first(CONTAINER_OF(timer, struct alert_desk, timer));
}

/* ---- life ---- */

static void log_alert(struct alert_desk *desk, const struct alert *alert)
{
    char account[17]; /* as the webhook has it */
    (void)snprintf(account, sizeof account, "%016" PRIx64, alert->notice.account);
    LOG_EVENT(desk->log, LOG_WARN, "budget_used", LOG_T("key", bytes_from_cstr(alert->key)),
              LOG_T("tenant", bytes_from_cstr(alert->tenant)),
              LOG_T("account", bytes_from_cstr(account)),
              LOG_T("period", alert->notice.period == LIMIT_DAY ? BYTES("day") : BYTES("month")),
              LOG_N("percent", alert->notice.percent), LOG_N("used_nusd", alert->notice.used_nusd),
              LOG_N("limit_nusd", alert->notice.limit_nusd));
}

void alert_desk_take(struct alert_desk *desk, const struct alert *alert)
{
    log_alert(desk, alert);
    if (!has_webhook(desk)) {
        desk->on_told(desk, &alert->notice);
        return;
    }
    if (desk->count == ALERT_MOST) {
        LOG_EVENT(desk->log, LOG_WARN, "webhook_dropped", LOG_N("waiting", desk->count));
        desk->on_told(desk, &alert->notice);
        return;
    }
    desk->waiting[(desk->first + desk->count) % ALERT_MOST] = *alert;
    if (++desk->count == 1)
        post_first(desk);
}

static int open_webhook(struct alert_desk *desk, const struct alert_desk_options *options,
                        struct buffer *ret_why)
{
    const struct edge_config *config = options->config;
    const struct fetch_options fetch = {
        .url = &config->budgets.webhook_url,
        .ca_file = config->budgets.webhook_ca_file,
        .resolve_refresh_ms = config->timeouts.resolve_refresh_ms,
        .connect_timeout_ms = config->timeouts.connect_ms,
        .total_ms = TOTAL_MS,
        .answer_limit = ANSWER_LIMIT_BYTES,
        .blocks = options->blocks,
        .budget = options->budget,
        .on_end = on_posted,
    };
    desk->waiting = calloc(ALERT_MOST, sizeof *desk->waiting);
    return desk->waiting ? fetch_open(&desk->fetch, desk->loop, &fetch, ret_why) : -ENOMEM;
}

int alert_desk_open(struct alert_desk *desk, struct loop *loop,
                    const struct alert_desk_options *options, struct buffer *ret_why)
{
    desk->loop = loop;
    desk->log = options->log;
    desk->config = options->config;
    desk->on_told = options->on_told;
    timer_init(&desk->timer, loop, on_timer);
    return has_webhook(desk) ? open_webhook(desk, options, ret_why) : 0;
}

void alert_desk_close(struct alert_desk *desk)
{
    if (!desk->loop)
        return;
    timer_stop(&desk->timer);
    fetch_close(&desk->fetch);
    buffer_clear(&desk->body);
    buffer_clear(&desk->id);
    buffer_clear(&desk->timestamp);
    buffer_clear(&desk->signature);
    free(desk->waiting);
    *desk = (struct alert_desk){0};
}
