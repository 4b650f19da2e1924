/* SPDX-License-Identifier: Apache-2.0
 *
 * store_process - a real store in one of several processes. What fails ends the process, with
 * words on standard error.
 */
#ifndef TESTS_PROCESSES_STORE_PROCESS_H
#define TESTS_PROCESSES_STORE_PROCESS_H

#include <stddef.h>

#include "store/store.h"

/* An empty folder at `directory`; the path of the store to be made in it. */
void store_process_prepare(const char *directory, char *ret_path, size_t size);
struct store *store_process_open(const char *path);
void store_process_close(struct store *store);
_Noreturn void store_process_fail(struct store *store, const char *what);
/* Of what must be STORE_OK. */
void store_process_demand(struct store *store, enum store_status status);

#endif
