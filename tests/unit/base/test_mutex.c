/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mutex.h"

#include "tests/test.h"

#define THREADS 4
#define ROUNDS 20000

struct shared {
    struct mutex mutex;
    unsigned long sum;
};

static void *add(void *user)
{
    struct shared *shared = user;
    for (unsigned i = 0; i < ROUNDS; i++) {
        mutex_lock(&shared->mutex);
        shared->sum++;
        mutex_unlock(&shared->mutex);
    }
    return NULL;
}

static void no_addition_is_lost(void **state)
{
    (void)state;
    struct shared shared = {0};
    pthread_t threads[THREADS];
    mutex_init(&shared.mutex);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add, &shared), 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    mutex_clear(&shared.mutex);
    assert_int_equal(shared.sum, THREADS * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_addition_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
