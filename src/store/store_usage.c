/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_usage.h"

#include "store/problem.h"
#include "store/query.h"
#include "store/transaction.h"

/* Clients choose models' names, and issuers of tokens those of their subjects: what is too long is
 * cut, what is no text becomes '?', so that one odd name does not keep a batch from being stored.
 */
struct label {
    char text[STORE_USAGE_NAME_BYTES];
    size_t length;
};

static size_t printable_length(struct bytes text)
{
    uint32_t character = 0;
    size_t length = bytes_read_utf8(text, &character);
    return character < 0x20 || character == 0x7f ? 0 : length;
}

static struct bytes make_label(struct label *label, struct bytes text)
{
    label->length = 0;
    while (text.length > 0) {
        size_t length = printable_length(text);
        size_t taken = length > 0 ? length : 1;
        if (label->length + taken > sizeof label->text)
            break;
        memcpy(label->text + label->length, length > 0 ? text.at : "?", taken);
        label->length += taken;
        text = bytes_after(text, taken);
    }
    return bytes_of(label->text, label->length);
}

static enum store_status add_row(struct store *store, const struct store_usage *row)
{
    struct label tenant, key, model;
    struct query query;
    query_begin(&query, store, SQL_USAGE_ADD);
    query_bind_number(&query, row->day);
    query_bind_text(&query, make_label(&tenant, row->tenant));
    query_bind_text(&query, make_label(&key, row->key));
    query_bind_text(&query, make_label(&model, row->model));
    query_bind_number(&query, row->requests);
    query_bind_number(&query, row->prompt_tokens);
    query_bind_number(&query, row->cached_tokens);
    query_bind_number(&query, row->answer_tokens);
    query_bind_number(&query, row->nusd);
    query_bind_number(&query, row->saved_nusd);
    return query_run(&query);
}

static enum store_status add_rows(struct store *store, const struct store_usage *rows, size_t count)
{
    enum store_status status = STORE_OK;
    for (size_t i = 0; status == STORE_OK && i < count; i++)
        status = add_row(store, &rows[i]);
    return status;
}

enum store_status store_usage_add(struct store *store, const struct store_usage *rows, size_t count)
{
    enum store_status status = transaction_begin_change(store);
    if (status == STORE_OK)
        status = transaction_end(store, add_rows(store, rows, count));
    return status;
}

static bool read_row(struct query *query, struct store_usage *ret_usage)
{
    ret_usage->day = (uint32_t)query_number(query);
    ret_usage->tenant = query_text(query);
    ret_usage->key = query_text(query);
    ret_usage->model = query_text(query);
    ret_usage->requests = query_number(query);
    ret_usage->prompt_tokens = query_number(query);
    ret_usage->cached_tokens = query_number(query);
    ret_usage->answer_tokens = query_number(query);
    ret_usage->nusd = query_number(query);
    ret_usage->saved_nusd = query_number(query);
    return query->result == SQLITE_OK;
}

static enum store_status read_rows(struct query *query, store_on_usage on_usage, void *user)
{
    struct store_usage usage;
    bool goes_on = true;
    while (goes_on && query_next(query)) {
        if (!read_row(query, &usage))
            break;
        goes_on = on_usage(user, &usage);
    }
    enum store_status status = query_end(query);
    return status == STORE_OK && !goes_on ? problem_stopped(query->store) : status;
}

/* A year of a hundred thousand keys is sorted in a file, whatever else is kept in memory. */
static void sort_in_memory(struct store *store, bool is_wanted)
{
    sqlite3_exec(store->db, is_wanted ? "PRAGMA temp_store = MEMORY" : "PRAGMA temp_store = FILE",
                 NULL, NULL, NULL);
}

enum store_status store_usage_report(struct store *store, const struct store_report *report,
                                     store_on_usage on_usage, void *user)
{
    struct query query;
    sort_in_memory(store, false);
    query_begin(&query, store, SQL_USAGE_REPORT);
    query_bind_number(&query, report->by);
    query_bind_number(&query, report->first_day);
    query_bind_number(&query, report->last_day);
    query_bind_text(&query, report->tenant);
    query_bind_text(&query, report->key);
    query_bind_text(&query, report->model);
    enum store_status status = read_rows(&query, on_usage, user);
    sort_in_memory(store, true);
    return status;
}
