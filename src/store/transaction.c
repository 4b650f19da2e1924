/* SPDX-License-Identifier: Apache-2.0 */
#include "store/transaction.h"

#include "store/problem.h"
#include "store/query.h"

static enum store_status run(struct store *store, enum sql which)
{
    struct query query;
    query_begin(&query, store, which);
    return query_run(&query);
}

static bool is_in_transaction(const struct store *store)
{
    return sqlite3_get_autocommit(store->db) == 0;
}

/* Undoing says nothing: the sentence is of what went wrong before. */
static void run_quietly(struct store *store, enum sql which)
{
    sqlite3_step(store->statements[which]);
    sqlite3_reset(store->statements[which]);
}

/* Behind a full disk, a failed write or lack of memory SQLite may have undone the whole batch by
 * itself: what follows must not become durable without what was before it. */
static enum store_status begin_step(struct store *store)
{
    if (!is_in_transaction(store))
        return problem_say(store, STORE_FAILED,
                           "%s: all that was begun has been undone behind an earlier failure",
                           store->path);
    return run(store, SQL_STEP_BEGIN);
}

static enum store_status begin(struct store *store, enum sql which)
{
    if (store->is_batch)
        return begin_step(store);
    if (is_in_transaction(store))
        run_quietly(store, SQL_ROLLBACK); /* which failed last time */
    return run(store, which);
}

enum store_status transaction_check_place(struct store *store)
{
    int has_moved = 0;
    int result = sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_HAS_MOVED, &has_moved);
    if (result == SQLITE_OK && has_moved != 0)
        return problem_say(store, STORE_NOT_FOUND, "%s was removed or replaced while it was open",
                           store->path);
    return STORE_OK;
}

/* SQLite goes on writing to a file that has no name any more: what is stored there is lost. */
enum store_status transaction_begin_change(struct store *store)
{
    enum store_status status = transaction_check_place(store);
    return status == STORE_OK ? begin(store, SQL_BEGIN_CHANGE) : status;
}

enum store_status transaction_begin_read(struct store *store)
{
    return begin(store, SQL_STEP_BEGIN);
}

static void undo(struct store *store)
{
    if (!is_in_transaction(store))
        return;
    if (store->is_batch) {
        run_quietly(store, SQL_STEP_UNDO);
        run_quietly(store, SQL_STEP_END);
    } else {
        run_quietly(store, SQL_ROLLBACK);
    }
}

enum store_status transaction_end(struct store *store, enum store_status status)
{
    if (status == STORE_OK)
        status = run(store, store->is_batch ? SQL_STEP_END : SQL_COMMIT);
    if (status != STORE_OK)
        undo(store);
    return status;
}

enum store_status store_begin(struct store *store)
{
    enum store_status status = transaction_begin_change(store);
    store->is_batch = store->is_batch || status == STORE_OK;
    return status;
}

enum store_status store_commit(struct store *store)
{
    enum store_status status = is_in_transaction(store) ? STORE_OK : begin_step(store);
    store->is_batch = false;
    return transaction_end(store, status);
}

void store_rollback(struct store *store)
{
    if (store->is_batch && is_in_transaction(store))
        run_quietly(store, SQL_ROLLBACK);
    store->is_batch = false;
}
