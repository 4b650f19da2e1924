/* SPDX-License-Identifier: Apache-2.0
 *
 * store_body - what a store consists of. Only files of store/ include it.
 */
#ifndef STORE_STORE_BODY_H
#define STORE_STORE_BODY_H

#include <sqlite3.h>

#include "store/sql.h"
#include "store/store.h"

#define STORE_SENTENCE_BYTES 768

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    char *path;
    bool is_batch; /* between store_begin() and its end */
    char sentence[STORE_SENTENCE_BYTES];
};

#endif
