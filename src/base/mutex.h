/* SPDX-License-Identifier: Apache-2.0
 *
 * mutex - a lock for what several loops share, and the only thread primitive outside loop/.
 *
 * Hold it for a few hundred nanoseconds of straight work: never across a callback, an allocation
 * that is not rare, or another wait. Who holds two says in which order.
 *
 * Memory   the caller embeds the struct.
 * Threads  any, but for init and clear.
 * Errors   none: a plain mutex fails only through our own mistakes.
 */
#ifndef BASE_MUTEX_H
#define BASE_MUTEX_H

#include <assert.h>
#include <pthread.h>

struct mutex {
    pthread_mutex_t raw;
};

static inline void mutex_init(struct mutex *mutex)
{
    int r = pthread_mutex_init(&mutex->raw, NULL);
    assert(r == 0);
    (void)r;
}

static inline void mutex_clear(struct mutex *mutex)
{
    pthread_mutex_destroy(&mutex->raw);
}

static inline void mutex_lock(struct mutex *mutex)
{
    int r = pthread_mutex_lock(&mutex->raw);
    assert(r == 0);
    (void)r;
}

static inline void mutex_unlock(struct mutex *mutex)
{
    int r = pthread_mutex_unlock(&mutex->raw);
    assert(r == 0);
    (void)r;
}

#endif
