/* SPDX-License-Identifier: Apache-2.0
 *
 * store - what must outlive the process, in one SQLite file: keys and tenants (store_key.h,
 * store_tenant.h), drawn budgets (store_budget.h), usage (store_usage.h).
 *
 * Every function blocks on the disk, and for up to busy_timeout_ms on another process that writes:
 * call it from a job's run() (loop/job.h) or from a command line tool, never on a turn. Several
 * processes may have the same file open: SQLite's locks keep them apart. What a function reported
 * as STORE_OK is on the disk, or, between store_begin() and store_commit(), will be with the
 * commit. docs/operations.md says what a crash can lose and how to make a backup.
 *
 * Units    milliseconds since 1970 (wall time, told by the caller); nano-USD; days since 1970.
 *          Numbers above INT64_MAX are stored as INT64_MAX; ids keep all their 64 bits.
 * Memory   the caller owns the store until store_close(). Views in what a callback is given last
 *          until it returns.
 * Threads  one at a time; a store may wander from thread to thread.
 * Errors   enum store_status; store_sentence() says the last one to a person, and what to do.
 *          A failed function has changed nothing, but for one case: what failed in a commit,
 *          because of the disk itself, may turn out to be there when the store is opened anew.
 *          No function ever deletes or replaces a file.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct loop;
struct store;

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND, /* no key or tenant of that name; no such file */
    STORE_EXISTS,    /* that name, or that digest, is another key's */
    STORE_REVOKED,   /* the key is revoked, which is for ever */
    STORE_INVALID,   /* an empty or too long text, or not UTF-8 */
    STORE_STOPPED,   /* a callback returned false */
    STORE_BUSY,      /* another process has been writing for too long: try again */
    STORE_FULL,      /* the disk: what is there stays, and can be read */
    STORE_READ_ONLY, /* permissions, or the file system */
    STORE_FAILED,    /* reading or writing: -EIO and the like */
    STORE_CORRUPT,   /* the file is damaged */
    STORE_FOREIGN,   /* the file is something else's */
    STORE_NEWER,     /* the file is from a newer Isthmus */
    STORE_NO_MEMORY,
};

#define STORE_FILE_NAME "isthmus.db" /* in data_dir, with -wal and -shm beside it */

struct store_options {
    const char *path;
    bool must_exist;          /* else an absent file is made, with 0600 */
    unsigned busy_timeout_ms; /* 0: STORE_BUSY_TIMEOUT_MS */
    const char *vfs;          /* NULL: SQLite's own; worlds bring one over the simulated disk */
};

#define STORE_BUSY_TIMEOUT_MS 5000

/* Hands out a store also when it fails, so that store_sentence() can tell why: it takes nothing
 * then but store_close(). NULL without memory. */
enum store_status store_open(struct store **ret_store, struct loop *loop,
                             const struct store_options *options);
/* NULL is fine. What was begun and not committed is undone. */
void store_close(struct store *store);

/* Why the last call on this store failed; NULL: "out of memory". */
const char *store_sentence(const struct store *store);
/* The enum's word, for log lines: "busy". */
const char *store_status_name(enum store_status status);

/* Several changes at once: all of them are durable with the commit, or none is. A change that
 * fails in between is undone alone. Readers elsewhere see the state before; writers wait. */
enum store_status store_begin(struct store *store);
enum store_status store_commit(struct store *store);
/* Does nothing unless something was begun. */
void store_rollback(struct store *store);

/* Another number than last time: another connection has changed the file since. Reads no file, so
 * that it can be asked often. STORE_NOT_FOUND: the file has been removed or replaced; close the
 * store, which leaves what is there now alone, and open it anew. */
enum store_status store_changes(struct store *store, uint64_t *ret_version);

/* Reads the whole file and compares indices with tables: for tools, it takes seconds. */
enum store_status store_check(struct store *store);

#endif
