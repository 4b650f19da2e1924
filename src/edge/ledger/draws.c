/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/ledger/draws.h"

static enum store_period period_of(const struct limit_notice *notice)
{
    return notice->period == LIMIT_DAY ? STORE_DAY : STORE_MONTH;
}

static struct store_budget row_of(const struct limit_notice *notice)
{
    return (struct store_budget){.account = notice->account,
                                 .period = period_of(notice),
                                 .first_day = notice->first_day,
                                 .drawn_nusd = notice->drawn_nusd,
                                 .used_nusd = notice->used_nusd,
                                 .told_percent = notice->percent};
}

static void collect(struct draws *draws)
{
    struct limit_notice notices[DRAWS_MOST];
    if (draws->count > 0 || !limiter_has_notices(draws->limiter))
        return;
    size_t count = limiter_collect(draws->limiter, notices, DRAWS_MOST);
    for (size_t i = 0; i < count; i++) {
        if (notices[i].kind == LIMIT_DRAW)
            draws->batch[draws->count++] = notices[i];
        else
            draws->on_alert(draws, &notices[i]);
    }
}

bool draws_prepare(struct draws *draws, struct errand_rows *ret_rows)
{
    collect(draws);
    for (size_t i = 0; i < draws->count; i++)
        draws->rows[i] = row_of(&draws->batch[i]);
    for (size_t i = 0; i < draws->told_count; i++)
        draws->told_rows[i] = row_of(&draws->told[i]);
    draws->told_sent = draws->told_count;
    *ret_rows = (struct errand_rows){.budgets = draws->rows,
                                     .budget_count = draws->count,
                                     .told = draws->told_rows,
                                     .told_count = draws->told_count};
    return draws->count + draws->told_count > 0;
}

static enum told tell_drawn(struct draws *draws)
{
    for (size_t i = 0; i < draws->count; i++)
        limiter_drawn(draws->limiter, &draws->batch[i]);
    enum told told = draws->count > 0 ? TOLD_LOOK_AGAIN : TOLD_NOTHING;
    draws->count = 0;
    draws->tries = 0;
    return told;
}

static enum told tell_failed(struct draws *draws)
{
    if (draws->count == 0 || ++draws->tries < DRAWS_TRIES)
        return TOLD_NOTHING;
    for (size_t i = 0; i < draws->count; i++)
        limiter_draw_failed(draws->limiter, &draws->batch[i]);
    draws->count = 0;
    draws->tries = 0;
    return TOLD_FAILED;
}

enum told draws_finish(struct draws *draws, enum errand_result result)
{
    if (result == ERRAND_FAILED)
        return tell_failed(draws);
    draws->told_count -= draws->told_sent;
    memmove(draws->told, draws->told + draws->told_sent, draws->told_count * sizeof *draws->told);
    draws->told_sent = 0;
    return tell_drawn(draws);
}

void draws_keep_told(struct draws *draws, const struct limit_notice *notice)
{
    if (draws->told_count < DRAWS_MOST)
        draws->told[draws->told_count++] = *notice;
}

enum told draws_grant(struct draws *draws)
{
    collect(draws);
    draws->told_count = 0;
    return tell_drawn(draws);
}
