/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema.h"

#include "store/problem.h"

#define APPLICATION_ID 0x49535448 /* "ISTH"; again in the first step, whose text is constant */

/* A step that was released is never edited: what comes later is a step more. The first tables are
 * STRICT, so that a number stays a number whoever writes it, and say what a row may hold, so that a
 * hand with the sqlite3 tool is refused as our own mistakes are. */
/* clang-format off */
static const char *const steps[] = {
    "CREATE TABLE counter ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  change INTEGER NOT NULL,"       /* of the rows below: grows by one with each */
    "  last_id INTEGER NOT NULL,"      /* of tenants and keys, so that none is used twice */
    "  keys_ever INTEGER NOT NULL"     /* were added: fewer rows than that are a loss */
    ") STRICT;"
    "INSERT INTO counter VALUES (1, 0, 0, 0);"

    "CREATE TABLE tenant ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
    "  requests_per_minute INTEGER NOT NULL CHECK (requests_per_minute >= 0),"
    "  tokens_per_minute INTEGER NOT NULL CHECK (tokens_per_minute >= 0),"
    "  concurrency INTEGER NOT NULL CHECK (concurrency >= 0),"
    "  day_nusd INTEGER NOT NULL CHECK (day_nusd >= 0),"
    "  month_nusd INTEGER NOT NULL CHECK (month_nusd >= 0),"
    "  labels TEXT NOT NULL,"
    "  change INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX tenant_by_change ON tenant (change);"

    "CREATE TABLE key ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
    "  tenant INTEGER NOT NULL REFERENCES tenant (id),"
    "  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),"
    "  old_digest BLOB UNIQUE CHECK (length(old_digest) = 32),"
    "  old_until_ms INTEGER NOT NULL CHECK (old_until_ms >= 0),"
    "  shown TEXT NOT NULL,"
    "  models TEXT NOT NULL,"
    "  routes TEXT NOT NULL,"
    "  regions TEXT NOT NULL,"
    "  service_class TEXT NOT NULL,"
    "  labels TEXT NOT NULL,"
    "  requests_per_minute INTEGER NOT NULL CHECK (requests_per_minute >= 0),"
    "  tokens_per_minute INTEGER NOT NULL CHECK (tokens_per_minute >= 0),"
    "  concurrency INTEGER NOT NULL CHECK (concurrency >= 0),"
    "  day_nusd INTEGER NOT NULL CHECK (day_nusd >= 0),"
    "  month_nusd INTEGER NOT NULL CHECK (month_nusd >= 0),"
    "  created_ms INTEGER NOT NULL CHECK (created_ms >= 0),"
    "  expires_ms INTEGER NOT NULL CHECK (expires_ms >= 0),"
    "  revoked_ms INTEGER NOT NULL CHECK (revoked_ms >= 0),"
    "  change INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX key_by_change ON key (change);"
    "CREATE INDEX key_by_tenant ON key (tenant);"

    "CREATE TABLE budget ("
    "  first_day INTEGER NOT NULL CHECK (first_day >= 0),"
    "  period TEXT NOT NULL CHECK (period IN ('day', 'month')),"
    "  account INTEGER NOT NULL,"
    "  drawn_nusd INTEGER NOT NULL CHECK (drawn_nusd >= 0),"
    "  used_nusd INTEGER NOT NULL CHECK (used_nusd >= 0),"
    "  told_percent INTEGER NOT NULL CHECK (told_percent >= 0),"
    "  PRIMARY KEY (first_day, period, account)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE usage ("
    "  day INTEGER NOT NULL CHECK (day >= 0),"
    "  tenant TEXT NOT NULL,"
    "  key TEXT NOT NULL,"
    "  model TEXT NOT NULL,"
    "  requests INTEGER NOT NULL CHECK (requests >= 0),"
    "  prompt_tokens INTEGER NOT NULL CHECK (prompt_tokens >= 0),"
    "  cached_tokens INTEGER NOT NULL CHECK (cached_tokens >= 0),"
    "  answer_tokens INTEGER NOT NULL CHECK (answer_tokens >= 0),"
    "  nusd INTEGER NOT NULL CHECK (nusd >= 0),"
    "  saved_nusd INTEGER NOT NULL CHECK (saved_nusd >= 0),"
    "  PRIMARY KEY (day, tenant, key, model)"
    ") STRICT, WITHOUT ROWID;"

    "PRAGMA application_id = 0x49535448;"
    "PRAGMA user_version = 1;",
};
/* clang-format on */

#define FORMAT ((unsigned)(sizeof steps / sizeof steps[0]))

/* The one number that a statement of no parameters returns. */
static enum store_status ask(struct store *store, const char *sql, sqlite3_int64 *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    enum store_status status = result == SQLITE_ROW ? STORE_OK : problem_of_sqlite(store, result);
    sqlite3_finalize(statement);
    return status;
}

static enum store_status judge(struct store *store, sqlite3_int64 application, sqlite3_int64 format)
{
    sqlite3_int64 tables = 0;
    if (application == APPLICATION_ID && format <= FORMAT)
        return STORE_OK;
    if (application == APPLICATION_ID)
        return problem_say(store, STORE_NEWER,
                           "%s was written by a newer Isthmus (its format is %lld, this program "
                           "knows up to %u): use that one, or restore a backup from before",
                           store->path, format, FORMAT);
    enum store_status status = ask(store, "SELECT count(*) FROM sqlite_schema", &tables);
    if (status == STORE_OK && (application != 0 || format != 0 || tables != 0))
        status = problem_say(store, STORE_FOREIGN,
                             "%s is the database of another program: use another data_dir, or "
                             "move that file away",
                             store->path);
    return status;
}

static enum store_status execute(struct store *store, const char *sql)
{
    int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? STORE_OK : problem_of_sqlite(store, result);
}

static enum store_status look(struct store *store, sqlite3_int64 *ret_format)
{
    sqlite3_int64 application = 0;
    enum store_status status = ask(store, "PRAGMA application_id", &application);
    if (status == STORE_OK)
        status = ask(store, "PRAGMA user_version", ret_format);
    if (status == STORE_OK)
        status = judge(store, application, *ret_format);
    return status;
}

/* All of one moment: another process may be making the tables. */
static enum store_status read_format(struct store *store, unsigned *ret_format)
{
    sqlite3_int64 format = 0;
    enum store_status status = execute(store, "SAVEPOINT look");
    if (status == STORE_OK)
        status = look(store, &format);
    if (status == STORE_OK)
        status = execute(store, "RELEASE look"); /* else closing does it */
    *ret_format = (unsigned)format;
    return status;
}

enum store_status schema_recognise(struct store *store)
{
    unsigned format = 0;
    return read_format(store, &format);
}

/* Another process may have done some of it while this one waited for the lock. */
static enum store_status do_missing_steps(struct store *store)
{
    unsigned format = 0;
    enum store_status status = read_format(store, &format);
    while (status == STORE_OK && format < FORMAT)
        status = execute(store, steps[format++]);
    return status;
}

enum store_status schema_migrate(struct store *store)
{
    unsigned format = 0;
    enum store_status status = read_format(store, &format);
    if (status != STORE_OK || format == FORMAT)
        return status;
    status = execute(store, "BEGIN IMMEDIATE");
    if (status == STORE_OK)
        status = do_missing_steps(store);
    if (status == STORE_OK)
        status = execute(store, "COMMIT");
    if (status != STORE_OK)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
