/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/ledger.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/ledger/ledger_body.h"

#define BLOCK_BYTES 4096
#define BLOCK_SPANS_KEPT 1

static uint64_t wall_ms(void *clock)
{
    return loop_wall_ms(clock);
}

static bool takes_keys(const struct ledger *ledger)
{
    return ledger->config->auth == AUTH_KEYS || ledger->config->auth == AUTH_KEYS_AND_JWT;
}

static bool takes_tokens(const struct ledger *ledger)
{
    return ledger->config->auth == AUTH_JWT || ledger->config->auth == AUTH_KEYS_AND_JWT;
}

/* ---- what the seats are told ---- */

static void tell_seats(struct ledger *ledger, enum told draws, enum told jwks)
{
    const struct seat_news news = {.access = ledger->access,
                                   .jwks_due_ns = jwks_source_due_ns(&ledger->jwks),
                                   .draws = draws,
                                   .jwks = jwks};
    for (size_t i = 0; i < ledger->seat_count; i++)
        seat_tell(&ledger->seats[i], &news);
}

/* A token's budgets are in the store: without them it cannot be let in either. */
static bool knows_spending(const struct ledger *ledger)
{
    return !teller_has_store(&ledger->teller) || ledger->access.keys;
}

static void show_jwks(struct ledger *ledger)
{
    struct access *access = &ledger->access;
    if (!ledger->read_jwks || !knows_spending(ledger))
        return;
    jwks_hold(ledger->read_jwks);
    jwks_release(access->jwks);
    access->jwks = ledger->read_jwks;
    access->jwks_state = ACCESS_READY;
}

/* What was known once stays known. */
static void lose(enum access_state *state)
{
    if (*state == ACCESS_LOADING)
        *state = ACCESS_UNAVAILABLE;
}

static void on_keys(void *user, struct key_table *keys)
{
    struct ledger *ledger = user;
    key_table_release(ledger->access.keys);
    ledger->access.keys = keys;
    if (takes_keys(ledger))
        ledger->access.keys_state = ACCESS_READY;
    show_jwks(ledger);
    tell_seats(ledger, TOLD_NOTHING, TOLD_NOTHING);
}

static void on_unread(void *user)
{
    struct ledger *ledger = user;
    lose(&ledger->access.keys_state);
    lose(&ledger->access.jwks_state);
    tell_seats(ledger, TOLD_NOTHING, TOLD_NOTHING);
}

static void on_drawn(void *user, enum told told)
{
    tell_seats(user, told, TOLD_NOTHING);
}

static void check_stopped(struct ledger *ledger)
{
    if (ledger->has_ended && !ledger->jwks.is_reading)
        loop_post(ledger->loop, &ledger->stopped_task);
}

static void on_jwks(struct jwks_source *source, struct jwks *jwks)
{
    struct ledger *ledger = CONTAINER_OF(source, struct ledger, jwks);
    if (jwks) {
        jwks_release(ledger->read_jwks);
        ledger->read_jwks = jwks;
        show_jwks(ledger);
    } else {
        lose(&ledger->access.jwks_state);
    }
    tell_seats(ledger, TOLD_NOTHING, jwks ? TOLD_LOOK_AGAIN : TOLD_FAILED);
    check_stopped(ledger);
}

static void on_ended(void *user)
{
    struct ledger *ledger = user;
    ledger->has_ended = true;
    check_stopped(ledger);
}

/* ---- what the seats ask ---- */

static void on_call(void *user, struct message *message)
{
    struct ledger *ledger = user;
    struct seat_call call = seat_take_call(seat_of_call(message));
    if (ledger->on_stopped)
        return; /* nobody waits any more */
    if (call.wants_draw)
        teller_hurry(&ledger->teller);
    if (call.wants_jwks && !jwks_source_renew(&ledger->jwks))
        tell_seats(ledger, TOLD_NOTHING, TOLD_LOOK_AGAIN);
}

static bool next_usage(void *user, size_t seat, struct usage_table *table)
{
    struct ledger *ledger = user;
    if (seat >= ledger->seat_count)
        return false;
    seat_swap_usage(&ledger->seats[seat], table);
    return true;
}

struct seat *ledger_take_seat(struct ledger *ledger)
{
    /* relaxed: only the number counts; what stands behind it was written before any worker */
    size_t i = atomic_fetch_add_explicit(&ledger->seats_taken, 1, memory_order_relaxed);
    assert(i < ledger->seat_count);
    return &ledger->seats[i];
}

/* ---- alerts ---- */

static void write_names(const struct ledger *ledger, struct alert *alert)
{
    const struct limit_notice *notice = &alert->notice;
    const struct key_table *keys = ledger->access.keys;
    const struct key *key = keys ? key_table_find_id(keys, notice->account) : NULL;
    const struct tenant *tenant = keys ? key_table_tenant_id(keys, notice->tenant) : NULL;
    if (key)
        (void)snprintf(alert->key, sizeof alert->key, "%s", key->name);
    if (tenant)
        (void)snprintf(alert->tenant, sizeof alert->tenant, "%s", tenant->name);
}

static void on_alert(struct draws *draws, const struct limit_notice *notice)
{
    struct ledger *ledger = CONTAINER_OF(draws, struct ledger, teller.draws);
    struct alert alert = {.notice = *notice, .wall_ms = loop_wall_ms(ledger->loop)};
    write_names(ledger, &alert);
    alert_desk_take(&ledger->alerts, &alert);
}

static void on_told(struct alert_desk *desk, const struct limit_notice *notice)
{
    struct ledger *ledger = CONTAINER_OF(desk, struct ledger, alerts);
    draws_keep_told(&ledger->teller.draws, notice);
}

/* ---- life ---- */

static int open_limiter(struct ledger *ledger)
{
    struct limiter_options options = {.accounts = ledger->config->limits.accounts,
                                      .chunk_nusd = ledger->config->budgets.chunk_nusd};
    loop_entropy(ledger->loop, &options.seed, sizeof options.seed);
    return limiter_open(&ledger->limiter, &options);
}

static int open_seats(struct ledger *ledger)
{
    const struct seat_options options = {.limiter = ledger->limiter,
                                         .ledger_inbox = ledger->inbox,
                                         .usage_most = teller_usage_most(&ledger->teller)};
    int r = 0;
    for (size_t i = 0; r == 0 && i < ledger->seat_count; i++)
        r = seat_init(&ledger->seats[i], &options);
    return r;
}

static int open_teller(struct ledger *ledger, const struct ledger_options *options)
{
    const struct teller_options teller = {.config = ledger->config,
                                          .vfs = options->store_vfs,
                                          .log = &ledger->log,
                                          .limiter = ledger->limiter,
                                          .seats = ledger->seat_count,
                                          .events = {.on_keys = on_keys,
                                                     .on_unread = on_unread,
                                                     .on_drawn = on_drawn,
                                                     .next_usage = next_usage,
                                                     .on_ended = on_ended,
                                                     .user = ledger},
                                          .on_alert = on_alert};
    return teller_open(&ledger->teller, ledger->loop, &teller);
}

static int open_jwks(struct ledger *ledger, const struct ledger_options *options,
                     struct buffer *ret_why)
{
    const struct jwks_source_options jwks = {.config = ledger->config,
                                             .log = &ledger->log,
                                             .blocks = &ledger->blocks,
                                             .budget = options->memory,
                                             .on_read = on_jwks};
    return takes_tokens(ledger) ? jwks_source_open(&ledger->jwks, ledger->loop, &jwks, ret_why) : 0;
}

static int open_alerts(struct ledger *ledger, const struct ledger_options *options,
                       struct buffer *ret_why)
{
    const struct alert_desk_options alerts = {.config = ledger->config,
                                              .log = &ledger->log,
                                              .blocks = &ledger->blocks,
                                              .budget = options->memory,
                                              .on_told = on_told};
    return alert_desk_open(&ledger->alerts, ledger->loop, &alerts, ret_why);
}

/* Where somebody is asked who he is. */
static int open_all(struct ledger *ledger, const struct ledger_options *options,
                    struct buffer *ret_why)
{
    ledger->access.keys_state = takes_keys(ledger) ? ACCESS_LOADING : ACCESS_OFF;
    ledger->access.jwks_state = takes_tokens(ledger) ? ACCESS_LOADING : ACCESS_OFF;
    int r = mailbox_open(&ledger->inbox, ledger->loop, ledger->seat_count, on_call, ledger);
    if (r == 0)
        r = open_limiter(ledger);
    if (r == 0)
        r = open_teller(ledger, options);
    if (r == 0)
        r = open_jwks(ledger, options, ret_why);
    return r < 0 ? r : open_alerts(ledger, options, ret_why);
}

static void tell_stopped(struct task *task)
{
    struct ledger *ledger = CONTAINER_OF(task, struct ledger, stopped_task);
    ledger->on_stopped(ledger->user);
}

int ledger_open(struct ledger **ret_ledger, struct loop *loop, const struct ledger_options *options,
                struct buffer *ret_why)
{
    const struct edge_config *config = options->config;
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return -ENOMEM;
    ledger->loop = loop;
    ledger->config = config;
    ledger->seat_count = options->seats;
    ledger->log = (struct log){.least = config->log_level,
                               .node = config->node_name,
                               .write = options->log_write,
                               .sink = options->log_sink,
                               .wall_ms = wall_ms,
                               .clock = loop};
    block_pool_init(&ledger->blocks, BLOCK_BYTES, BLOCK_SPANS_KEPT, options->memory);
    task_init(&ledger->stopped_task, tell_stopped);
    ledger->seats = calloc(options->seats, sizeof *ledger->seats);
    int r = ledger->seats ? 0 : -ENOMEM;
    if (r == 0 && config->auth != AUTH_OPEN)
        r = open_all(ledger, options, ret_why);
    if (r == 0)
        r = open_seats(ledger);
    if (r < 0) {
        ledger_close(ledger);
        return r;
    }
    tell_seats(ledger, TOLD_NOTHING, TOLD_NOTHING);
    *ret_ledger = ledger;
    return 0;
}

void ledger_stop(struct ledger *ledger, uint64_t until_ns, void (*on_stopped)(void *user),
                 void *user)
{
    ledger->on_stopped = on_stopped;
    ledger->user = user;
    jwks_source_end(&ledger->jwks);
    ledger->has_ended = !ledger->limiter;
    if (ledger->limiter)
        teller_end(&ledger->teller, until_ns);
    check_stopped(ledger);
}

/* Takes half-built ones. */
void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    alert_desk_close(&ledger->alerts);
    jwks_source_close(&ledger->jwks);
    teller_close(&ledger->teller);
    if (ledger->inbox)
        mailbox_close(ledger->inbox);
    loop_cancel(ledger->loop, &ledger->stopped_task);
    for (size_t i = 0; ledger->seats && i < ledger->seat_count; i++)
        seat_clear(&ledger->seats[i]);
    free(ledger->seats);
    access_release(&ledger->access);
    jwks_release(ledger->read_jwks);
    limiter_close(ledger->limiter);
    block_pool_clear(&ledger->blocks);
    free(ledger);
}
