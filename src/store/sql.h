/* SPDX-License-Identifier: Apache-2.0
 *
 * sql - every statement there is. All text is constant; values are only ever bound.
 *
 * Threads  any.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

enum sql {
    SQL_BEGIN_CHANGE,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_STEP_BEGIN,
    SQL_STEP_UNDO,
    SQL_STEP_END,
    SQL_DATA_VERSION,
    SQL_COUNT_CHANGE,
    SQL_STATE,
    SQL_TENANT_STANDING,
    SQL_TENANT_ADD,
    SQL_TENANT_CHANGE,
    SQL_TENANT_FIND,
    SQL_TENANT_ALL,
    SQL_TENANT_CHANGED,
    SQL_KEY_STANDING,
    SQL_KEY_WITH_DIGEST,
    SQL_KEY_ADD,
    SQL_KEY_CHANGE,
    SQL_KEY_REVOKE,
    SQL_KEY_ROTATE,
    SQL_KEY_FIND,
    SQL_KEY_ALL,
    SQL_KEY_CHANGED,
    SQL_BUDGET_DRAW,
    SQL_BUDGET_TELL,
    SQL_BUDGET_CLOSE,
    SQL_BUDGET_LOAD,
    SQL_BUDGET_FORGET,
    SQL_USAGE_ADD,
    SQL_USAGE_REPORT,
    SQL_COUNT
};

const char *sql_text(enum sql which);

#endif
