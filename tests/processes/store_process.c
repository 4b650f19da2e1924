/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/processes/store_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void remove_from(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

void store_process_prepare(const char *directory, char *ret_path, size_t size)
{
    mkdir(directory, 0700);
    remove_from(directory, STORE_FILE_NAME);
    remove_from(directory, STORE_FILE_NAME "-wal");
    remove_from(directory, STORE_FILE_NAME "-shm");
    snprintf(ret_path, size, "%s/" STORE_FILE_NAME, directory);
}

/* The real body's file_open() needs no loop. */
struct store *store_process_open(const char *path)
{
    const struct store_options options = {.path = path};
    struct store *store = NULL;
    store_process_demand(store, store_open(&store, NULL, &options));
    return store;
}

void store_process_close(struct store *store)
{
    store_close(store);
}

void store_process_fail(struct store *store, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, store_sentence(store));
    exit(1);
}

void store_process_demand(struct store *store, enum store_status status)
{
    if (status != STORE_OK)
        store_process_fail(store, store_status_name(status));
}
