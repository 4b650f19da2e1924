/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/file.h"
#include "store/problem.h"
#include "store/query.h"
#include "store/schema.h"
#include "store/total.h"
#include "store/transaction.h"

/* What of a write-ahead log stays behind a large import; the next changes need no new blocks. What
 * undoes one change of a batch is small and kept in memory: in a file it took most of the time. */
#define SETTINGS                                                                                   \
    "PRAGMA synchronous = FULL;"                                                                   \
    "PRAGMA foreign_keys = ON;"                                                                    \
    "PRAGMA trusted_schema = OFF;"                                                                 \
    "PRAGMA cell_size_check = ON;"                                                                 \
    "PRAGMA mmap_size = 0;"                                                                        \
    "PRAGMA temp_store = MEMORY;"                                                                  \
    "PRAGMA journal_size_limit = 4194304;"

#define RETRY_MS 10

/* Neither a URI nor ":memory:", whatever the folder is called. */
static char *copy_path(const char *path)
{
    bool is_special = path[0] == ':' || strncmp(path, "file:", strlen("file:")) == 0;
    const char *prefix = is_special ? "./" : "";
    size_t size = strlen(prefix) + strlen(path) + 1;
    char *copy = malloc(size);
    if (copy)
        snprintf(copy, size, "%s%s", prefix, path);
    return copy;
}

static bool file_exists(struct loop *loop, const char *path)
{
    struct file *file = NULL;
    int r = file_open(&file, loop, path, FILE_READ);
    if (r == 0)
        file_close(file);
    return r == 0;
}

/* Where only the log of a store is left, SQLite would make an empty store and drop the log. */
static int has_log(struct store *store, struct loop *loop, bool *ret_has_log)
{
    size_t size = strlen(store->path) + sizeof "-wal";
    char *path = malloc(size);
    if (!path)
        return -ENOMEM;
    snprintf(path, size, "%s-wal", store->path);
    *ret_has_log = file_exists(loop, path);
    free(path);
    return 0;
}

/* SQLite would give a new file more permissions; its -wal and -shm take over those of this one. An
 * existing file is not opened here: closing it would drop the locks of this process's own stores.
 * SQLite syncs the folder, with the first journal that it makes there. */
static int create_file(struct store *store, struct loop *loop)
{
    struct file *file = NULL;
    int r = file_open(&file, loop, store->path, FILE_CREATE);
    if (r == 0)
        file_close(file);
    return r == -EEXIST ? 0 : r;
}

static enum store_status make_if_missing(struct store *store, struct loop *loop, bool has_its_log)
{
    if (has_its_log)
        return STORE_OK; /* then there is a file, or it was lost */
    int r = create_file(store, loop);
    if (r == -ENOENT)
        return problem_say(store, STORE_NOT_FOUND, "the folder of %s does not exist", store->path);
    return r < 0 ? problem_of_file(store, r) : STORE_OK;
}

static enum store_status open_database(struct store *store, const char *vfs)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                SQLITE_OPEN_EXRESCODE;
    int result = sqlite3_open_v2(store->path, &store->db, flags, vfs);
    if (result != SQLITE_OK)
        return problem_of_sqlite(store, result);
    if (sqlite3_db_readonly(store->db, NULL) == 1)
        return problem_of_sqlite(store, SQLITE_READONLY);
    return STORE_OK;
}

static enum store_status refuse_lost_file(struct store *store)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int result = sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    if (result == SQLITE_OK)
        result = file->pMethods->xFileSize(file, &size);
    if (result != SQLITE_OK)
        return problem_of_sqlite(store, result);
    if (size == 0)
        return problem_say(store, STORE_CORRUPT,
                           "%s is empty, but not its -wal: the file was lost; restore a backup "
                           "(docs/operations.md), or move the -wal away",
                           store->path);
    return STORE_OK;
}

static enum store_status configure(struct store *store, unsigned patience_ms)
{
    sqlite3 *db = store->db;
    sqlite3_busy_timeout(db, (int)patience_ms);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    int result = sqlite3_exec(db, SETTINGS, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = total_install(db);
    return result == SQLITE_OK ? STORE_OK : problem_of_sqlite(store, result);
}

static int note_text(void *user, int columns, char **values, char **names)
{
    (void)columns;
    (void)names;
    *(bool *)user = strcmp(values[0], "wal") == 0;
    return 0;
}

/* Where several processes make a store at once, SQLite does not wait by itself here. */
static enum store_status write_ahead(struct store *store, unsigned patience_ms)
{
    bool is_ahead = false;
    int result = SQLITE_BUSY;
    for (unsigned ms = 0; result == SQLITE_BUSY && ms <= patience_ms; ms += RETRY_MS) {
        if (ms > 0)
            sqlite3_sleep(RETRY_MS);
        result = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", note_text, &is_ahead, NULL);
    }
    if (result != SQLITE_OK)
        return problem_of_sqlite(store, result);
    if (!is_ahead)
        return problem_say(store, STORE_FAILED,
                           "%s lies on a file system without shared memory: data_dir must be on a "
                           "local disk",
                           store->path);
    return STORE_OK;
}

/* A change whose sync failed may stand in the log all the same, readable and never to be durable; a
 * process that starts anew takes it for stored, and a power loss cuts off whatever follows it.
 * What is in the file itself by then needs no log. A full disk is no reason not to read. */
static enum store_status empty_log(struct store *store)
{
    int result = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    bool may_go_on = result == SQLITE_OK || result == SQLITE_FULL || result == SQLITE_BUSY;
    return may_go_on ? STORE_OK : problem_of_sqlite(store, result);
}

/* All at once: later there is nothing to prepare that could fail, an undoing least of all. */
static enum store_status prepare_statements(struct store *store)
{
    for (unsigned i = 0; i < SQL_COUNT; i++) {
        int result = sqlite3_prepare_v3(store->db, sql_text(i), -1, SQLITE_PREPARE_PERSISTENT,
                                        &store->statements[i], NULL);
        if (result == SQLITE_ERROR) /* our tables without what belongs into them */
            result = SQLITE_CORRUPT;
        if (result != SQLITE_OK)
            return problem_of_sqlite(store, result);
    }
    return STORE_OK;
}

static enum store_status find_file(struct store *store, struct loop *loop,
                                   const struct store_options *options)
{
    bool has_its_log = false;
    enum store_status status = STORE_OK;
    if (has_log(store, loop, &has_its_log) < 0)
        return problem_say(store, STORE_NO_MEMORY, "out of memory");
    if (!options->must_exist)
        status = make_if_missing(store, loop, has_its_log);
    if (status == STORE_OK)
        status = open_database(store, options->vfs);
    if (status == STORE_OK && has_its_log)
        status = refuse_lost_file(store);
    return status;
}

/* Nothing is written before the file is known to be ours. */
static enum store_status make_ready(struct store *store, unsigned patience_ms)
{
    enum store_status status = configure(store, patience_ms);
    if (status == STORE_OK)
        status = schema_recognise(store);
    if (status == STORE_OK)
        status = write_ahead(store, patience_ms);
    if (status == STORE_OK)
        status = schema_migrate(store);
    if (status == STORE_OK)
        status = empty_log(store);
    if (status == STORE_OK)
        status = prepare_statements(store);
    return status;
}

enum store_status store_open(struct store **ret_store, struct loop *loop,
                             const struct store_options *options)
{
    struct store *store = calloc(1, sizeof *store);
    *ret_store = store;
    if (!store)
        return STORE_NO_MEMORY;
    store->path = copy_path(options->path);
    if (!store->path)
        return problem_say(store, STORE_NO_MEMORY, "out of memory");
    unsigned patience_ms =
        options->busy_timeout_ms ? options->busy_timeout_ms : STORE_BUSY_TIMEOUT_MS;
    enum store_status status = find_file(store, loop, options);
    return status == STORE_OK ? make_ready(store, patience_ms) : status;
}

/* An open statement would keep the database open, and an open transaction with it. */
void store_close(struct store *store)
{
    if (!store)
        return;
    for (unsigned i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

enum store_status store_changes(struct store *store, uint64_t *ret_version)
{
    struct query query;
    enum store_status status = transaction_check_place(store);
    if (status != STORE_OK)
        return status;
    query_begin(&query, store, SQL_DATA_VERSION);
    if (query_next(&query))
        *ret_version = query_number(&query);
    return query_end(&query);
}

static int note_finding(void *user, int columns, char **values, char **names)
{
    (void)columns;
    (void)names;
    struct store *store = user;
    if (strcmp(values[0], "ok") != 0)
        problem_say(store, STORE_CORRUPT, "%s is damaged: %s", store->path, values[0]);
    return strcmp(values[0], "ok") != 0;
}

enum store_status store_check(struct store *store)
{
    int result = sqlite3_exec(store->db, "PRAGMA integrity_check(1)", note_finding, store, NULL);
    if (result == SQLITE_ABORT)
        return STORE_CORRUPT;
    return result == SQLITE_OK ? STORE_OK : problem_of_sqlite(store, result);
}
