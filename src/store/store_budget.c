/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_budget.h"

#include "store/problem.h"
#include "store/query.h"
#include "store/transaction.h"

static struct bytes period_name(enum store_period period)
{
    return period == STORE_DAY ? BYTES("day") : BYTES("month");
}

static enum store_status write_budgets(struct store *store, enum sql how,
                                       const struct store_budget *budgets, size_t count)
{
    enum store_status status = STORE_OK;
    for (size_t i = 0; status == STORE_OK && i < count; i++) {
        const struct store_budget *budget = &budgets[i];
        struct query query;
        query_begin(&query, store, how);
        query_bind_number(&query, budget->first_day);
        query_bind_text(&query, period_name(budget->period));
        query_bind_bits(&query, budget->account);
        query_bind_number(&query, budget->drawn_nusd);
        query_bind_number(&query, budget->used_nusd);
        query_bind_number(&query, budget->told_percent);
        status = query_run(&query);
    }
    return status;
}

static enum store_status change_budgets(struct store *store, enum sql how,
                                        const struct store_budget *budgets, size_t count)
{
    enum store_status status = transaction_begin_change(store);
    return status == STORE_OK ? transaction_end(store, write_budgets(store, how, budgets, count))
                              : status;
}

enum store_status store_budget_draw(struct store *store, const struct store_budget *budgets,
                                    size_t count)
{
    return change_budgets(store, SQL_BUDGET_DRAW, budgets, count);
}

enum store_status store_budget_tell(struct store *store, const struct store_budget *budgets,
                                    size_t count)
{
    return change_budgets(store, SQL_BUDGET_TELL, budgets, count);
}

enum store_status store_budget_close(struct store *store, const struct store_budget *budgets,
                                     size_t count)
{
    return change_budgets(store, SQL_BUDGET_CLOSE, budgets, count);
}

static bool read_row(struct query *query, struct store_budget *ret_budget)
{
    ret_budget->account = query_bits(query);
    ret_budget->period =
        bytes_equal(query_text(query), period_name(STORE_DAY)) ? STORE_DAY : STORE_MONTH;
    ret_budget->first_day = (uint32_t)query_number(query);
    ret_budget->drawn_nusd = query_number(query);
    ret_budget->used_nusd = query_number(query);
    ret_budget->told_percent = (unsigned)query_number(query);
    return query->result == SQLITE_OK;
}

enum store_status store_budget_load(struct store *store, uint32_t first_day,
                                    store_on_budget on_budget, void *user)
{
    struct query query;
    struct store_budget budget;
    bool goes_on = true;
    query_begin(&query, store, SQL_BUDGET_LOAD);
    query_bind_number(&query, first_day);
    while (goes_on && query_next(&query)) {
        if (!read_row(&query, &budget))
            break;
        goes_on = on_budget(user, &budget);
    }
    enum store_status status = query_end(&query);
    return status == STORE_OK && !goes_on ? problem_stopped(store) : status;
}

static enum store_status forget(struct store *store, enum store_period period, uint32_t first_day)
{
    struct query query;
    query_begin(&query, store, SQL_BUDGET_FORGET);
    query_bind_number(&query, first_day);
    query_bind_text(&query, period_name(period));
    return query_run(&query);
}

enum store_status store_budget_forget(struct store *store, enum store_period period,
                                      uint32_t first_day)
{
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, forget(store, period, first_day));
    return status;
}
