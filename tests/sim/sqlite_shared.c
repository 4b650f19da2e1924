/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sqlite_shared.h"

#include <stdlib.h>
#include <string.h>

struct sqlite_shared *sqlite_shared_join(struct list *all, const char *path)
{
    LIST_EACH(link, all)
    {
        struct sqlite_shared *shared = CONTAINER_OF(link, struct sqlite_shared, link);
        if (strcmp(shared->path, path) == 0) {
            shared->references++;
            return shared;
        }
    }
    struct sqlite_shared *shared = calloc(1, sizeof *shared);
    char *copy = strdup(path);
    if (!shared || !copy) {
        free(shared);
        free(copy);
        return NULL;
    }
    shared->path = copy;
    shared->references = 1;
    list_push_back(all, &shared->link);
    return shared;
}

void sqlite_shared_leave(struct sqlite_lock *lock)
{
    struct sqlite_shared *shared = lock->shared;
    if (!shared)
        return;
    sqlite_lock_lower(lock, SQLITE_LOCK_NONE);
    sqlite_lock_leave_log(lock);
    lock->shared = NULL;
    if (--shared->references > 0)
        return;
    list_remove(&shared->link);
    for (unsigned i = 0; i < SHARED_REGIONS; i++)
        free(shared->regions[i]);
    free(shared->path);
    free(shared);
}

static bool is_of_another(const void *holder, const struct sqlite_lock *lock)
{
    return holder && holder != lock;
}

static int begin_reading(struct sqlite_lock *lock)
{
    struct sqlite_shared *shared = lock->shared;
    if (is_of_another(shared->pending_by, lock) || is_of_another(shared->exclusive_by, lock))
        return SQLITE_BUSY;
    shared->readers++;
    return SQLITE_OK;
}

/* Who waits for readers to leave lets no new ones in. */
static int write_alone(struct sqlite_lock *lock)
{
    struct sqlite_shared *shared = lock->shared;
    if (is_of_another(shared->pending_by, lock) || is_of_another(shared->reserved_by, lock))
        return SQLITE_BUSY;
    shared->pending_by = lock;
    if (shared->readers > 1)
        return SQLITE_BUSY;
    shared->exclusive_by = lock;
    return SQLITE_OK;
}

int sqlite_lock_raise(struct sqlite_lock *lock, int level)
{
    struct sqlite_shared *shared = lock->shared;
    int result = SQLITE_OK;
    if (lock->level >= level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED)
        result = begin_reading(lock);
    else if (level == SQLITE_LOCK_RESERVED && is_of_another(shared->reserved_by, lock))
        result = SQLITE_BUSY;
    else if (level == SQLITE_LOCK_RESERVED)
        shared->reserved_by = lock;
    else
        result = write_alone(lock);
    if (result == SQLITE_OK)
        lock->level = level;
    return result;
}

void sqlite_lock_lower(struct sqlite_lock *lock, int level)
{
    struct sqlite_shared *shared = lock->shared;
    if (lock->level <= level)
        return;
    if (shared->reserved_by == lock)
        shared->reserved_by = NULL;
    if (shared->pending_by == lock)
        shared->pending_by = NULL;
    if (shared->exclusive_by == lock)
        shared->exclusive_by = NULL;
    if (level == SQLITE_LOCK_NONE)
        shared->readers--;
    lock->level = level;
}

bool sqlite_lock_is_reserved(const struct sqlite_lock *lock)
{
    return lock->shared->reserved_by || lock->shared->exclusive_by;
}

static bool may_take(const struct sqlite_lock *lock, unsigned i, bool alone)
{
    const struct sqlite_shared *shared = lock->shared;
    unsigned own = (lock->log_reads >> i) & 1;
    if (is_of_another(shared->log_writer[i], lock))
        return false;
    return !alone || shared->log_readers[i] == own;
}

static void take(struct sqlite_lock *lock, unsigned i, bool alone)
{
    if (alone) {
        lock->shared->log_writer[i] = lock;
        lock->log_writes |= 1U << i;
    } else if ((lock->log_reads >> i & 1) == 0) {
        lock->shared->log_readers[i]++;
        lock->log_reads |= 1U << i;
    }
}

static void give_back(struct sqlite_lock *lock, unsigned i)
{
    if (lock->log_writes >> i & 1)
        lock->shared->log_writer[i] = NULL;
    if (lock->log_reads >> i & 1)
        lock->shared->log_readers[i]--;
    lock->log_writes &= ~(1U << i);
    lock->log_reads &= ~(1U << i);
}

int sqlite_lock_log(struct sqlite_lock *lock, unsigned mask, int flags)
{
    bool alone = flags & SQLITE_SHM_EXCLUSIVE;
    bool unlocks = flags & SQLITE_SHM_UNLOCK;
    for (unsigned i = 0; i < SQLITE_SHM_NLOCK; i++) {
        if ((mask >> i & 1) && !unlocks && !may_take(lock, i, alone))
            return SQLITE_BUSY;
    }
    for (unsigned i = 0; i < SQLITE_SHM_NLOCK; i++) {
        if ((mask >> i & 1) == 0)
            continue;
        if (unlocks)
            give_back(lock, i);
        else
            take(lock, i, alone);
    }
    return SQLITE_OK;
}

void sqlite_lock_leave_log(struct sqlite_lock *lock)
{
    for (unsigned i = 0; i < SQLITE_SHM_NLOCK; i++)
        give_back(lock, i);
}

int sqlite_shared_region(struct sqlite_lock *lock, int region, int size, bool is_wanted,
                         void volatile **ret_region)
{
    struct sqlite_shared *shared = lock->shared;
    *ret_region = NULL;
    if (region >= SHARED_REGIONS)
        return SQLITE_FULL;
    if (!shared->regions[region] && is_wanted) {
        shared->regions[region] = calloc(1, (size_t)size);
        if (!shared->regions[region])
            return SQLITE_NOMEM;
    }
    *ret_region = shared->regions[region];
    return SQLITE_OK;
}
