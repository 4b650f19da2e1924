/* SPDX-License-Identifier: Apache-2.0 */
#include "store/total.h"

#include <stddef.h>
#include <stdint.h>

static void add(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_int64 *sum = sqlite3_aggregate_context(context, sizeof *sum);
    if (!sum) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_int64 value = sqlite3_value_int64(values[0]);
    if (__builtin_add_overflow(*sum, value, sum))
        *sum = INT64_MAX;
}

static void finish(sqlite3_context *context)
{
    const sqlite3_int64 *sum = sqlite3_aggregate_context(context, 0);
    sqlite3_result_int64(context, sum ? *sum : 0);
}

int total_install(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "sum_up_to_most", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                      NULL, NULL, add, finish, NULL);
}
