/* SPDX-License-Identifier: Apache-2.0
 *
 * problem - what went wrong, as a status for the program and a sentence for its operator. Each
 * returns the status that it notes.
 */
#ifndef STORE_PROBLEM_H
#define STORE_PROBLEM_H

#include "store/store_body.h"

enum store_status problem_say(struct store *store, enum store_status status, const char *format,
                              ...) __attribute__((format(printf, 3, 4)));
/* The last failure of SQLite on this store, whose (extended) code it was. */
enum store_status problem_of_sqlite(struct store *store, int code);
/* A callback returned false. */
enum store_status problem_stopped(struct store *store);
/* A failure of loop/file.h, -errno. */
enum store_status problem_of_file(struct store *store, int error);

#endif
