/* SPDX-License-Identifier: Apache-2.0
 *
 * store_shared - several processes have one real store open: they may all make it, none can read
 * it but its user, what one revokes the other sees within a second, neither keeps the other from
 * writing, and nobody writes to a file that was moved away.
 *
 *     store_shared DIRECTORY
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop/loop.h"
#include "store/store_budget.h"
#include "store/store_key.h"
#include "tests/processes/store_process.h"

#define MAKERS 4
#define ROUNDS 25
#define REVOCATIONS 6
#define POLL_MS 250 /* the edge's own */
#define SEEN_WITHIN_MS 1000

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wait_ms(unsigned ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void expect_success(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("a process failed");
}

static void put_key(struct store *store, unsigned number)
{
    char name[16];
    uint64_t id = 0;
    snprintf(name, sizeof name, "%u", number);
    struct store_key key = {.name = bytes_from_cstr(name), .tenant = BYTES("team")};
    memcpy(key.digest, &number, sizeof number);
    store_process_demand(store, store_key_put(store, &key, STORE_PUT, &id));
}

/* --- all of them make it ------------------------------------------------------------------- */

static void make_it_at_once(const char *directory)
{
    char path[256];
    pid_t makers[MAKERS];
    store_process_prepare(directory, path, sizeof path);
    for (unsigned i = 0; i < MAKERS; i++) {
        makers[i] = fork();
        if (makers[i] == 0) {
            struct store *store = store_process_open(path);
            put_key(store, i);
            store_process_close(store);
            exit(0);
        }
    }
    for (unsigned i = 0; i < MAKERS; i++)
        expect_success(makers[i]);
}

static void expect_private(const char *path, const char *suffix)
{
    char name[300];
    struct stat facts;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    if (stat(name, &facts) < 0 || (facts.st_mode & 0777) != 0600)
        fail("a file of the store is not there, or not private");
}

static void nobody_else_can_read_it(const char *directory)
{
    char path[256];
    store_process_prepare(directory, path, sizeof path);
    umask(0);
    struct store *store = store_process_open(path);
    put_key(store, 1);
    expect_private(path, "");
    expect_private(path, "-wal");
    expect_private(path, "-shm");
    store_process_close(store);
}

/* --- one polls and draws, another revokes and imports -------------------------------------- */

/* When each key was revoked, by the tool; 0: it is not yet. */
struct shared {
    _Atomic uint64_t revoked_at_ms[REVOCATIONS];
};

static _Noreturn void be_the_tool(const char *path, struct shared *shared)
{
    struct store *store = store_process_open(path);
    for (unsigned i = 0; i < REVOCATIONS; i++) {
        char name[16];
        wait_ms(130);
        snprintf(name, sizeof name, "%u", i);
        store_process_demand(store, store_key_revoke(store, bytes_from_cstr(name), 1));
        shared->revoked_at_ms[i] = now_ms();
        store_process_demand(store, store_begin(store));
        for (unsigned extra = 0; extra < 200; extra++)
            put_key(store, 1000 + i * 200 + extra);
        store_process_demand(store, store_commit(store));
    }
    store_process_close(store);
    exit(0);
}

struct poller {
    struct store *store;
    struct shared *shared;
    uint64_t version, slowest_ms;
    struct store_state state;
    unsigned seen;
};

static bool note_key(void *user, const struct store_key *key)
{
    struct poller *poller = user;
    uint64_t place = 0;
    if (key->revoked_ms == 0 || !bytes_read_u64(key->name, &place))
        return true;
    uint64_t at_ms = poller->shared->revoked_at_ms[place]; /* 0: it was seen before it was told */
    uint64_t took_ms = at_ms > 0 ? now_ms() - at_ms : 0;
    poller->slowest_ms = took_ms > poller->slowest_ms ? took_ms : poller->slowest_ms;
    poller->seen++;
    return true;
}

static void poll_once(struct poller *poller)
{
    uint64_t version = 0;
    struct store_visitor visitor = {NULL, note_key, poller};
    struct store_budget budget = {.account = 1, .drawn_nusd = now_ms()};
    store_process_demand(poller->store, store_changes(poller->store, &version));
    if (version != poller->version) {
        poller->version = version;
        store_process_demand(poller->store, store_key_load(poller->store, poller->state.change,
                                                           &visitor, &poller->state));
    }
    store_process_demand(poller->store, store_budget_draw(poller->store, &budget, 1));
}

static void a_revocation_is_seen_within_a_second(const char *directory)
{
    char path[256];
    struct poller poller = {.shared = mmap(NULL, sizeof *poller.shared, PROT_READ | PROT_WRITE,
                                           MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    store_process_prepare(directory, path, sizeof path);
    poller.store = store_process_open(path);
    for (unsigned i = 0; i < REVOCATIONS; i++)
        put_key(poller.store, i);
    store_process_close(poller.store); /* no database may be open across a fork */
    pid_t tool = fork();
    if (tool == 0)
        be_the_tool(path, poller.shared);
    poller.store = store_process_open(path);
    uint64_t begin_ms = now_ms();
    while (poller.seen < REVOCATIONS && now_ms() - begin_ms < 20000) {
        poll_once(&poller);
        wait_ms(POLL_MS);
    }
    expect_success(tool);
    store_process_close(poller.store);
    printf("the slowest of %u revocations was seen after %llu ms\n", poller.seen,
           (unsigned long long)poller.slowest_ms);
    if (poller.seen != REVOCATIONS || poller.slowest_ms > SEEN_WITHIN_MS)
        fail("a revocation was seen too late");
}

/* --- somebody moves it --------------------------------------------------------------------- */

static void what_was_moved_is_noticed_and_not_written_to(const char *directory)
{
    char path[256], other[300];
    uint64_t version = 0, id = 0;
    struct store_tenant tenant = {.name = BYTES("late")};
    store_process_prepare(directory, path, sizeof path);
    snprintf(other, sizeof other, "%s.old", path);
    struct store *store = store_process_open(path);
    put_key(store, 1);
    store_process_demand(store, store_changes(store, &version));
    if (rename(path, other) < 0)
        fail("it cannot be moved");
    if (store_changes(store, &version) != STORE_NOT_FOUND)
        fail("that the file was moved is not noticed");
    if (store_tenant_put(store, &tenant, &id) != STORE_NOT_FOUND)
        fail("a change went into a file that nobody sees");
    store_process_close(store);
    remove(other);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (unsigned i = 0; i < ROUNDS; i++)
        make_it_at_once(argv[1]);
    nobody_else_can_read_it(argv[1]);
    a_revocation_is_seen_within_a_second(argv[1]);
    what_was_moved_is_noticed_and_not_written_to(argv[1]);
    return 0;
}
