/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query.h"

#include <string.h>

#include "store/problem.h"

void query_begin(struct query *query, struct store *store, enum sql which)
{
    *query = (struct query){.store = store, .statement = store->statements[which]};
}

static void note_binding(struct query *query, int result)
{
    if (query->result == SQLITE_OK)
        query->result = result;
}

void query_bind_number(struct query *query, uint64_t value)
{
    query_bind_bits(query, value < INT64_MAX ? value : INT64_MAX);
}

void query_bind_bits(struct query *query, uint64_t value)
{
    note_binding(query, sqlite3_bind_int64(query->statement, ++query->place, (sqlite3_int64)value));
}

/* A view of nothing is an empty text, not NULL. */
void query_bind_text(struct query *query, struct bytes text)
{
    note_binding(query,
                 sqlite3_bind_text64(query->statement, ++query->place, text.at ? text.at : "",
                                     text.length, SQLITE_STATIC, SQLITE_UTF8));
}

void query_bind_blob(struct query *query, struct bytes blob)
{
    note_binding(query, sqlite3_bind_blob64(query->statement, ++query->place, blob.at, blob.length,
                                            SQLITE_STATIC));
}

bool query_next(struct query *query)
{
    if (query->result != SQLITE_OK)
        return false;
    int result = sqlite3_step(query->statement);
    query->place = 0;
    if (result == SQLITE_ROW)
        return true;
    query->result = result == SQLITE_DONE ? SQLITE_OK : result;
    return false;
}

uint64_t query_number(struct query *query)
{
    sqlite3_int64 value = sqlite3_column_int64(query->statement, query->place++);
    return value > 0 ? (uint64_t)value : 0;
}

uint64_t query_bits(struct query *query)
{
    return (uint64_t)sqlite3_column_int64(query->statement, query->place++);
}

/* SQLite gives NULL for what it found no memory to show. */
struct bytes query_text(struct query *query)
{
    const char *text = (const char *)sqlite3_column_text(query->statement, query->place);
    int length = sqlite3_column_bytes(query->statement, query->place++);
    if (!text)
        note_binding(query, SQLITE_NOMEM);
    return bytes_of(text ? text : "", text ? (size_t)length : 0);
}

void query_blob(struct query *query, uint8_t *ret_bytes, size_t size)
{
    const void *blob = sqlite3_column_blob(query->statement, query->place);
    int length = sqlite3_column_bytes(query->statement, query->place++);
    if (blob && (size_t)length == size)
        memcpy(ret_bytes, blob, size);
    else
        memset(ret_bytes, 0, size);
}

enum store_status query_end(struct query *query)
{
    enum store_status status = STORE_OK;
    if (query->result != SQLITE_OK)
        status = problem_of_sqlite(query->store, query->result);
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
    return status;
}

enum store_status query_run(struct query *query)
{
    while (query_next(query)) {
    }
    return query_end(query);
}
