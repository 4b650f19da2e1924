/* SPDX-License-Identifier: Apache-2.0
 *
 * sqlite_shared - what connections to one database share: its locks, and the memory that holds the
 * index of its log. For tests/sim/sqlite_vfs.c.
 *
 * Memory   made by the first connection, freed with the last.
 * Errors   SQLite's codes.
 */
#ifndef TESTS_SIM_SQLITE_SHARED_H
#define TESTS_SIM_SQLITE_SHARED_H

#include <sqlite3.h>

#include "base/list.h"

#define SHARED_REGIONS 64 /* of 32 KiB: some 250,000 pages of log */

struct sqlite_shared {
    struct list link;
    char *path;
    unsigned references;
    /* The file's lock: so many readers, of which one may be about to write, and be waiting. */
    unsigned readers;
    const void *reserved_by, *pending_by, *exclusive_by;
    /* The log's: each has readers, or one writer. */
    unsigned log_readers[SQLITE_SHM_NLOCK];
    const void *log_writer[SQLITE_SHM_NLOCK];
    void *regions[SHARED_REGIONS];
};

/* One connection's part in it. */
struct sqlite_lock {
    struct sqlite_shared *shared;
    int level;                      /* SQLITE_LOCK_* */
    unsigned log_reads, log_writes; /* bits of the log's locks held */
};

/* NULL without memory. */
struct sqlite_shared *sqlite_shared_join(struct list *all, const char *path);
void sqlite_shared_leave(struct sqlite_lock *lock);

int sqlite_lock_raise(struct sqlite_lock *lock, int level);
void sqlite_lock_lower(struct sqlite_lock *lock, int level);
bool sqlite_lock_is_reserved(const struct sqlite_lock *lock);

int sqlite_lock_log(struct sqlite_lock *lock, unsigned mask, int flags);
void sqlite_lock_leave_log(struct sqlite_lock *lock);
/* *ret_region is NULL where there is none and none is wanted. */
int sqlite_shared_region(struct sqlite_lock *lock, int region, int size, bool is_wanted,
                         void volatile **ret_region);

#endif
