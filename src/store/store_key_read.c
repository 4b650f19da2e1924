/* SPDX-License-Identifier: Apache-2.0 */
#include "store/problem.h"
#include "store/row.h"
#include "store/store_key.h"
#include "store/transaction.h"

/* In the order of KEY_COLUMNS; false: there was no memory to read it whole. */
static bool read_row(struct query *query, struct store_key *ret_key)
{
    ret_key->id = query_number(query);
    ret_key->name = query_text(query);
    ret_key->tenant = query_text(query);
    ret_key->tenant_id = query_number(query);
    query_blob(query, ret_key->digest, sizeof ret_key->digest);
    query_blob(query, ret_key->old_digest, sizeof ret_key->old_digest);
    ret_key->old_until_ms = query_number(query);
    ret_key->shown = query_text(query);
    ret_key->models = query_text(query);
    ret_key->routes = query_text(query);
    ret_key->regions = query_text(query);
    ret_key->service_class = query_text(query);
    ret_key->labels = query_text(query);
    ret_key->limits = row_read_limits(query);
    ret_key->created_ms = query_number(query);
    ret_key->expires_ms = query_number(query);
    ret_key->revoked_ms = query_number(query);
    ret_key->change = query_number(query);
    return query->result == SQLITE_OK;
}

/* Every row that the query gives; query_end() is included. */
static enum store_status visit_keys(struct query *query, store_on_key on_key, void *user,
                                    size_t *ret_count)
{
    struct store_key key;
    bool goes_on = true;
    *ret_count = 0;
    while (goes_on && query_next(query)) {
        if (!read_row(query, &key))
            break;
        ++*ret_count;
        goes_on = on_key(user, &key);
    }
    enum store_status status = query_end(query);
    return status == STORE_OK && !goes_on ? problem_stopped(query->store) : status;
}

enum store_status store_key_find(struct store *store, struct bytes name, store_on_key on_key,
                                 void *user)
{
    struct query query;
    size_t count = 0;
    query_begin(&query, store, SQL_KEY_FIND);
    query_bind_text(&query, name);
    enum store_status status = visit_keys(&query, on_key, user, &count);
    if (status == STORE_OK && count == 0)
        status = problem_say(store, STORE_NOT_FOUND, "there is no key \"%.*s\"", (int)name.length,
                             name.at ? name.at : "");
    return status;
}

static enum store_status read_state(struct store *store, struct store_state *ret_state)
{
    struct query query;
    query_begin(&query, store, SQL_STATE);
    if (query_next(&query)) {
        ret_state->change = query_number(&query);
        ret_state->keys = query_number(&query);
        ret_state->keys_ever = query_number(&query);
    }
    return query_end(&query);
}

/* All rows lie in the order of their ids; of few changes an index tells which. */
static void begin_load(struct query *query, struct store *store, enum sql all, uint64_t since)
{
    enum sql changed = all == SQL_KEY_ALL ? SQL_KEY_CHANGED : SQL_TENANT_CHANGED;
    query_begin(query, store, since == 0 ? all : changed);
    if (since > 0)
        query_bind_number(query, since);
}

static enum store_status load(struct store *store, uint64_t since,
                              const struct store_visitor *visitor, struct store_state *ret_state)
{
    struct query query;
    size_t count = 0;
    enum store_status status = read_state(store, ret_state);
    if (status == STORE_OK && visitor->on_tenant) {
        begin_load(&query, store, SQL_TENANT_ALL, since);
        status = row_visit_tenants(&query, visitor->on_tenant, visitor->user, &count);
    }
    if (status == STORE_OK && visitor->on_key) {
        begin_load(&query, store, SQL_KEY_ALL, since);
        status = visit_keys(&query, visitor->on_key, visitor->user, &count);
    }
    return status;
}

enum store_status store_key_load(struct store *store, uint64_t since,
                                 const struct store_visitor *visitor, struct store_state *ret_state)
{
    enum store_status status = transaction_begin_read(store);
    if (status == STORE_OK)
        status = transaction_end(store, load(store, since, visitor, ret_state));
    return status;
}
