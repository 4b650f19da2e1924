/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/teller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "limit/period.h"

#define RETRY_FIRST_MS 50
#define RETRY_MOST_MS 5000
#define WRITE_EVERY_MS 1000

static const char *const work_names[ERRAND_KINDS] = {
    [ERRAND_LOAD] = "read",
    [ERRAND_DRAW] = "draw",
    [ERRAND_WRITE] = "write",
    [ERRAND_END] = "end",
};

static uint64_t now_of(const struct teller *teller)
{
    return loop_now_ns(teller->loop);
}

/* ---- how it went ---- */

static uint64_t retry_ms(unsigned failures)
{
    uint64_t ms = RETRY_FIRST_MS;
    for (unsigned i = 1; i < failures && ms < RETRY_MOST_MS; i++)
        ms *= 2;
    return ms < RETRY_MOST_MS ? ms : RETRY_MOST_MS;
}

static uint64_t pause_ms(const struct teller *teller, enum errand_kind kind)
{
    unsigned failures = teller->works[kind].failures;
    if (failures > 0)
        return retry_ms(failures);
    if (kind == ERRAND_LOAD)
        return teller->config->keys.poll_ms;
    return kind == ERRAND_WRITE ? WRITE_EVERY_MS : 0;
}

static void put_off(struct teller *teller, enum errand_kind kind)
{
    teller->works[kind].due_ns = now_of(teller) + pause_ms(teller, kind) * NS_PER_MS;
}

static void log_work(struct teller *teller, enum errand_kind kind, const char *why)
{
    struct bytes path = bytes_from_cstr(teller->path);
    struct bytes work = bytes_from_cstr(work_names[kind]);
    if (why)
        LOG_EVENT(teller->log, LOG_ERROR, "store_failed", LOG_T("work", work), LOG_T("path", path),
                  LOG_T("why", bytes_from_cstr(why)));
    else
        LOG_EVENT(teller->log, LOG_INFO, "store_works", LOG_T("work", work), LOG_T("path", path));
}

/* The first of a row of failures is told, and the success behind it. */
static void note_result(struct teller *teller, enum errand_kind kind, enum errand_result result,
                        const char *why)
{
    struct teller_work *work = &teller->works[kind];
    if (result == ERRAND_FAILED && work->failures++ == 0)
        log_work(teller, kind, why);
    if (result == ERRAND_DONE && work->failures > 0) {
        work->failures = 0;
        log_work(teller, kind, NULL);
    }
    put_off(teller, kind);
}

/* ---- LOAD ---- */

static bool prepare_load(struct teller *teller)
{
    struct errand_keys *keys = &teller->errand->keys;
    *keys = (struct errand_keys){
        .known = teller->keys, .seed = teller->seed, .most = teller->config->keys.most};
    return true;
}

/* Both are told when they change. */
static void log_keys(struct teller *teller, const struct errand_keys *keys)
{
    if (keys->unread != 0 && keys->unread != teller->keys_unread)
        LOG_EVENT(teller->log, LOG_ERROR, "keys_too_many", LOG_N("limit", keys->most),
                  LOG_N("unread", keys->unread));
    if (keys->lost != 0 && keys->lost != teller->keys_lost)
        LOG_EVENT(teller->log, LOG_ERROR, "keys_lost", LOG_N("count", keys->lost));
    teller->keys_unread = keys->unread;
    teller->keys_lost = keys->lost;
}

static void finish_load(struct teller *teller, enum errand_result result)
{
    struct errand_keys *keys = &teller->errand->keys;
    if (result == ERRAND_FAILED)
        teller->events.on_unread(teller->events.user);
    if (!keys->fresh)
        return;
    log_keys(teller, keys);
    key_table_release(teller->keys);
    teller->keys = keys->fresh;
    keys->fresh = NULL;
    key_table_hold(teller->keys);
    teller->events.on_keys(teller->events.user, teller->keys);
}

/* ---- DRAW ---- */

static bool prepare_draw(struct teller *teller)
{
    return draws_prepare(&teller->draws, &teller->errand->rows);
}

static void finish_draw(struct teller *teller, enum errand_result result)
{
    enum told told = draws_finish(&teller->draws, result);
    if (told != TOLD_NOTHING)
        teller->events.on_drawn(teller->events.user, told);
}

/* ---- WRITE ---- */

static void collect_usage(struct teller *teller)
{
    for (size_t seat = 0; teller->events.next_usage(teller->events.user, seat, &teller->spare);
         seat++)
        usage_table_move(&teller->usage, &teller->spare);
    if (teller->usage.dropped > 0)
        LOG_EVENT(teller->log, LOG_WARN, "usage_dropped", LOG_N("requests", teller->usage.dropped));
    teller->usage.dropped = 0;
}

/* Without memory for the rows they wait for the next time. */
static void lend_usage(struct teller *teller)
{
    struct errand_rows *rows = &teller->errand->rows;
    size_t count = teller->usage.count;
    rows->usage_count = 0;
    teller->usage_rows = count > 0 ? malloc(count * sizeof *teller->usage_rows) : NULL;
    if (!teller->usage_rows)
        return;
    rows->usage = teller->usage_rows;
    rows->usage_count = usage_table_list(&teller->usage, teller->usage_rows);
}

static bool prepare_write(struct teller *teller)
{
    collect_usage(teller);
    lend_usage(teller);
    return teller->errand->rows.usage_count > 0;
}

/* The errand has taken them off its list as soon as they were written. */
static void finish_write(struct teller *teller, enum errand_result result)
{
    (void)result;
    if (teller->usage_rows && teller->errand->rows.usage_count == 0)
        usage_table_empty(&teller->usage);
    free(teller->usage_rows);
    teller->usage_rows = NULL;
}

/* ---- END ---- */

static int grow_budgets(struct teller *teller)
{
    size_t room = teller->budget_room > 0 ? 2 * teller->budget_room : 64;
    struct store_budget *budgets = realloc(teller->budgets, room * sizeof *budgets);
    if (!budgets)
        return -ENOMEM;
    teller->budgets = budgets;
    teller->budget_room = room;
    return 0;
}

/* Without memory what was drawn stays drawn, as if the process had been killed. */
static void on_budget(void *user, const struct limit_notice *notice)
{
    struct teller *teller = user;
    if (teller->budget_count == teller->budget_room && grow_budgets(teller) < 0)
        return;
    teller->budgets[teller->budget_count++] =
        (struct store_budget){.account = notice->account,
                              .period = notice->period == LIMIT_DAY ? STORE_DAY : STORE_MONTH,
                              .first_day = notice->first_day,
                              .drawn_nusd = notice->used_nusd,
                              .used_nusd = notice->used_nusd};
}

static bool prepare_end(struct teller *teller)
{
    struct errand *errand = teller->errand;
    (void)prepare_write(teller);
    teller->budget_count = 0;
    if (errand->has_budgets)
        limiter_each_budget(teller->limiter, on_budget, teller);
    errand->rows.budgets = teller->budgets;
    errand->rows.budget_count = teller->budget_count;
    errand->is_last = now_of(teller) >= teller->until_ns;
    return errand->has_budgets; /* else there was never anything to write, and nobody to write to */
}

static void ended(struct teller *teller)
{
    teller->state = TELLER_ENDED;
    timer_stop(&teller->timer);
    teller->events.on_ended(teller->events.user);
}

static void finish_end(struct teller *teller, enum errand_result result)
{
    finish_write(teller, result);
    if (result == ERRAND_DONE || teller->errand->is_last)
        ended(teller);
}

/* ---- one after the other ---- */

static const struct {
    bool (*prepare)(struct teller *teller); /* false: there is nothing to do */
    void (*finish)(struct teller *teller, enum errand_result result);
} works[ERRAND_KINDS] = {
    [ERRAND_LOAD] = {prepare_load, finish_load},
    [ERRAND_DRAW] = {prepare_draw, finish_draw},
    [ERRAND_WRITE] = {prepare_write, finish_write},
    [ERRAND_END] = {prepare_end, finish_end},
};

static void note_back(struct teller *teller, enum errand_result result, const char *why)
{
    enum errand_kind kind = teller->errand->kind;
    teller->is_away = false;
    note_result(teller, kind, result, why);
    works[kind].finish(teller, result);
}

/* True: an errand has left. */
static bool send_errand(struct teller *teller, enum errand_kind kind)
{
    struct errand *errand = teller->errand;
    uint64_t wall_ms = loop_wall_ms(teller->loop);
    if (now_of(teller) < teller->works[kind].due_ns)
        return false;
    errand->day = period_first_day(LIMIT_DAY, wall_ms);
    errand->month_day = period_first_day(LIMIT_MONTH, wall_ms);
    if (!works[kind].prepare(teller)) {
        put_off(teller, kind);
        return false;
    }
    int r = errand_send(errand, kind);
    teller->is_away = r == 0;
    if (r < 0)
        note_back(teller, ERRAND_FAILED, strerror(-r));
    return r == 0;
}

/* Of what is done anyway; what is to be drawn is looked for then as well. */
static void wait(struct teller *teller)
{
    const struct teller_work *load = &teller->works[ERRAND_LOAD];
    const struct teller_work *write = &teller->works[ERRAND_WRITE];
    const struct teller_work *draw = &teller->works[ERRAND_DRAW];
    uint64_t due_ns = load->due_ns < write->due_ns ? load->due_ns : write->due_ns;
    if (draw->failures > 0 && draw->due_ns < due_ns)
        due_ns = draw->due_ns;
    (void)timer_start(&teller->timer, due_ns); /* as all starts: see on_timer() */
}

static void go_on(struct teller *teller)
{
    if (teller->is_away)
        return;
    if (!send_errand(teller, ERRAND_DRAW) && !send_errand(teller, ERRAND_LOAD) &&
        !send_errand(teller, ERRAND_WRITE))
        wait(teller);
}

/* What somebody was told is written first. END is tried until it works, or its time is over. */
static void go_to_end(struct teller *teller)
{
    if (teller->is_away || teller->state == TELLER_ENDED)
        return;
    if (teller->draws.told_count > 0 && teller->works[ERRAND_DRAW].failures == 0 &&
        send_errand(teller, ERRAND_DRAW))
        return;
    uint64_t due_ns = teller->works[ERRAND_END].due_ns;
    if (now_of(teller) < due_ns && now_of(teller) < teller->until_ns) {
        (void)timer_start(&teller->timer, due_ns < teller->until_ns ? due_ns : teller->until_ns);
        return;
    }
    teller->works[ERRAND_END].due_ns = 0;
    if (!send_errand(teller, ERRAND_END) && !teller->is_away && teller->state != TELLER_ENDED)
        ended(teller);
}

static void go(struct teller *teller)
{
    if (teller->state == TELLER_WORKS)
        go_on(teller);
    else
        go_to_end(teller);
}

static void on_back(void *user)
{
    struct teller *teller = user;
    note_back(teller, teller->errand->result, teller->errand->why);
    go(teller);
}

static void grant_all(struct teller *teller)
{
    enum told told = draws_grant(&teller->draws);
    if (told != TOLD_NOTHING)
        teller->events.on_drawn(teller->events.user, told);
}

/* The timer takes the room that it has just left, and keeps it: no later start of it can fail for
 * want of memory, which would stop everything here for ever. */
static void on_timer(struct timer *timer)
{
    struct teller *teller = CONTAINER_OF(timer, struct teller, timer);
    (void)timer_start(timer, now_of(teller) + teller->config->keys.poll_ms * NS_PER_MS);
    if (teller->errand)
        go(teller);
    else if (teller->state == TELLER_WORKS)
        grant_all(teller);
    else
        ended(teller);
}

/* ---- life ---- */

static char *store_path(const char *data_dir)
{
    size_t size = strlen(data_dir) + sizeof "/" STORE_FILE_NAME;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", data_dir, STORE_FILE_NAME);
    return path;
}

static int open_store(struct teller *teller, const struct teller_options *options)
{
    size_t usage_most = teller->config->limits.usage_rows;
    teller->path = store_path(teller->config->data_dir);
    if (!teller->path)
        return -ENOMEM;
    const struct errand_options errand = {.loop = teller->loop,
                                          .path = teller->path,
                                          .vfs = options->vfs,
                                          .limiter = teller->limiter,
                                          .on_back = on_back,
                                          .user = teller};
    teller->errand = errand_open(&errand);
    int r = teller->errand ? 0 : -ENOMEM;
    if (r == 0)
        r = usage_table_init(&teller->usage, usage_most * options->seats);
    return r < 0 ? r : usage_table_init(&teller->spare, usage_most);
}

int teller_open(struct teller *teller, struct loop *loop, const struct teller_options *options)
{
    teller->loop = loop;
    teller->log = options->log;
    teller->config = options->config;
    teller->limiter = options->limiter;
    teller->events = options->events;
    teller->draws.limiter = options->limiter;
    teller->draws.on_alert = options->on_alert;
    loop_entropy(loop, &teller->seed, sizeof teller->seed);
    timer_init(&teller->timer, loop, on_timer);
    int r = options->config->data_dir ? open_store(teller, options) : 0;
    return r < 0 ? r : timer_start(&teller->timer, loop_now_ns(loop));
}

void teller_hurry(struct teller *teller)
{
    if (!teller->is_away && teller->state == TELLER_WORKS)
        (void)timer_start(&teller->timer, now_of(teller));
}

void teller_end(struct teller *teller, uint64_t until_ns)
{
    teller->state = TELLER_ENDS;
    teller->until_ns = until_ns;
    if (!teller->is_away)
        (void)timer_start(&teller->timer, now_of(teller));
}

bool teller_has_store(const struct teller *teller)
{
    return teller->errand != NULL;
}

size_t teller_usage_most(const struct teller *teller)
{
    return teller->spare.most;
}

void teller_close(struct teller *teller)
{
    if (!teller->loop)
        return;
    timer_stop(&teller->timer);
    errand_close(teller->errand);
    key_table_release(teller->keys);
    usage_table_clear(&teller->usage);
    usage_table_clear(&teller->spare);
    free(teller->usage_rows);
    free(teller->budgets);
    free(teller->path);
}
