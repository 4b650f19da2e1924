/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_tenant.h"

#include "store/problem.h"
#include "store/row.h"
#include "store/transaction.h"

enum store_status row_find_tenant(struct store *store, struct bytes name, uint64_t *ret_id)
{
    struct query query;
    query_begin(&query, store, SQL_TENANT_STANDING);
    query_bind_text(&query, name);
    *ret_id = query_next(&query) ? query_number(&query) : 0;
    return query_end(&query);
}

static enum store_status check(struct store *store, const struct store_tenant *tenant)
{
    enum store_status status = row_check_name(store, "the name of a tenant", tenant->name);
    if (status == STORE_OK)
        status = row_check_text(store, "the labels of a tenant", tenant->labels);
    return status;
}

enum store_status row_write_tenant(struct store *store, const struct store_tenant *tenant,
                                   uint64_t *ret_id)
{
    struct row_counter counter = {0};
    uint64_t id = 0;
    enum store_status status = check(store, tenant);
    if (status == STORE_OK)
        status = row_find_tenant(store, tenant->name, &id);
    bool is_new = id == 0;
    if (status == STORE_OK)
        status = row_count_change(store, is_new, 0, &counter);
    if (status != STORE_OK)
        return status;

    struct query query;
    *ret_id = is_new ? counter.last_id : id;
    query_begin(&query, store, is_new ? SQL_TENANT_ADD : SQL_TENANT_CHANGE);
    query_bind_number(&query, *ret_id);
    row_bind_limits(&query, &tenant->limits);
    query_bind_text(&query, tenant->labels);
    query_bind_number(&query, counter.change);
    if (is_new)
        query_bind_text(&query, tenant->name);
    return query_run(&query);
}

enum store_status store_tenant_put(struct store *store, const struct store_tenant *tenant,
                                   uint64_t *ret_id)
{
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, row_write_tenant(store, tenant, ret_id));
    return status;
}

/* false: there was no memory to read it whole. */
static bool read_row(struct query *query, struct store_tenant *ret_tenant)
{
    ret_tenant->id = query_number(query);
    ret_tenant->name = query_text(query);
    ret_tenant->limits = row_read_limits(query);
    ret_tenant->labels = query_text(query);
    ret_tenant->change = query_number(query);
    return query->result == SQLITE_OK;
}

enum store_status row_visit_tenants(struct query *query, store_on_tenant on_tenant, void *user,
                                    size_t *ret_count)
{
    struct store_tenant tenant;
    bool goes_on = true;
    *ret_count = 0;
    while (goes_on && query_next(query)) {
        if (!read_row(query, &tenant))
            break;
        ++*ret_count;
        goes_on = on_tenant(user, &tenant);
    }
    enum store_status status = query_end(query);
    return status == STORE_OK && !goes_on ? problem_stopped(query->store) : status;
}

enum store_status store_tenant_find(struct store *store, struct bytes name,
                                    store_on_tenant on_tenant, void *user)
{
    struct query query;
    size_t count = 0;
    query_begin(&query, store, SQL_TENANT_FIND);
    query_bind_text(&query, name);
    enum store_status status = row_visit_tenants(&query, on_tenant, user, &count);
    if (status == STORE_OK && count == 0)
        status = problem_say(store, STORE_NOT_FOUND, "there is no tenant \"%.*s\"",
                             (int)name.length, name.at ? name.at : "");
    return status;
}
