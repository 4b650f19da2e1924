/* SPDX-License-Identifier: Apache-2.0 */
#include "store/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum store_status problem_say(struct store *store, enum store_status status, const char *format,
                              ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(store->sentence, sizeof store->sentence, format, arguments);
    va_end(arguments);
    return status;
}

static enum store_status status_of_errno(int error)
{
    switch (error) {
    case ENOENT:
        return STORE_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return STORE_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return STORE_READ_ONLY;
    case ENOMEM:
        return STORE_NO_MEMORY;
    default:
        return STORE_FAILED;
    }
}

/* What SQLite failed at by an error of the system is that error; its own codes say the rest. */
static enum store_status status_of_sqlite(struct store *store, int code)
{
    int error = store->db ? sqlite3_system_errno(store->db) : 0;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return STORE_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_BUSY;
    case SQLITE_FULL:
        return STORE_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return STORE_READ_ONLY;
    case SQLITE_CORRUPT:
        return STORE_CORRUPT;
    case SQLITE_NOTADB:
        return STORE_FOREIGN;
    case SQLITE_TOOBIG:
        return STORE_INVALID;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE ? STORE_EXISTS : STORE_INVALID;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return STORE_NO_MEMORY;
        return status_of_errno(error) == STORE_FULL ? STORE_FULL : STORE_FAILED;
    case SQLITE_CANTOPEN:
        return status_of_errno(error);
    default:
        return STORE_FAILED;
    }
}

static enum store_status say_what_to_do(struct store *store, enum store_status status,
                                        const char *cause)
{
    const char *path = store->path;
    switch (status) {
    case STORE_NOT_FOUND:
        return problem_say(store, status, "%s does not exist", path);
    case STORE_BUSY:
        return problem_say(store, status,
                           "another process has been writing to %s for too long: try again", path);
    case STORE_FULL:
        return problem_say(store, status,
                           "the disk of %s is full: make room; what is stored is intact", path);
    case STORE_READ_ONLY:
        return problem_say(store, status,
                           "%s cannot be written (%s): this user needs to be allowed to write to "
                           "the file and to its folder",
                           path, cause);
    case STORE_CORRUPT:
        return problem_say(store, status,
                           "%s is damaged (%s): stop all that use it, keep a copy of it with its "
                           "-wal, then restore a backup (docs/operations.md)",
                           path, cause);
    case STORE_FOREIGN:
        return problem_say(store, status,
                           "%s is no store of Isthmus (%s): use another data_dir, or move that "
                           "file away",
                           path, cause);
    case STORE_NO_MEMORY:
        return problem_say(store, status, "out of memory");
    case STORE_OK:
    case STORE_EXISTS:
    case STORE_REVOKED:
    case STORE_INVALID:
    case STORE_STOPPED:
    case STORE_FAILED:
    case STORE_NEWER:
        break;
    }
    return problem_say(store, status, "%s: %s; nothing was changed", path, cause);
}

enum store_status problem_of_sqlite(struct store *store, int code)
{
    char cause[256];
    enum store_status status = status_of_sqlite(store, code);
    int error = store->db ? sqlite3_system_errno(store->db) : 0;
    bool has_error = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    snprintf(cause, sizeof cause, "%s%s%s", store->db ? sqlite3_errmsg(store->db) : "no memory",
             has_error && error ? ": " : "", has_error && error ? strerror(error) : "");
    return say_what_to_do(store, status, cause);
}

enum store_status problem_of_file(struct store *store, int error)
{
    return say_what_to_do(store, status_of_errno(-error), strerror(-error));
}

enum store_status problem_stopped(struct store *store)
{
    return problem_say(store, STORE_STOPPED, "reading %s was stopped", store->path);
}

const char *store_sentence(const struct store *store)
{
    return store ? store->sentence : "out of memory";
}

const char *store_status_name(enum store_status status)
{
    static const char *const names[] = {
        [STORE_OK] = "ok",
        [STORE_NOT_FOUND] = "not_found",
        [STORE_EXISTS] = "exists",
        [STORE_REVOKED] = "revoked",
        [STORE_INVALID] = "invalid",
        [STORE_STOPPED] = "stopped",
        [STORE_BUSY] = "busy",
        [STORE_FULL] = "full",
        [STORE_READ_ONLY] = "read_only",
        [STORE_FAILED] = "failed",
        [STORE_CORRUPT] = "corrupt",
        [STORE_FOREIGN] = "foreign",
        [STORE_NEWER] = "newer",
        [STORE_NO_MEMORY] = "no_memory",
    };
    return names[status];
}
