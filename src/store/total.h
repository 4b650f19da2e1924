/* SPDX-License-Identifier: Apache-2.0
 *
 * total - the aggregate sum_up_to_most(): SQLite's own sum() fails where 63 bits do not hold it,
 * and one absurd price must not take a whole report away.
 */
#ifndef STORE_TOTAL_H
#define STORE_TOTAL_H

#include <sqlite3.h>

/* SQLite's code. */
int total_install(sqlite3 *db);

#endif
