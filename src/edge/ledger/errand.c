/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/errand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/ledger/key_row.h"

/* What other processes' writing may hold an errand up: the next one asks again. */
#define BUSY_TIMEOUT_MS 1000

static enum errand_result fail(struct errand *errand, const char *why)
{
    (void)snprintf(errand->why, sizeof errand->why, "%s", why);
    return ERRAND_FAILED;
}

static enum errand_result result_of(struct errand *errand, enum store_status status)
{
    if (status == STORE_OK)
        return ERRAND_DONE;
    return fail(errand, errand->store ? store_sentence(errand->store) : "out of memory");
}

/* ---- the file ---- */

/* What is opened next may be another file, with changes of its own: all of it is read. */
static void close_store(struct errand *errand)
{
    store_close(errand->store);
    errand->store = NULL;
    errand->has_version = false;
    errand->change = 0;
}

/* A store that was there once is not made again: an empty one would let nobody in, and forget what
 * was spent. */
static enum errand_result open_store(struct errand *errand)
{
    const struct store_options options = {.path = errand->options.path,
                                          .must_exist = errand->has_budgets,
                                          .busy_timeout_ms = BUSY_TIMEOUT_MS,
                                          .vfs = errand->options.vfs};
    enum store_status status = store_open(&errand->store, errand->options.loop, &options);
    enum errand_result result = result_of(errand, status);
    if (result == ERRAND_FAILED)
        close_store(errand);
    return result;
}

/* ---- what was drawn ---- */

struct budget_reader {
    struct errand *errand;
    int error;
};

static bool is_over(const struct errand *errand, const struct store_budget *budget)
{
    return budget->first_day < (budget->period == STORE_DAY ? errand->day : errand->month_day);
}

static bool on_budget(void *user, const struct store_budget *budget)
{
    struct budget_reader *reader = user;
    if (is_over(reader->errand, budget))
        return true;
    const struct limit_loaded loaded = {
        .account = budget->account,
        .period = budget->period == STORE_DAY ? LIMIT_DAY : LIMIT_MONTH,
        .first_day = budget->first_day,
        .drawn_nusd = budget->drawn_nusd,
        .percent = budget->told_percent,
    };
    reader->error = limiter_load(reader->errand->options.limiter, &loaded);
    return reader->error == 0;
}

/* Whose spending finds no place would spend it twice: rather nobody is let in. */
static enum errand_result load_budgets(struct errand *errand)
{
    if (errand->has_budgets)
        return ERRAND_DONE;
    struct budget_reader reader = {.errand = errand};
    enum store_status status =
        store_budget_load(errand->store, errand->month_day, on_budget, &reader);
    if (reader.error == -ENOSPC)
        return fail(errand, "the store has more budgets than limits.accounts allows: raise it");
    if (reader.error < 0)
        return fail(errand, "out of memory");
    errand->has_budgets = status == STORE_OK;
    return result_of(errand, status);
}

/* ---- keys ---- */

struct key_reader {
    struct errand_keys *keys;
    struct key_scratch scratch;
    int error;
};

static bool on_tenant(void *user, const struct store_tenant *row)
{
    struct key_reader *reader = user;
    struct tenant tenant;
    reader->error = tenant_row_read(&reader->scratch, row, &tenant);
    if (reader->error == 0)
        reader->error = key_table_put_tenant(reader->keys->fresh, &tenant);
    return reader->error == 0;
}

static bool on_key(void *user, const struct store_key *row)
{
    struct key_reader *reader = user;
    struct key_table *table = reader->keys->fresh;
    struct key key;
    bool is_full = key_table_count(table) >= reader->keys->most;
    if (is_full && !key_table_find_id(table, row->id)) {
        reader->keys->unread++;
        return true;
    }
    reader->error = key_row_read(&reader->scratch, row, &key);
    if (reader->error == 0)
        reader->error = key_table_put(table, &key);
    return reader->error == 0;
}

static void forget_fresh(struct errand *errand)
{
    key_table_release(errand->keys.fresh);
    errand->keys.fresh = NULL;
}

/* Rows behind change `since`, into a fork of what is known; or all, into a new table. */
static enum errand_result read_keys(struct errand *errand, uint64_t since,
                                    struct store_state *ret_state)
{
    struct errand_keys *keys = &errand->keys;
    struct key_reader reader = {.keys = keys};
    const struct store_visitor visitor = {
        .on_tenant = on_tenant, .on_key = on_key, .user = &reader};
    keys->fresh = since > 0 ? key_table_fork(keys->known) : key_table_new(keys->seed);
    keys->unread = 0;
    if (!keys->fresh)
        return fail(errand, "out of memory");
    enum store_status status = store_key_load(errand->store, since, &visitor, ret_state);
    key_scratch_clear(&reader.scratch);
    enum errand_result result =
        reader.error < 0 ? fail(errand, "out of memory") : result_of(errand, status);
    if (result == ERRAND_FAILED)
        forget_fresh(errand);
    return result;
}

/* Nobody is locked out because a file was lost: what is known stays in force. */
static enum errand_result refuse_empty(struct errand *errand)
{
    forget_fresh(errand);
    return fail(errand, "the store has no keys any more, though it had some: restore a backup");
}

static enum errand_result load_keys(struct errand *errand)
{
    struct store_state state = {0};
    uint64_t since = errand->keys.known ? errand->change : 0;
    enum errand_result result = read_keys(errand, since, &state);
    if (result == ERRAND_DONE && state.change < since) { /* another file than last time */
        forget_fresh(errand);
        result = read_keys(errand, 0, &state);
    }
    if (result == ERRAND_FAILED)
        return result;
    bool had_keys =
        state.keys_ever > 0 || (errand->keys.known && key_table_count(errand->keys.known) > 0);
    if (state.keys == 0 && had_keys)
        return refuse_empty(errand);
    errand->keys.lost = state.keys_ever > state.keys ? state.keys_ever - state.keys : 0;
    errand->change = state.change;
    return ERRAND_DONE;
}

/* ---- the kinds ---- */

static enum errand_result load_what_changed(struct errand *errand)
{
    uint64_t version = 0;
    enum errand_result result = result_of(errand, store_changes(errand->store, &version));
    if (result == ERRAND_FAILED)
        close_store(errand); /* to be opened anew: it may have been replaced by a good one */
    if (result == ERRAND_FAILED || (errand->has_version && version == errand->version))
        return result;
    result = load_budgets(errand);
    if (result == ERRAND_DONE)
        result = load_keys(errand);
    errand->has_version = result == ERRAND_DONE;
    errand->version = version;
    return result;
}

static enum errand_result load(struct errand *errand)
{
    enum errand_result result = errand->store ? ERRAND_DONE : open_store(errand);
    return result == ERRAND_DONE ? load_what_changed(errand) : result;
}

/* For whoever writes. Only LOAD makes a store that is not there. */
static enum errand_result reopen(struct errand *errand)
{
    if (errand->store)
        return ERRAND_DONE;
    return errand->has_budgets ? open_store(errand) : fail(errand, "the store was never read");
}

static enum errand_result draw(struct errand *errand)
{
    const struct errand_rows *rows = &errand->rows;
    enum store_status status = STORE_OK;
    if (reopen(errand) == ERRAND_FAILED)
        return ERRAND_FAILED;
    if (rows->budget_count > 0)
        status = store_budget_draw(errand->store, rows->budgets, rows->budget_count);
    if (status == STORE_OK && rows->told_count > 0)
        status = store_budget_tell(errand->store, rows->told, rows->told_count);
    return result_of(errand, status);
}

static enum store_status forget_periods(struct errand *errand)
{
    if (errand->forgotten_day == errand->day)
        return STORE_OK;
    enum store_status status = store_budget_forget(errand->store, STORE_DAY, errand->day);
    if (status == STORE_OK)
        status = store_budget_forget(errand->store, STORE_MONTH, errand->month_day);
    if (status == STORE_OK)
        errand->forgotten_day = errand->day;
    return status;
}

static enum errand_result write_usage(struct errand *errand)
{
    if (reopen(errand) == ERRAND_FAILED)
        return ERRAND_FAILED;
    enum store_status status = forget_periods(errand);
    if (status == STORE_OK && errand->rows.usage_count > 0)
        status = store_usage_add(errand->store, errand->rows.usage, errand->rows.usage_count);
    if (status == STORE_OK)
        errand->rows.usage_count = 0; /* not again, whatever comes behind it */
    return result_of(errand, status);
}

static enum errand_result end(struct errand *errand)
{
    const struct errand_rows *rows = &errand->rows;
    enum errand_result result = write_usage(errand);
    if (result == ERRAND_DONE && rows->budget_count > 0)
        result =
            result_of(errand, store_budget_close(errand->store, rows->budgets, rows->budget_count));
    if (result == ERRAND_DONE || errand->is_last)
        close_store(errand);
    return result;
}

static enum errand_result (*const runs[ERRAND_KINDS])(struct errand *errand) = {
    [ERRAND_LOAD] = load,
    [ERRAND_DRAW] = draw,
    [ERRAND_WRITE] = write_usage,
    [ERRAND_END] = end,
};

/* ---- life ---- */

static void run(struct job *job)
{
    struct errand *errand = CONTAINER_OF(job, struct errand, job);
    errand->result = runs[errand->kind](errand);
}

static void done(struct job *job)
{
    struct errand *errand = CONTAINER_OF(job, struct errand, job);
    errand->options.on_back(errand->options.user);
}

struct errand *errand_open(const struct errand_options *options)
{
    struct errand *errand = calloc(1, sizeof *errand);
    if (!errand)
        return NULL;
    errand->options = *options;
    errand->job = (struct job){.run = run, .done = done};
    return errand;
}

void errand_close(struct errand *errand)
{
    if (!errand)
        return;
    forget_fresh(errand);
    store_close(errand->store);
    free(errand);
}

int errand_send(struct errand *errand, enum errand_kind kind)
{
    errand->kind = kind;
    return job_submit(errand->options.loop, &errand->job);
}
