/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#define TENANT_COLUMNS                                                                             \
    "id, name, requests_per_minute, tokens_per_minute, concurrency, day_nusd, month_nusd, "        \
    "labels, "                                                                                     \
    "change"

#define KEY_COLUMNS                                                                                \
    "key.id, key.name, tenant.name, key.tenant, key.digest, key.old_digest, key.old_until_ms, "    \
    "key.shown, key.models, key.routes, key.regions, key.service_class, key.labels, "              \
    "key.requests_per_minute, key.tokens_per_minute, key.concurrency, key.day_nusd, "              \
    "key.month_nusd, key.created_ms, key.expires_ms, key.revoked_ms, key.change"

/* CROSS JOIN keeps the order: keys outside, so that they come by their own index. */
#define KEYS_WITH_TENANTS "key CROSS JOIN tenant ON tenant.id = key.tenant"

/* A sum of integers that overflows is a real number, which is greater. */
#define ADDED(column) #column " = min(" #column " + excluded." #column ", 9223372036854775807)"
#define GREATER(column) #column " = max(" #column ", excluded." #column ")"

/* clang-format off */
static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN_CHANGE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_STEP_BEGIN] = "SAVEPOINT step",
    [SQL_STEP_UNDO] = "ROLLBACK TO step",
    [SQL_STEP_END] = "RELEASE step",
    [SQL_DATA_VERSION] = "PRAGMA data_version",

    [SQL_COUNT_CHANGE] =
        "UPDATE counter SET change = change + 1, last_id = last_id + ?1, keys_ever = keys_ever + ?2"
        " RETURNING change, last_id",
    [SQL_STATE] = "SELECT change, (SELECT count(*) FROM key), keys_ever FROM counter",

    [SQL_TENANT_STANDING] = "SELECT id FROM tenant WHERE name = ?1",
    [SQL_TENANT_ADD] = "INSERT INTO tenant (" TENANT_COLUMNS ")"
        " VALUES (?1, ?9, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_TENANT_CHANGE] =
        "UPDATE tenant SET requests_per_minute = ?2, tokens_per_minute = ?3, concurrency = ?4,"
        " day_nusd = ?5, month_nusd = ?6, labels = ?7, change = ?8 WHERE id = ?1",
    [SQL_TENANT_FIND] = "SELECT " TENANT_COLUMNS " FROM tenant WHERE name = ?1",
    [SQL_TENANT_ALL] = "SELECT " TENANT_COLUMNS " FROM tenant ORDER BY id",
    [SQL_TENANT_CHANGED] = "SELECT " TENANT_COLUMNS " FROM tenant WHERE change > ?1 ORDER BY id",

    [SQL_KEY_STANDING] = "SELECT id, revoked_ms FROM key WHERE name = ?1",
    [SQL_KEY_WITH_DIGEST] =
        "SELECT name FROM key WHERE (digest = ?1 OR old_digest = ?1) AND name <> ?2",
    [SQL_KEY_ADD] =
        "INSERT INTO key (id, tenant, digest, shown, models, routes, regions, service_class,"
        " labels, requests_per_minute, tokens_per_minute, concurrency, day_nusd, month_nusd,"
        " expires_ms, change, name, created_ms, old_until_ms, revoked_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        " 0, 0)",
    [SQL_KEY_CHANGE] =
        "UPDATE key SET tenant = ?2, digest = ?3, shown = ?4, models = ?5, routes = ?6,"
        " regions = ?7, service_class = ?8, labels = ?9, requests_per_minute = ?10,"
        " tokens_per_minute = ?11, concurrency = ?12, day_nusd = ?13, month_nusd = ?14,"
        " expires_ms = ?15, change = ?16 WHERE id = ?1",
    [SQL_KEY_REVOKE] = "UPDATE key SET revoked_ms = ?2, change = ?3 WHERE id = ?1",
    [SQL_KEY_ROTATE] =
        "UPDATE key SET old_digest = CASE WHEN ?4 > 0 THEN digest END, old_until_ms = ?4,"
        " digest = ?2, shown = ?3, change = ?5 WHERE id = ?1",
    [SQL_KEY_FIND] = "SELECT " KEY_COLUMNS " FROM " KEYS_WITH_TENANTS " WHERE key.name = ?1",
    [SQL_KEY_ALL] = "SELECT " KEY_COLUMNS " FROM " KEYS_WITH_TENANTS " ORDER BY key.id",
    [SQL_KEY_CHANGED] =
        "SELECT " KEY_COLUMNS " FROM " KEYS_WITH_TENANTS
        " WHERE key.change > ?1 ORDER BY key.id",

    [SQL_BUDGET_DRAW] =
        "INSERT INTO budget (first_day, period, account, drawn_nusd, used_nusd, told_percent)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"
        " drawn_nusd = excluded.drawn_nusd, used_nusd = excluded.used_nusd, "
        GREATER(told_percent),
    [SQL_BUDGET_TELL] =
        "INSERT INTO budget (first_day, period, account, drawn_nusd, used_nusd, told_percent)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET " GREATER(told_percent),
    [SQL_BUDGET_CLOSE] =
        "INSERT INTO budget (first_day, period, account, drawn_nusd, used_nusd, told_percent)"
        " VALUES (?1, ?2, ?3, ?5, ?5, ?6) ON CONFLICT DO UPDATE SET"
        " drawn_nusd = excluded.drawn_nusd, used_nusd = excluded.used_nusd, "
        GREATER(told_percent),
    [SQL_BUDGET_LOAD] =
        "SELECT account, period, first_day, drawn_nusd, used_nusd, told_percent FROM budget"
        " WHERE first_day >= ?1 ORDER BY first_day, period, account",
    [SQL_BUDGET_FORGET] = "DELETE FROM budget WHERE first_day < ?1 AND period = ?2",

    [SQL_USAGE_ADD] =
        "INSERT INTO usage (day, tenant, key, model, requests, prompt_tokens, cached_tokens,"
        " answer_tokens, nusd, saved_nusd) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT DO UPDATE SET " ADDED(requests) ", " ADDED(prompt_tokens) ", "
        ADDED(cached_tokens) ", " ADDED(answer_tokens) ", " ADDED(nusd) ", " ADDED(saved_nusd),
    /* ?1 holds the bits of enum store_usage_by. */
    [SQL_USAGE_REPORT] =
        "SELECT iif(?1 & 1, day, 0), iif(?1 & 2, tenant, ''), iif(?1 & 4, key, ''),"
        " iif(?1 & 8, model, ''), sum_up_to_most(requests), sum_up_to_most(prompt_tokens),"
        " sum_up_to_most(cached_tokens), sum_up_to_most(answer_tokens), sum_up_to_most(nusd),"
        " sum_up_to_most(saved_nusd) FROM usage WHERE day BETWEEN ?2 AND ?3"
        " AND (?4 = '' OR tenant = ?4) AND (?5 = '' OR key = ?5) AND (?6 = '' OR model = ?6)"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
};
/* clang-format on */

const char *sql_text(enum sql which)
{
    return texts[which];
}
