/* SPDX-License-Identifier: Apache-2.0 */
#include "store/row.h"

#include "store/problem.h"

static bool has_control_character(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte < 0x20 || byte == 0x7f)
            return true;
    }
    return false;
}

enum store_status row_check_name(struct store *store, const char *whose, struct bytes name)
{
    if (name.length > 0 && name.length <= STORE_NAME_BYTES && bytes_are_utf8(name) &&
        !has_control_character(name))
        return STORE_OK;
    return problem_say(store, STORE_INVALID,
                       "%s must be 1 to %d bytes of UTF-8 without control characters", whose,
                       STORE_NAME_BYTES);
}

enum store_status row_check_text(struct store *store, const char *whose, struct bytes text)
{
    if (text.length == 0 || (text.length <= STORE_TEXT_BYTES && bytes_are_utf8(text) &&
                             !memchr(text.at, '\0', text.length)))
        return STORE_OK;
    return problem_say(store, STORE_INVALID, "%s must be at most %d bytes of UTF-8 without NUL",
                       whose, STORE_TEXT_BYTES);
}

enum store_status row_count_change(struct store *store, unsigned new_ids, unsigned new_keys,
                                   struct row_counter *ret_counter)
{
    struct query query;
    query_begin(&query, store, SQL_COUNT_CHANGE);
    query_bind_number(&query, new_ids);
    query_bind_number(&query, new_keys);
    bool is_there = query_next(&query);
    if (is_there) {
        ret_counter->change = query_number(&query);
        ret_counter->last_id = query_number(&query);
    }
    enum store_status status = query_end(&query);
    if (status == STORE_OK && !is_there)
        status = problem_say(store, STORE_CORRUPT, "%s has lost its counter: restore a backup",
                             store->path);
    return status;
}

void row_bind_limits(struct query *query, const struct store_limits *limits)
{
    query_bind_number(query, limits->requests_per_minute);
    query_bind_number(query, limits->tokens_per_minute);
    query_bind_number(query, limits->concurrency);
    query_bind_number(query, limits->day_nusd);
    query_bind_number(query, limits->month_nusd);
}

struct store_limits row_read_limits(struct query *query)
{
    struct store_limits limits = {0};
    limits.requests_per_minute = query_number(query);
    limits.tokens_per_minute = query_number(query);
    limits.concurrency = query_number(query);
    limits.day_nusd = query_number(query);
    limits.month_nusd = query_number(query);
    return limits;
}
