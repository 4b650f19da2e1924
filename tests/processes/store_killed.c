/* SPDX-License-Identifier: Apache-2.0
 *
 * store_killed - writers of one real store are killed (SIGKILL) at random instants; behind each
 * kill what they had reported as stored is there.
 *
 *     store_killed DIRECTORY KILLS [SEED]
 *
 * Each writer is a process; its model lies in memory that outlives it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop/loop.h"
#include "tests/processes/store_process.h"
#include "tests/unit/store/ledger_model.h"

#define LIFE_MOST_US 15000
#define FIRST_MOST_US 5000000

struct scene {
    char path[256];
    struct random random;
    struct ledger_model *model; /* shared with the writers */
    volatile unsigned *changes; /* by all of them; shared */
};

static _Noreturn void write_until_killed(struct scene *scene, uint64_t seed)
{
    struct random random;
    struct store *store = store_process_open(scene->path);
    random_init(&random, seed);
    for (;;) {
        if (ledger_model_change(scene->model, store, &random))
            ++*scene->changes;
        else
            store_process_fail(store, "a change was not stored");
    }
}

static void wait_us(uint64_t us)
{
    struct timespec left = {.tv_nsec = (long)us * 1000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

/* The writer may still be opening the store when it is killed, but not always. */
static void wait_for_a_change(const struct scene *scene)
{
    unsigned changes = *scene->changes;
    for (unsigned us = 0; *scene->changes == changes && us < FIRST_MOST_US; us += 100)
        wait_us(100);
}

static void kill_a_writer(struct scene *scene)
{
    uint64_t seed = random_u64(&scene->random);
    int status = 0;
    pid_t writer = fork();
    if (writer == 0)
        write_until_killed(scene, seed);
    if (random_chance(&scene->random, 1, 2))
        wait_for_a_change(scene);
    wait_us(random_below(&scene->random, LIFE_MOST_US));
    kill(writer, SIGKILL);
    waitpid(writer, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        exit(1); /* it has said why */
}

static void verify(struct scene *scene)
{
    struct store *store = store_process_open(scene->path);
    if (!ledger_model_verify(scene->model, store))
        store_process_fail(store, "what was stored is not there");
    store_process_close(store);
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        exit(1);
    return memory;
}

int main(int argc, char **argv)
{
    struct scene scene = {.model = share(sizeof *scene.model),
                          .changes = share(sizeof *scene.changes)};
    unsigned kills = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    uint64_t seed = argc > 3 ? (uint64_t)strtoll(argv[3], NULL, 10) : (uint64_t)getpid();
    if (kills == 0)
        return 2;
    store_process_prepare(argv[1], scene.path, sizeof scene.path);
    random_init(&scene.random, seed);
    for (unsigned i = 0; i < kills; i++) {
        kill_a_writer(&scene);
        verify(&scene);
    }
    printf("%u kills, %u changes, seed %llu\n", kills, *scene.changes, (unsigned long long)seed);
    return *scene.changes > kills / 4 ? 0 : 1; /* else it has shown nothing */
}
